"""Marking the choice part in the very transaction that closes the attempt, so that the receipt has the score."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from quizapp.attempts.glance import Glance
from quizapp.banks.queries import Asked
from quizapp.banks.shelf import Shelf
from quizapp.foundation.road import Lane
from quizapp.grading import rules

_KEYS = "SELECT v.id, CAST(v.answer_key AS text) FROM item_versions AS v WHERE v.id IN :ids"
_KEEP_SCORES = """
    INSERT INTO choice_scores (attempt_id, points, max_points, per_item, marked_at)
    SELECT v.attempt, v.points, v.max_points, v.per_item, v.at
    FROM ROWS :scores AS v (attempt bigint, points int, max_points int, per_item jsonb, at timestamptz)
"""


class Marker:
    """Marks attempts as they are handed in. A version never changes, so its key is read once; none is told."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._keys = shelf, dict[int, frozenset[str]]()

    def mark(self, lane: Lane, attempts: Sequence[Glance], now: datetime) -> list[dict[str, Any]]:
        """Store the score of each attempt and return what the audit tells of it."""
        versions = {place.version_id for attempt in attempts for place in attempt.places}
        asked = self._shelf.asked(lane, versions)
        self._read_keys(lane, [version for version in versions if version not in self._keys])
        earned = [self._earned(attempt, asked) for attempt in attempts]
        lane.do(_KEEP_SCORES, scores=[_row(*each, now) for each in zip(attempts, earned, strict=True)])
        return [{"points": str(_total(points))} for points in earned]

    def _read_keys(self, lane: Lane, missing: Sequence[int]) -> None:
        if missing:
            for version, key in lane.rows(_KEYS, ids=list(missing)):
                self._keys[version] = frozenset(json.loads(key))

    def _earned(self, attempt: Glance, asked: dict[int, Asked]) -> list[Decimal]:
        terms, earned = attempt.terms, []
        for no, place in enumerate(attempt.places, 1):
            options, order = asked[place.version_id].options, place.order
            chosen = frozenset([options[order[at]][0] for at in attempt.answers.choice(no)])
            earned.append(_mark(self._keys[place.version_id], chosen, terms.item_points, terms.multiple))
        return earned


# A question has few answers, and thousands give the same.
_mark = lru_cache(65_536)(rules.mark)


def _row(attempt: Glance, earned: Sequence[Decimal], now: datetime) -> dict[str, Any]:
    return {
        "attempt": attempt.id,
        "points": int(_total(earned) * 100),
        "max_points": int(attempt.terms.choice_points * 100),
        "per_item": [str(points) for points in earned],
        "at": now,
    }


def _total(earned: Sequence[Decimal]) -> Decimal:
    return sum(earned, Decimal(0))
