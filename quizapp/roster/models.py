"""Schools and offices, and their people."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id


class Unit(Base):
    """A school, or the education office."""

    __tablename__ = "units"
    __table_args__ = (CheckConstraint("kind IN ('office', 'preschool', 'primary', 'secondary')", name="kind"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)


class Person(Base):
    """Somebody of a unit. One full name; the given name is its last word unless ``given_name`` says otherwise."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("category IN ('staff', 'grade-6', 'grade-7', 'grade-8', 'grade-9')", name="category"),
        CheckConstraint("extra_min >= 0", name="extra_adds"),
        Index("ix_people_unit_id", "unit_id", "sort_key"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(Id, ForeignKey("accounts.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(Id, ForeignKey("units.id"))
    full_name: Mapped[str] = mapped_column(Text)
    given_name: Mapped[str | None] = mapped_column(Text)
    # Orders people as a Vietnamese class list does, the same on both databases.
    # Compared byte by byte, whatever collation the database was made with.
    sort_key: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))
    # A date, not an instant: nobody's birthday moves with a time zone.
    birth_date: Mapped[date | None] = mapped_column(Date)
    # The class of a pupil ("6A1"), the position of a member of staff.
    class_name: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(Text)
    # Minutes that this person gets on top of every sitting, for a disability or an illness.
    extra_min: Mapped[int] = mapped_column(default=0)
