"""Around the deadline: what is stamped before it is stored, what is stamped at it or after is not – on every way in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from quizapp.attempts import overdue, queries, saving
from quizapp.attempts.models import Attempt, Receipt, SetAside
from quizapp.attempts.rules import GRACE, AttemptClosed, digest
from quizapp.foundation.access import Actor, Role
from quizapp.house import House
from quizapp.worker.loop import look_around
from quizapp.worker.timetable import TIMETABLE
from tests.factories import Card, Clock, Visitor, answer_all, enter, start
from tests.statements import counted

SAVES = 1000
HOUR = timedelta(minutes=60)
MICROSECOND = timedelta(microseconds=1)


@dataclass
class Tab:
    """An open paper, its deadline and its token, ready to save quickly."""

    visitor: Visitor
    ref: str
    deadline: datetime
    token: str

    def save(self, no: int, body: dict[str, Any]) -> tuple[int, Any]:
        """Save one item and return status and answer."""
        path = f"/api/v1/attempts/{self.ref}/responses/{no}"
        answer = self.visitor.client.put(path, json=body, headers={"X-CSRFToken": self.token})
        return answer.status_code, answer.get_json()


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


@pytest.fixture
def tab(house: House, app: Flask, clock: Clock, pupil: Card) -> Tab:
    ref = start(house, pupil)
    visitor = Visitor(app).sign_in(pupil)
    return Tab(visitor, ref, clock.instant + HOUR, visitor.token())


def saved(house: House, ref: str) -> dict[int, int]:
    """Return item number → stored number of the change."""
    with house.store.reading() as view:
        paper = queries.get_attempt(view.session, queries.get_row(view.session, ref))
    items = [*paper.items, *([paper.essay] if paper.essay else [])]
    return {item.no: item.saved.seq for item in items if item.saved}


def test_of_a_thousand_saves_around_the_deadline_those_before_it_are_stored(
    house: House, clock: Clock, tab: Tab
) -> None:
    chance = Random(2019)
    steps = [chance.randint(-2_000_000, 2_000_000) for _ in range(SAVES - 5)] + [-2, -1, 0, 1, 2]
    stored: dict[int, int] = {}
    for seq, step in enumerate(sorted(steps), 1):
        clock.instant = tab.deadline + step * MICROSECOND
        no = chance.choice([*range(1, 41), *[41] * 10])
        status, told = tab.save(
            no, {"seq": seq, "html": f"<p>Lần thứ {seq}</p>"} if no == 41 else {"seq": seq, "choice": [0]}
        )
        if step < 0:
            assert (status, datetime.fromisoformat(told["saved_at"])) == (200, clock.instant)
            stored[no] = seq
        else:
            assert (status, told["type"]) == (409, "urn:quizapp:attempt-closed")
    assert saved(house, tab.ref) == stored


@pytest.mark.parametrize("late", [-2, -1, 0, 1, 2], ids=lambda late: f"{late:+d} µs")
@pytest.mark.parametrize("way", ["json", "form"])
def test_a_hand_in_is_dated_at_the_deadline_at_the_latest(
    house: House, clock: Clock, tab: Tab, late: int, way: str
) -> None:
    clock.instant = tab.deadline + late * MICROSECOND
    if way == "json":
        answer = tab.visitor.send("post", f"/api/v1/attempts/{tab.ref}/hand-in", {})
    else:
        answer = tab.visitor.post(f"/attempts/{tab.ref}/hand-in")
    assert answer.status_code in (200, 302)
    with house.store.reading() as view:
        assert view.session.scalars(select(Receipt.handed_in_at)).one() == tab.deadline + min(late, 0) * MICROSECOND


def test_a_late_hand_in_takes_no_late_answer_along(house: House, clock: Clock, tab: Tab) -> None:
    clock.instant = tab.deadline - MICROSECOND
    tab.save(1, {"seq": 1, "choice": [0]})
    clock.instant = tab.deadline
    tab.save(2, {"seq": 1, "choice": [0]})
    tab.visitor.send("post", f"/api/v1/attempts/{tab.ref}/hand-in", {})
    assert saved(house, tab.ref) == {1: 1}


@pytest.mark.parametrize("hours", [-24, 24])
def test_what_the_device_says_about_time_changes_nothing(house: House, clock: Clock, tab: Tab, hours: int) -> None:
    clock.instant = tab.deadline
    claimed = (clock.instant + timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    path = f"/api/v1/attempts/{tab.ref}/responses/1"
    headers = {"X-CSRFToken": tab.token, "Date": claimed}
    assert tab.visitor.client.put(path, json={"seq": 1, "choice": [0]}, headers=headers).status_code == 409
    assert saved(house, tab.ref) == {}


def test_a_server_clock_set_back_reopens_no_paper_that_is_closed(house: House, clock: Clock, tab: Tab) -> None:
    clock.instant = tab.deadline + GRACE
    overdue.hand_in_overdue(house.store)
    clock.pass_(hours=-1)
    assert tab.save(1, {"seq": 1, "choice": [0]})[0] == 409


# ── the timetable ──


def closed(house: House) -> int:
    with house.store.reading() as view:
        return view.session.scalar(select(func.count()).select_from(Receipt)) or 0


def test_a_worker_hands_in_overdue_papers_at_its_first_look_and_then_on_time(
    house: House, clock: Clock, pupil: Card
) -> None:
    start(house, pupil)
    clock.instant += HOUR + GRACE
    look: Callable[[], object] = look_around(house.store)
    look()
    assert closed(house) == 1
    every = next(every for every, function in TIMETABLE if function is overdue.hand_in_overdue)
    assert every <= timedelta(seconds=60)


def test_a_damaged_paper_does_not_keep_the_others_open(house: House, clock: Clock) -> None:
    refs = [start(house, enter(house)) for _ in range(3)]
    with house.engine.begin() as connection:
        connection.execute(update(Attempt).where(Attempt.ref == refs[0]).values(paper="0s01"))
        connection.execute(update(Attempt).where(Attempt.ref == refs[0]).values(deadline_at=clock.instant))
    clock.instant += HOUR + GRACE
    assert overdue.hand_in_overdue(house.store) == 2
    assert overdue.hand_in_overdue(house.store) == 0
    assert closed(house) == 2


def test_the_timetable_leaves_a_change_that_came_in_time_a_moment_to_be_stored(
    house: House, clock: Clock, tab: Tab
) -> None:
    clock.instant = tab.deadline + GRACE - MICROSECOND
    assert overdue.hand_in_overdue(house.store) == 0
    clock.instant += MICROSECOND
    assert overdue.hand_in_overdue(house.store) == 1
    with house.store.reading() as view:
        assert view.session.scalars(select(Receipt.handed_in_at)).one() == tab.deadline


def test_a_crowd_is_handed_in_however_many_share_a_transaction(house: House, clock: Clock) -> None:
    refs = [start(house, enter(house)) for _ in range(7)]
    with house.engine.begin() as connection:
        connection.execute(update(Attempt).where(Attempt.ref == refs[2]).values(paper="0s01"))
    clock.instant += HOUR + GRACE
    assert overdue.hand_in_overdue(house.store, batch=3) == 6
    assert closed(house) == 6


def test_a_crowd_too_large_for_one_stretch_is_left_to_the_next(house: House, clock: Clock) -> None:
    for _ in range(3):
        start(house, enter(house))
    clock.instant += HOUR + GRACE
    handed_in = [overdue.hand_in_overdue(house.store, batch=1, at_a_stretch=timedelta(0)) for _ in range(4)]
    assert handed_in == [1, 1, 1, 0]


def test_a_machine_whose_clock_is_an_hour_behind_takes_nothing_late(
    house: House, clock: Clock, tab: Tab, app: Flask, pupil: Card
) -> None:
    """Two nodes, one contest: what the first has acted upon is past on the second, too."""
    behind = Clock()
    behind.instant = clock.instant
    second = House(house.settings, behind)
    clock.instant = tab.deadline
    house.store.mark_time()
    with pytest.raises(AttemptClosed):
        second.saving.choice(pupil.actor, tab.ref, 1, 1, [0])
    second.engine.dispose()
    assert saved(house, tab.ref) == {}


class Between(Clock):
    """A clock that stands still, and lets something happen between the first look at it and what follows."""

    def __init__(self, instant: datetime, then: Callable[[], object]) -> None:
        self.instant, self.then = instant, then

    def __call__(self) -> datetime:
        happens, self.then = self.then, lambda: None
        happens()
        return self.instant


def test_what_came_in_time_is_stored_though_the_timetable_is_quicker(
    house: House, clock: Clock, tab: Tab, pupil: Card
) -> None:
    clock.instant = tab.deadline
    web = House(house.settings, Between(tab.deadline - MICROSECOND, lambda: overdue.hand_in_overdue(house.store)))
    try:
        web.saving.choice(pupil.actor, tab.ref, 1, 1, [0])
    finally:
        web.engine.dispose()
    assert saved(house, tab.ref) == {1: 1}


def test_what_the_timetable_hands_in_is_what_its_owner_would_have(house: House, clock: Clock, pupil: Card) -> None:
    """Answers, an essay or none, an empty paper: read many at a time, each receipt vouches for its own words."""
    full, empty, other = start(house, pupil), start(house, enter(house)), start(house, enter(house), seed=2)
    answer_all(house, pupil, full)
    with house.store.reading() as view:
        owner = queries.get_row(view.session, other).person_id
    house.saving.choice(Actor(1, frozenset({Role.PARTICIPANT}), owner), other, 3, 1, [1])
    clock.instant += HOUR + GRACE
    assert overdue.hand_in_overdue(house.store) == 3
    with house.store.reading() as view:
        for ref in (full, empty, other):
            row = queries.get_row(view.session, ref)
            receipt = queries.receipt_of(view.session, row.id)
            assert receipt and receipt.sha256 == digest(queries.record_of(view.session, row))
            assert receipt.handed_in_at == row.deadline_at
        assert "tiện lợi" in queries.record_of(view.session, queries.get_row(view.session, full)).decode()


def test_one_more_in_a_crowd_takes_two_statements_more_at_the_most(house: House, clock: Clock) -> None:
    """What is told and what is audited, which SQLite numbers one by one; everything else is done for all at once."""
    sent: list[int] = []
    for size in (1, 12):
        for _ in range(size):
            start(house, enter(house))
        clock.instant += HOUR + GRACE
        with counted(house.engine) as statements:
            assert overdue.hand_in_overdue(house.store) == size
        sent.append(len(statements))
    assert sent[1] <= sent[0] + 2 * 11


def test_nobody_is_told_that_more_was_kept_aside_than_was(
    house: House, clock: Clock, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_SET_ASIDE", 2)
    clock.instant = tab.deadline
    told = [tab.save(no, {"seq": 1, "choice": [0]})[1]["detail"] for no in (1, 2, 3, 1)]
    assert ["được giữ riêng" in detail for detail in told] == [True, True, False, True]
    with house.store.reading() as view:
        assert view.session.scalar(select(func.count()).select_from(SetAside)) == 2
