"""``quizapp demo``: a contest to try, and sign-ins that work."""

import json
import os
import stat
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from quizapp.accounts.services import sign_in
from quizapp.contests.models import Contest
from quizapp.contests.policy import may_enter
from quizapp.contests.queries import list_rounds
from quizapp.foundation.access import Role
from quizapp.house import House
from quizapp.roster.models import Person
from quizapp.roster.sessions import signed_in
from tests.cli.conftest import Command


@pytest.fixture
def told(tmp_path: Path, quizapp: Command) -> Path:
    """What ``quizapp demo --participants 5 --json`` wrote."""
    ran = quizapp("demo", "--participants", 5, "--json", tmp_path / "people.json")
    assert ran.exit_code == 0, ran.output
    assert f"5 thí sinh mới, ghi vào {tmp_path / 'people.json'}" in ran.stdout
    return tmp_path / "people.json"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_sign_ins_are_for_the_owners_eyes_alone(told: Path, house: House) -> None:
    assert (mode(told), mode(house.settings.data / "demo.json")) == (0o600, 0o600)


def test_a_file_that_lay_open_is_closed_before_pins_go_in(tmp_path: Path, quizapp: Command) -> None:
    out = tmp_path / "people.json"
    out.write_text("old")
    os.chmod(out, 0o644)
    assert quizapp("demo", "--participants", 1, "--json", out).exit_code == 0
    assert mode(out) == 0o600


def test_everyone_on_the_list_really_signs_in_and_may_do_what_is_said(told: Path, house: House) -> None:
    found = json.loads(told.read_text("utf-8"))
    assert Counter(card["role"] for card in found["participants"]) == {"participant": 5}
    assert {card["role"] for card in found["others"]} == {"judge", "administrator"}
    with house.store.reading() as view:
        rounds = list_rounds(view.session)
    for card in found["participants"] + found["others"]:
        token = sign_in(house.store, card["code"].lower(), card["pin"])
        with house.store.glance() as lane:
            somebody = signed_in(lane, token, house.store.clock())
        assert somebody and somebody.name == card["name"]
        assert somebody.actor.roles == {Role(card["role"])}
        takes_part = card["role"] == "participant"
        assert all(may_enter(somebody.actor, row.terms) is takes_part for row in rounds)


def test_the_list_tells_a_load_client_where_to_go(told: Path, house: House) -> None:
    found = json.loads(told.read_text("utf-8"))
    assert found["api"] == f"{found['address']}/api/v1"
    with house.store.reading() as view:
        assert {row["ref"] for row in found["rounds"]} == {row.ref for row in list_rounds(view.session)}


def test_every_fifth_is_a_teacher_and_everyone_has_a_name_to_sort_by(told: Path, house: House) -> None:
    found = json.loads(told.read_text("utf-8"))
    assert [card["category"] for card in found["participants"]] == ["grade-6", "grade-7", "grade-8", "grade-9", "staff"]
    with house.store.reading() as view:
        assert all(view.session.scalars(select(Person.sort_key)).all())


def test_again_makes_new_people_but_no_second_contest(
    told: Path, tmp_path: Path, house: House, quizapp: Command
) -> None:
    before = json.loads(told.read_text("utf-8"))
    quizapp("demo", "--participants", 2, "--json", told)
    after = json.loads(told.read_text("utf-8"))
    assert after["others"] == before["others"]
    assert {card["code"] for card in after["participants"]}.isdisjoint(card["code"] for card in before["participants"])
    with house.store.reading() as view:
        assert view.session.scalar(select(func.count()).select_from(Contest)) == 2


def test_nobody_new_is_nobody_new(house: House, quizapp: Command) -> None:
    assert quizapp("demo", "--participants", 0).exit_code == 0


def test_an_empty_installation_gets_its_banks_and_contests_first(empty_house: House, quizapp_empty: Command) -> None:
    ran = quizapp_empty("demo", "--participants", 1)
    assert ran.exit_code == 0, ran.output
    with empty_house.store.reading() as view:
        assert view.session.scalar(select(func.count()).select_from(Contest)) == 2


@pytest.mark.parametrize("count", ["-1", "20001", "năm"])
def test_how_many_is_a_number_within_reason(quizapp: Command, count: str) -> None:
    assert quizapp("demo", "--participants", count).exit_code == 2
