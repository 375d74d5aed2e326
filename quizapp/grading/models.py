"""What was earned by choosing."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant, Json, Points


class ChoiceScore(Base):
    """The marked choice part of one attempt."""

    __tablename__ = "choice_scores"
    __table_args__ = (CheckConstraint("points >= 0 AND points <= max_points", name="within_reach"),)

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    points: Mapped[Decimal] = mapped_column(Points)
    max_points: Mapped[Decimal] = mapped_column(Points)
    # Points of each item in the paper's order, as decimal text.
    per_item: Mapped[list[str]] = mapped_column(Json)
    marked_at: Mapped[datetime] = mapped_column(Instant)
