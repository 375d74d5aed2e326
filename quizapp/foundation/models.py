"""The tables every stage writes beside its own change: facts told, work for later, and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant, Json


class Told(Base):
    """A fact that was told: committed together with the change it reports."""

    __tablename__ = "told"
    __table_args__ = (
        Index(
            "ix_told_waiting", "id", sqlite_where=text("heard_at IS NULL"), postgresql_where=text("heard_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    told_at: Mapped[datetime] = mapped_column(Instant)
    # When the reactions to it were written down as jobs.
    heard_at: Mapped[datetime | None] = mapped_column(Instant)


class Job(Base):
    """Work for later. The row is the truth; a queue only wakes the workers."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("state <> 'running' OR token IS NOT NULL", name="running_is_leased"),
        Index(
            "ix_jobs_failed",
            "name",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
        Index(
            "ix_jobs_due",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    # The fact it follows: one reaction to one fact is one job, however often the fact is heard.
    told_id: Mapped[int | None] = mapped_column(Id, ForeignKey("told.id"))
    once_key: Mapped[str | None] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    # When it may be taken; while it runs, when another worker may take it over.
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    # Whoever holds this token may finish the job; a worker that lost its lease lost the token too.
    token: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class AuditRecord(Base):
    """Who did what to which thing, when. Written in the same transaction; holds no names, essays or keys."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None] = mapped_column(Id)
    verb: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    details: Mapped[dict[str, Any]] = mapped_column(Json)


class Pulse(Base):
    """When a worker was last seen alive."""

    __tablename__ = "pulses"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Instant)


class HighWater(Base):
    """The latest instant that any process of this installation has acted upon: no clock goes back behind it."""

    __tablename__ = "high_water"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
