"""Scripts and marks."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant, Points


class Script(Base):
    """An essay on its way through the judges. What a judge is shown of it holds no author."""

    __tablename__ = "scripts"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'held', 'marked')", name="state"),
        CheckConstraint(
            "state <> 'held' OR (judge_id IS NOT NULL AND held_until IS NOT NULL)", name="held_by_somebody"
        ),
        CheckConstraint("state <> 'marked' OR total IS NOT NULL", name="marked_has_a_total"),
        Index("ix_scripts_queue", "state", "ref"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # Random, so that its order says nothing about when or by whom it was written.
    ref: Mapped[str] = mapped_column(Text, unique=True)
    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), unique=True)
    round_id: Mapped[int] = mapped_column(Id, ForeignKey("rounds.id"))
    # Kept to keep judges from their own school; never shown.
    author_unit_id: Mapped[int] = mapped_column(Id, ForeignKey("units.id"))
    state: Mapped[str] = mapped_column(Text)
    judge_id: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"))
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    total: Mapped[Decimal | None] = mapped_column(Points)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    marked_at: Mapped[datetime | None] = mapped_column(Instant)


class ScriptMark(Base):
    """A judge's points for one criterion of one script."""

    __tablename__ = "script_marks"
    __table_args__ = (UniqueConstraint("script_id", "judge_id", "criterion"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    script_id: Mapped[int] = mapped_column(Id, ForeignKey("scripts.id"))
    judge_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    criterion: Mapped[str] = mapped_column(Text)
    points: Mapped[Decimal] = mapped_column(Points)
