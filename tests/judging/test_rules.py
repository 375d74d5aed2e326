"""Leases and marks, by example."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.contests.presets import read_preset
from quizapp.foundation.access import Actor, Role
from quizapp.judging.policy import may_judge, may_mark
from quizapp.judging.rules import MarksRefused, ScriptState, check_marks, is_free

RUBRIC = read_preset("ha-noi-2019").rounds[0].terms.rubric
FULL = {"content": "8", "practice": "4", "ideas": "5", "form": "3"}

UNTIL = datetime(2019, 8, 1, 3, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "held_until", "now", "free"),
    [
        (ScriptState.WAITING, None, UNTIL, True),
        (ScriptState.HELD, UNTIL, UNTIL - TICK, False),
        (ScriptState.HELD, UNTIL, UNTIL, True),
        (ScriptState.HELD, UNTIL, UNTIL + TICK, True),
        (ScriptState.MARKED, None, UNTIL, False),
        (ScriptState.MARKED, UNTIL, UNTIL + TICK, False),
    ],
    ids=["waiting", "the lease's last tick", "the lease is over", "long over", "marked", "marked, once held"],
)
def test_when_a_script_may_be_taken(state: ScriptState, held_until: datetime | None, now: datetime, free: bool) -> None:
    assert is_free(state, held_until, now) is free


def total(**changes: str | None) -> Decimal:
    told = FULL | changes
    return check_marks(RUBRIC, {name: Decimal(points) for name, points in told.items() if points is not None})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "20"),
        ({"form": "0"}, "17"),
        ({"form": "2.75"}, "19.75"),
        ({"form": "0.25", "ideas": "0.5"}, "12.75"),
        ({"form": "3.00"}, "20"),
        ({"form": "-0"}, "17"),
    ],
)
def test_marks_that_fit_add_up(changes: dict[str, str | None], expected: str) -> None:
    assert total(**changes) == Decimal(expected)


@pytest.mark.parametrize(
    "changes",
    [
        {"form": None},
        {"style": "1"},
        {"form": None, "style": "1"},
        {"form": "3.25"},
        {"form": "-0.25"},
        {"form": "2.9"},
        {"form": "0.125"},
        {"form": "2.7500000000000000000000000000000000000001"},
        {"form": "NaN"},
        {"form": "sNaN"},
        {"form": "Infinity"},
        {"form": "-Infinity"},
        {"form": "1E+1000000"},
        {"form": "1E-1000000"},
    ],
    ids=lambda changes: ", ".join(f"{name} {points}" for name, points in changes.items()),
)
def test_marks_that_do_not_fit_are_refused_all_together(changes: dict[str, str | None]) -> None:
    with pytest.raises(MarksRefused):
        total(**changes)


def test_no_marks_are_no_marks() -> None:
    with pytest.raises(MarksRefused):
        check_marks(RUBRIC, {})


@given(st.tuples(*(st.integers(0, int(criterion.points * 4)) for criterion in RUBRIC)))
def test_every_quarter_within_reach_is_let_through(quarters: tuple[int, ...]) -> None:
    marks = {criterion.id: Decimal(steps) / 4 for criterion, steps in zip(RUBRIC, quarters, strict=True)}
    assert check_marks(RUBRIC, marks) == Decimal(sum(quarters)) / 4 <= 20


JUDGE = Actor(account_id=1, roles=frozenset({Role.JUDGE}), unit_id=7)


@pytest.mark.parametrize(
    ("actor", "judges"),
    [
        (JUDGE, True),
        (Actor(account_id=1, roles=frozenset({Role.PARTICIPANT}), unit_id=7), False),
        (Actor(account_id=1, roles=frozenset({Role.ADMINISTRATOR}), unit_id=7), False),
        (Actor(account_id=None, roles=frozenset({Role.JUDGE})), False),
        (Actor(), False),
    ],
    ids=["a judge", "a participant", "an administrator", "nobody in a gown", "nobody"],
)
def test_who_judges(actor: Actor, judges: bool) -> None:
    assert may_judge(actor) is judges
    assert may_mark(actor, author_unit_id=8) is judges


def test_a_judge_never_marks_their_own_school() -> None:
    assert may_mark(JUDGE, author_unit_id=8) and not may_mark(JUDGE, author_unit_id=7)
