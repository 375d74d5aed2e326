"""Contests, their rounds, and the items a round's papers are drawn from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant, Json


class Contest(Base):
    """A contest as its plan announces it."""

    __tablename__ = "contests"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Json)
    organisers: Mapped[list[str]] = mapped_column(Json)
    # Paragraphs per language.
    rules_text: Mapped[dict[str, list[str]]] = mapped_column(Json)
    # The day whose law the questions ask for.
    as_of: Mapped[date] = mapped_column(Date)
    # The entry's margins in millimetres: top, right, bottom, left.
    margins_mm: Mapped[list[int]] = mapped_column(Json)


class Round(Base):
    """One stage of a contest with its window and terms."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("contest_id", "slug"),
        CheckConstraint("kind IN ('sitting', 'written')", name="kind"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    contest_id: Mapped[int] = mapped_column(Id, ForeignKey("contests.id"))
    slug: Mapped[str] = mapped_column(Text)
    title: Mapped[dict[str, str]] = mapped_column(Json)
    kind: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    # Exclusive: at this very instant it is too late.
    closes_at: Mapped[datetime] = mapped_column(Instant)
    # While it is set no deadline passes; when the round goes on, deadlines move by as long as it stood still.
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    essay_version_id: Mapped[int | None] = mapped_column(Id, ForeignKey("item_versions.id"))


class RoundItem(Base):
    """An item version that the round's papers may hold, frozen when the round was made."""

    __tablename__ = "round_items"
    __table_args__ = (UniqueConstraint("round_id", "version_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    round_id: Mapped[int] = mapped_column(Id, ForeignKey("rounds.id"))
    version_id: Mapped[int] = mapped_column(Id, ForeignKey("item_versions.id"))
    kind: Mapped[str] = mapped_column(Text)
    # The part of the blueprint it serves, counted from 0.
    stratum: Mapped[int]
    audience: Mapped[list[str]] = mapped_column(Json)
    options: Mapped[int]
