"""Attempts, what was answered, and receipts.

What grows with every change – sheets, essays, their earlier texts, what was set aside – is partitioned by contest on
PostgreSQL, so that one contest's evening does not walk through another's rows. Their keys hold the contest for that.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant

BY_CONTEST = {"postgresql_partition_by": "HASH (contest_id)"}


class Attempt(Base):
    """Somebody's paper in a round."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "number"),
        CheckConstraint("state IN ('open', 'handed_in', 'void')", name="state"),
        CheckConstraint("state <> 'handed_in' OR handed_in_at IS NOT NULL", name="handed_in_is_dated"),
        # Only what is open can be overdue, so that the index stays as small as the crowd that is writing.
        Index(
            "ix_attempts_overdue",
            "deadline_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_attempts_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The name in URLs: 128 random bits.
    ref: Mapped[str] = mapped_column(Text, unique=True)
    round_id: Mapped[int] = mapped_column(Id, ForeignKey("rounds.id"))
    # The round's contest, told again because it says in which partition the answers are.
    contest_id: Mapped[int] = mapped_column(Id, ForeignKey("contests.id"))
    person_id: Mapped[int] = mapped_column(Id, ForeignKey("people.id"))
    # 1 for the first attempt at this round.
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    # Exclusive. Worked out at the start; the contestant's device is never asked.
    deadline_at: Mapped[datetime] = mapped_column(Instant)
    # Set once, by the server's clock.
    handed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    # The paper, see ``attempts.sheet``; an item's number is its place in it + 1.
    paper: Mapped[str] = mapped_column(Text)
    essay_version_id: Mapped[int | None] = mapped_column(Id, ForeignKey("item_versions.id"))


class AnswerSheet(Base):
    """The answers to an attempt's choice items. Whoever changes anything of an attempt locks this row first."""

    __tablename__ = "answer_sheets"
    __table_args__ = BY_CONTEST

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    contest_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    # See ``attempts.sheet``: number, sequence, choice and instant of each answered item.
    answers: Mapped[str] = mapped_column(Text)


class Essay(Base):
    """The latest text of an attempt's essay, cleaned."""

    __tablename__ = "essays"
    __table_args__ = BY_CONTEST

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    contest_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    no: Mapped[int]
    seq: Mapped[int]
    html: Mapped[str] = mapped_column(Text)
    # As Word counts.
    words: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(Instant)


class EssayVersion(Base):
    """An earlier text of an essay, kept so that it can be compared and taken back."""

    __tablename__ = "essay_versions"
    __table_args__ = BY_CONTEST

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contest_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    html: Mapped[str] = mapped_column(Text)
    words: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(Instant)


class SetAside(Base):
    """What came too late, or was older than what was stored: kept and marked, never counted, never deleted."""

    __tablename__ = "set_aside"
    __table_args__ = (CheckConstraint("reason IN ('late', 'stale')", name="reason"), BY_CONTEST)

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # SHA-256 of the content: the same sent again is the same row.
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    contest_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    # Positions such as "0,2" of a choice item; the cleaned HTML of the essay.
    content: Mapped[str] = mapped_column(Text)
    came_at: Mapped[datetime] = mapped_column(Instant)


class Receipt(Base):
    """What the contestant takes away: proof of what was handed in and when."""

    __tablename__ = "receipts"

    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(Text, unique=True)
    handed_in_at: Mapped[datetime] = mapped_column(Instant)
    # SHA-256 of the canonical record, see ``attempts.rules.record``.
    content_sha256: Mapped[str] = mapped_column(Text)


class Extension(Base):
    """More time for a person, a unit, or everybody in a round. Only adds; the audit log tells who granted it."""

    __tablename__ = "extensions"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="adds"),
        CheckConstraint("unit_id IS NULL OR person_id IS NULL", name="one_scope"),
        Index("ix_extensions_round_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id, ForeignKey("rounds.id"))
    # Neither: everybody.
    unit_id: Mapped[int | None] = mapped_column(Id, ForeignKey("units.id"))
    person_id: Mapped[int | None] = mapped_column(Id, ForeignKey("people.id"))
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"))
