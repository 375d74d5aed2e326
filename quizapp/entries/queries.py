"""Entries that were printed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.entries.models import Entry


def storage_key(session: Session, attempt_id: int, variant: str) -> str | None:
    """Return where the entry's PDF is kept, or ``None`` while it is being made."""
    return session.scalar(select(Entry.storage_key).where(Entry.attempt_id == attempt_id, Entry.variant == variant))
