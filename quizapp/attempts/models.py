"""Attempts, what was answered, and receipts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant, Json


class Attempt(Base):
    """Somebody's paper in a round."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "number"),
        CheckConstraint("state IN ('open', 'handed_in', 'void')", name="state"),
        CheckConstraint("state <> 'handed_in' OR handed_in_at IS NOT NULL", name="handed_in_is_dated"),
        Index("ix_attempts_overdue", "state", "deadline_at"),
        Index("ix_attempts_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The name in URLs: 128 random bits.
    ref: Mapped[str] = mapped_column(Text, unique=True)
    round_id: Mapped[int] = mapped_column(Id, ForeignKey("rounds.id"))
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("people.id"))
    # 1 for the first attempt at this round.
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    # Exclusive. Worked out at the start; the contestant's device is never asked.
    deadline_at: Mapped[datetime] = mapped_column(Instant)
    # Set once, by the server's clock.
    handed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    # The paper: [[version id, kind, [option positions in this paper's order]], …]; item number = place in the list + 1.
    layout: Mapped[list[Any]] = mapped_column(Json)
    essay_version_id: Mapped[int | None] = mapped_column(Id, ForeignKey("item_versions.id"))


class Response(Base):
    """The latest answer to one choice item."""

    __tablename__ = "responses"

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Grows with every change; a smaller one is an older tab's.
    seq: Mapped[int]
    # Positions in the paper's own order, such as "0,2"; empty when the answer was taken back.
    choice: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(Instant)


class Essay(Base):
    """The latest text of an attempt's essay, cleaned."""

    __tablename__ = "essays"

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    no: Mapped[int]
    seq: Mapped[int]
    html: Mapped[str] = mapped_column(Text)
    # As Word counts.
    words: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(Instant)


class Receipt(Base):
    """What the contestant takes away: proof of what was handed in and when."""

    __tablename__ = "receipts"

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    handed_in_at: Mapped[datetime] = mapped_column(Instant)
    # SHA-256 of the canonical record, see ``attempts.rules.record``.
    content_sha256: Mapped[str] = mapped_column(Text)
