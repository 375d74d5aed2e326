"""A handed-in attempt as its owner sees it: receipt, score and PDF, in one statement."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from quizapp.attempts import policy
from quizapp.attempts.glance import terms_of
from quizapp.attempts.queries import ReceiptView
from quizapp.contests.rules import RoundTerms
from quizapp.entries.queries import JOB, Printing
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import NotFound, require
from quizapp.foundation.road import Lane
from quizapp.grading.queries import Score

_HANDED_IN = """
    SELECT a.id, a.person_id, a.started_at, t.code, t.handed_in_at, t.content_sha256, c.points, c.max_points,
           e.storage_key, CAST(r.terms AS text)
    FROM attempts AS a
    JOIN rounds AS r ON r.id = a.round_id
    LEFT JOIN receipts AS t ON t.attempt_id = a.id
    LEFT JOIN choice_scores AS c ON c.attempt_id = a.id
    LEFT JOIN entries AS e ON e.attempt_id = a.id AND e.variant = 'named'
    WHERE a.ref = :ref
"""
_GIVEN_UP = "SELECT CAST(j.body AS text) FROM jobs AS j WHERE j.state = 'failed' AND j.name = :job"


@dataclass(frozen=True)
class HandedIn:
    """What there is to show."""

    receipt: ReceiptView
    started_at: datetime
    terms: RoundTerms
    score: Score | None
    printing: Printing


def own(lane: Lane, actor: Actor, ref: str) -> HandedIn:
    """Return the actor's own handed-in attempt.

    Raises:
        NotFound, NotAllowed: if there is none, it is somebody else's, or it is not handed in.
    """
    rows = lane.rows(_HANDED_IN, ref=ref)
    if not rows:
        raise NotFound
    attempt, person, started, code, handed_in, sha256, points, max_points, key, terms = rows[0]
    require(policy.may_see(actor, person))
    if code is None:
        raise NotFound
    receipt = ReceiptView(code, lane.instant(handed_in), sha256)
    score = None if points is None else Score(Decimal(points) / 100, Decimal(max_points) / 100)
    printing = Printing("ready", key) if key else _unprinted(lane, attempt)
    return HandedIn(receipt, lane.instant(started), terms_of(terms), score, printing)


def _unprinted(lane: Lane, attempt: int) -> Printing:
    given_up = any(json.loads(body) == {"attempt_id": attempt} for (body,) in lane.rows(_GIVEN_UP, job=JOB))
    return Printing("failed" if given_up else "waiting")
