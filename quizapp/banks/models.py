"""Banks, their items and the items' frozen versions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant, Json


class Bank(Base):
    """A collection of items with one author and one domain."""

    __tablename__ = "banks"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Json)
    domain: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date] = mapped_column(Date)
    loaded_at: Mapped[datetime] = mapped_column(Instant)


class Item(Base):
    """A question through all its versions."""

    __tablename__ = "items"
    __table_args__ = (Index("ix_items_bank_id", "bank_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bank_id: Mapped[int] = mapped_column(Id, ForeignKey("banks.id"))
    # The author's own name for it; never reused, unique over all banks.
    code: Mapped[str] = mapped_column(Text, unique=True)
    # The number of the version that new papers draw.
    current: Mapped[int] = mapped_column(default=0)


class ItemVersion(Base):
    """A question as it stood once. Never changed: papers that were drawn from it keep it."""

    __tablename__ = "item_versions"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("kind IN ('single', 'multiple', 'essay')", name="kind"),
        CheckConstraint("kind = 'essay' OR answer_key IS NOT NULL", name="choices_have_a_key"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    item_id: Mapped[int] = mapped_column(Id, ForeignKey("items.id"))
    number: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    difficulty: Mapped[str] = mapped_column(Text)
    audience: Mapped[list[str]] = mapped_column(Json)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    # What a contestant may see: {"stem": …, "options": [[id, text], …]}.
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    # The ids of the right options. Kept apart from ``body`` so that no page can show it by accident.
    answer_key: Mapped[list[str] | None] = mapped_column(Json)
    # For judges and for after the release: explanation, outline, legal basis, source, topic.
    notes: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(Instant)
