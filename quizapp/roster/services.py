"""Entering units and people."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from quizapp.foundation.errors import BadInput
from quizapp.foundation.i18n import N_
from quizapp.foundation.names import sort_key
from quizapp.foundation.sanitize import clean_line
from quizapp.foundation.work import Work
from quizapp.roster.models import Person, Unit


class NameMissing(BadInput):
    """Nobody is entered without a name."""

    message = N_("Thiếu họ và tên. Chưa có ai được thêm.")


@dataclass(frozen=True)
class NewPerson:
    """What is entered of a person."""

    full_name: str
    category: str
    class_name: str = ""
    birth_date: date | None = None


def enter_unit(work: Work, code: str, name: str, kind: str) -> Unit:
    """Return the unit with ``code``, entering it first if it is new."""
    known = work.session.scalar(select(Unit).where(Unit.code == code))
    if known:
        return known
    unit = Unit(code=code, name=clean_line(name, 200), kind=kind)
    work.session.add(unit)
    work.session.flush()
    return unit


def enter_person(work: Work, unit: Unit, new: NewPerson, account_id: int | None = None) -> Person:
    """Enter a person of ``unit``, by default without an account.

    Raises:
        NameMissing: if no letter is left of the name.
        TextRefused: if it is no name but a text.
    """
    full_name = clean_line(new.full_name, 120)
    if not any(sign.isalpha() for sign in full_name):
        raise NameMissing
    person = Person(account_id=account_id, unit_id=unit.id, full_name=full_name, sort_key=sort_key(full_name))
    person.class_name, person.category = clean_line(new.class_name, 60), new.category
    person.birth_date = new.birth_date
    work.session.add(person)
    work.session.flush()
    return person
