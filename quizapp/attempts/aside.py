"""What was set aside, for the organiser: whose attempt only by its name in addresses, and never a person's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.attempts.models import Attempt, SetAside
from quizapp.foundation.errors import NotFound
from quizapp.foundation.sanitize import plain_text

# The page shows so many; what is older is still kept.
SHOWN = 500

# Larger than any number of an item: no database is asked for more.
_MOST_ITEMS = 10_000


@dataclass(frozen=True)
class Kept:
    """One thing that was set aside. ``reason`` is ``late`` or ``stale``, ``size`` in characters as stored."""

    attempt: str
    no: int
    digest: str
    reason: str
    came_at: datetime
    size: int


@dataclass(frozen=True)
class KeptContent(Kept):
    """With its content: the words of an essay, or the chosen positions of a choice item (\"0,2\", from 0)."""

    round_id: int
    is_essay: bool
    content: str


def newest(session: Session, round_id: int) -> list[Kept]:
    """Return what was set aside in a round, the newest first, :data:`SHOWN` at the most."""
    query = (
        select(
            Attempt.ref, SetAside.no, SetAside.digest, SetAside.reason, SetAside.came_at, func.length(SetAside.content)
        )
        .join(SetAside, (SetAside.attempt_id == Attempt.id) & (SetAside.contest_id == Attempt.contest_id))
        .where(Attempt.round_id == round_id)
        .order_by(SetAside.came_at.desc(), SetAside.digest)
    )
    return [Kept(*row) for row in session.execute(query.limit(SHOWN))]


def content(session: Session, ref: str, no: int, digest: str) -> KeptContent:
    """Return one of them with its content.

    Raises:
        NotFound: if there is none.
    """
    mine = (SetAside.attempt_id == Attempt.id) & (SetAside.contest_id == Attempt.contest_id)
    query = select(Attempt, SetAside).join(SetAside, mine)
    named = (Attempt.ref == ref, SetAside.no == min(no, _MOST_ITEMS), SetAside.digest == digest)
    row = session.execute(query.where(*named)).first()
    if row is None:
        raise NotFound
    attempt, kept = row
    is_essay = no > len(attempt.paper.split())
    told = (attempt.ref, kept.no, kept.digest, kept.reason, kept.came_at, len(kept.content))
    return KeptContent(*told, attempt.round_id, is_essay, plain_text(kept.content) if is_essay else kept.content)
