"""Scores as they may be shown."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from quizapp.grading.models import ChoiceScore


@dataclass(frozen=True)
class Score:
    """Points earned and points within reach. Which items earned them is not told."""

    points: Decimal
    max_points: Decimal


def choice_score(session: Session, attempt_id: int) -> Score | None:
    """Return the attempt's choice score, or ``None`` while it is not marked."""
    row = session.get(ChoiceScore, attempt_id)
    return Score(row.points, row.max_points) if row else None
