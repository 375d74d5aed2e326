"""What is known of people."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.roster.models import Person, Unit


@dataclass(frozen=True)
class Particulars:
    """What an entry's title page says of its author, and nothing more."""

    full_name: str
    birth_date: date | None
    class_name: str
    category: str
    unit_name: str


def particulars(session: Session, person_id: int) -> Particulars:
    """Return what may be printed of a person on their own entry."""
    query = (
        select(Person.full_name, Person.birth_date, Person.class_name, Person.category, Unit.name)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.id == person_id)
    )
    return Particulars(*session.execute(query).one())
