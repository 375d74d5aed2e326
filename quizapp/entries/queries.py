"""Entries that were printed, are being printed, or could not be."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.entries.document import Variant
from quizapp.entries.models import Entry
from quizapp.foundation import jobs

# The job that prints an entry after its hand-in.
JOB = "make_entry"


@dataclass(frozen=True)
class Printing:
    """How far an entry's PDF is; ``storage_key`` tells where it is kept once it is ready."""

    state: Literal["waiting", "ready", "failed"]
    storage_key: str | None = None


def printing(session: Session, attempt_id: int) -> Printing:
    """Return how far the named entry of a handed-in attempt is."""
    mine = (Entry.attempt_id == attempt_id, Entry.variant == Variant.NAMED)
    key = session.scalar(select(Entry.storage_key).where(*mine))
    if key:
        return Printing("ready", key)
    given_up = jobs.has_failed(session, JOB, {"attempt_id": attempt_id})
    return Printing("failed" if given_up else "waiting")
