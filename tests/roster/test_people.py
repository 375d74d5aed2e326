"""Units and their people, ordered as a Vietnamese class list orders them."""

import unicodedata
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from quizapp.foundation.access import SYSTEM
from quizapp.foundation.sanitize import TextRefused
from quizapp.house import House
from quizapp.roster import queries
from quizapp.roster.models import Person
from quizapp.roster.services import NameMissing, NewPerson, enter_person, enter_unit
from tests.banks.bank_files import everything


def enter(house: House, *people: NewPerson) -> list[int]:
    with house.store.unit_of_work(SYSTEM) as work:
        unit = enter_unit(work, "THCS-A", "Trường THCS Sông Xanh", "secondary")
        return [enter_person(work, unit, person).id for person in people]


CLASS_LIST = ["Trần Văn An", "Lê Thị Ánh", "Phạm Ân", "Nguyễn Đức Anh Dũng", "Hoàng Minh Đạt", "Ngô Ê Ban", "Vũ Thị Ý"]


def test_people_are_ordered_by_given_name_on_both_databases(empty_house: House) -> None:
    enter(empty_house, *(NewPerson(name, "grade-6", "6A1") for name in reversed(CLASS_LIST)))
    with empty_house.store.reading() as view:
        found = view.session.execute(select(Person.full_name, Person.sort_key).order_by(Person.sort_key)).all()
    assert all(row.sort_key.isascii() and row.sort_key for row in found)
    assert [row.full_name for row in found] == [
        "Trần Văn An", "Lê Thị Ánh", "Phạm Ân", "Ngô Ê Ban", "Nguyễn Đức Anh Dũng", "Hoàng Minh Đạt", "Vũ Thị Ý",
    ]  # fmt: skip


def test_a_name_is_kept_composed_and_without_stray_spaces(empty_house: House) -> None:
    untidy = unicodedata.normalize("NFD", "  Nguyễn  Thị Ánh\tTuyết ")
    (person,) = enter(empty_house, NewPerson(untidy, "grade-6", " 6A1 ", date(2007, 9, 2)))
    with empty_house.store.reading() as view:
        told = queries.particulars(view.session, person)
    assert told == queries.Particulars(
        "Nguyễn Thị Ánh Tuyết", date(2007, 9, 2), "6A1", "grade-6", "Trường THCS Sông Xanh"
    )


@pytest.mark.parametrize("name", ["", "   ", "--", "\u200b", "x" * 200])
def test_what_is_no_name_is_refused(empty_house: House, name: str) -> None:
    before = everything(empty_house)
    with pytest.raises((NameMissing, TextRefused)):
        enter(empty_house, NewPerson(name, "grade-6"))
    assert everything(empty_house) == before


def test_a_birthday_may_be_unknown(empty_house: House) -> None:
    (person,) = enter(empty_house, NewPerson("Trần Văn An", "staff"))
    with empty_house.store.reading() as view:
        assert queries.particulars(view.session, person).birth_date is None


def test_an_unknown_category_is_refused_by_the_database(empty_house: House) -> None:
    with pytest.raises(IntegrityError):
        enter(empty_house, NewPerson("Trần Văn An", "grade-10"))


def test_a_unit_entered_again_is_the_same_unit(empty_house: House) -> None:
    enter(empty_house)
    before = everything(empty_house)
    enter(empty_house)
    assert everything(empty_house) == before and len(before["units"]) == 1
