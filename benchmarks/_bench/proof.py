"""That what was acknowledged is stored: read from the database itself after a run."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from _bench.crowd import Writer
from _bench.ground import Ground
from _bench.load import ITEMS, Void
from quizapp.attempts.models import AnswerSheet
from quizapp.attempts.sheet import Answers

BEGINNING = datetime(2019, 8, 1, tzinfo=UTC)


def acknowledged_are_stored(
    ground: Ground, writers: Sequence[Writer], first: int, acknowledged: int, connections: int
) -> int:
    """Return how many papers' items hold the change that a run numbered from ``first`` made last.

    The client was cut off in mid-sentence, so as many changes as it had connections may be missing.

    Raises:
        Void: if more are.
    """
    last: dict[tuple[int, int], int] = {}
    for sent in range(acknowledged):
        last[writers[sent % len(writers)].attempt, sent // len(writers) % ITEMS + 1] = first + sent + 1
    stored = _stored(ground, {attempt for attempt, _no in last})
    lost = sum(stored.get(place, 0) < seq for place, seq in last.items())
    if lost > connections:
        raise Void(f"{lost} of {len(last)} answers are older than what was acknowledged")
    return len(last) - lost


def _stored(ground: Ground, attempts: set[int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    with ground.house.store.reading() as view:
        asked = select(AnswerSheet.attempt_id, AnswerSheet.answers).where(AnswerSheet.attempt_id >= min(attempts))
        for attempt, text in view.session.execute(asked):
            if attempt in attempts:
                for no, saved in Answers(text, BEGINNING).all().items():
                    found[attempt, no] = saved.seq
    return found
