"""Deadlines that move: extensions, extra time, a round that stands still and goes on – to the microsecond."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from quizapp.attempts import more_time, overdue, queries, services, windows
from quizapp.attempts.models import Attempt, Extension
from quizapp.attempts.rules import GRACE, AttemptClosed
from quizapp.contests import queries as contests
from quizapp.contests.models import Round
from quizapp.contests.rules import RoundKind
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.errors import BadInput, NotAllowed, NotFound
from quizapp.foundation.models import AuditRecord
from quizapp.house import House
from quizapp.roster.models import Person
from tests.factories import Card, Clock, enter, hand_in, round_of, start
from tests.statements import counted
from tests.together import at_once

HOUR = timedelta(minutes=60)
MICROSECOND = timedelta(microseconds=1)
# An odd length, so that nothing comes out right by being cut to seconds.
ODD = timedelta(minutes=17, seconds=3, microseconds=123_457)


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


def deadline(house: House, ref: str) -> datetime:
    with house.store.reading() as view:
        return queries.get_row(view.session, ref).deadline_at


def extend(house: House, minutes: int, kind: RoundKind = RoundKind.SITTING, **scope: str) -> int:
    with house.store.unit_of_work(SYSTEM) as work:
        return more_time.extend(work, round_of(house, kind).ref, minutes, "Mất điện", **scope)


def pause(house: House, kind: RoundKind = RoundKind.SITTING, since: datetime | None = None) -> int:
    with house.store.unit_of_work(SYSTEM) as work:
        return more_time.pause(work, round_of(house, kind).ref, "Mất mạng toàn quận", since)


def resume(house: House, kind: RoundKind = RoundKind.SITTING) -> timedelta:
    with house.store.unit_of_work(SYSTEM) as work:
        return more_time.resume(work, round_of(house, kind).ref)


def choose(house: House, card: Card, ref: str, seq: int) -> datetime:
    return house.saving.choice(card.actor, ref, 1, seq, [0]).deadline_at


def audited(house: House, verb: str) -> dict[str, Any]:
    with house.store.reading() as view:
        return view.session.scalars(select(AuditRecord.details).where(AuditRecord.verb == verb)).one()


def closes_at(house: House, card: Card, kind: RoundKind = RoundKind.SITTING) -> datetime:
    """Return the end of the window for ``card``, as pages and the start are told it."""
    view = round_of(house, kind)
    with house.store.reading() as reading:
        more = windows.more_time(reading.session, card.actor).get(view.id, timedelta(0))
        assert windows.allowance(reading.session, card.actor, view.id).window == more
    return view.closes_at + more


# ── extensions ──


def test_more_time_for_everybody_moves_every_open_sitting_by_just_that(house: House, clock: Clock, pupil: Card) -> None:
    ref, other = start(house, pupil), start(house, enter(house, unit="THCS-B"))
    clock.pass_(minutes=1, microseconds=7)
    later, done, written = enter(house), enter(house), enter(house)
    third, handed_in = start(house, later), start(house, done)
    hand_in(house, done, handed_in)
    elsewhere = start(house, written, RoundKind.WRITTEN)
    before = {name: deadline(house, name) for name in (ref, other, third, handed_in, elsewhere)}
    assert extend(house, 10) == 3
    moved = {name: deadline(house, name) - before[name] for name in before}
    ten = timedelta(minutes=10)
    assert moved == {ref: ten, other: ten, third: ten, handed_in: timedelta(0), elsewhere: timedelta(0)}


def test_an_extended_sitting_ends_at_its_new_deadline_to_the_microsecond(
    house: House, clock: Clock, pupil: Card
) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref) + timedelta(minutes=10)
    extend(house, 10)
    clock.instant = end - MICROSECOND
    assert choose(house, pupil, ref, 1) == end
    assert overdue.hand_in_overdue(house.store) == 0
    clock.instant = end
    with pytest.raises(AttemptClosed):
        choose(house, pupil, ref, 2)
    clock.instant = end + GRACE
    assert overdue.hand_in_overdue(house.store) == 1
    with house.store.reading() as view:
        assert queries.get_row(view.session, ref).handed_in_at == end


def test_more_time_granted_within_the_grace_reopens_what_is_not_handed_in_yet(
    house: House, clock: Clock, pupil: Card
) -> None:
    ref = start(house, pupil)
    clock.instant += HOUR + GRACE - MICROSECOND
    extend(house, 1)
    choose(house, pupil, ref, 1)
    clock.instant += MICROSECOND
    assert overdue.hand_in_overdue(house.store) == 0


@pytest.mark.parametrize(
    ("scope", "moved"),
    [({"unit": "THCS-B"}, {"b 1", "b 2"}), ({"person": "a 1"}, {"a 1"}), ({}, {"a 1", "a 2", "b 1", "b 2"})],
    ids=["a unit", "a person", "everybody"],
)
def test_more_time_reaches_whom_it_is_for_and_nobody_else(
    house: House, clock: Clock, scope: dict[str, str], moved: set[str]
) -> None:
    units = {"a 1": "THCS-A", "a 2": "THCS-A", "b 1": "THCS-B", "b 2": "THCS-B"}
    cards = {name: enter(house, unit=unit) for name, unit in units.items()}
    refs = {name: start(house, card) for name, card in cards.items()}
    ends = {name: closes_at(house, card) for name, card in cards.items()}
    before = {name: deadline(house, ref) for name, ref in refs.items()}
    if "person" in scope:
        scope = {"person": f" {cards['a 1'].code.lower()} "}
    assert extend(house, 7, **scope) == len(moved)
    assert {name for name, ref in refs.items() if deadline(house, ref) != before[name]} == moved
    seven = timedelta(minutes=7)
    assert {name for name, card in cards.items() if closes_at(house, card) == ends[name] + seven} == moved
    assert {name for name, card in cards.items() if closes_at(house, card) == ends[name]} == set(cards) - moved


def test_extensions_of_all_scopes_add_up_for_those_who_start_later(house: House, clock: Clock) -> None:
    late, noise = enter(house, unit="THCS-B"), enter(house)
    end = round_of(house).closes_at
    extend(house, 1)
    extend(house, 2, unit="THCS-B")
    extend(house, 4, person=late.code)
    extend(house, 8, person=noise.code)
    extend(house, 16, kind=RoundKind.WRITTEN)
    clock.instant = end + timedelta(minutes=7) - MICROSECOND
    ref = start(house, late)
    assert deadline(house, ref) == end + timedelta(minutes=7)
    clock.instant += MICROSECOND
    with pytest.raises(services.RoundNotOpen):
        start(house, enter(house, unit="THCS-B"))


def test_who_starts_at_the_old_end_is_let_in_by_an_extension_alone(house: House, clock: Clock, pupil: Card) -> None:
    clock.instant = round_of(house).closes_at
    with pytest.raises(services.RoundNotOpen):
        start(house, pupil)
    extend(house, 1)
    assert deadline(house, start(house, pupil)) == clock.instant + timedelta(minutes=1)


def test_somebody_without_person_or_unit_gets_what_everybody_gets_and_no_more(house: House, pupil: Card) -> None:
    extend(house, 5, person=pupil.code)
    extend(house, 3)
    with house.store.reading() as view:
        assert set(windows.more_time(view.session, SYSTEM).values()) == {timedelta(minutes=3)}


def test_what_a_person_was_granted_is_asked_in_one_statement(house: House, pupil: Card) -> None:
    for kind in RoundKind:
        extend(house, 5, kind)
    with house.store.reading() as view, counted(house.engine) as statements:
        assert len(windows.more_time(view.session, pupil.actor)) == 2
        assert len(statements) == 1
        windows.allowance(view.session, pupil.actor, round_of(house).id)
    assert len([one for one in statements if "extensions" in one]) == 2


@pytest.mark.parametrize(
    ("minutes", "reason", "scope"),
    [
        (0, "Mất điện", {}),
        (-5, "Mất điện", {}),
        (14_401, "Mất điện", {}),
        (5, "  ", {}),
        (5, "Mất điện", {"unit": "KHONG-CO"}),
        (5, "Mất điện", {"person": "KHONG-CO"}),
        (5, "Mất điện", {"unit": "THCS-A", "person": "AAAA"}),
    ],
)
def test_what_cannot_be_granted_changes_nothing(
    house: House, pupil: Card, minutes: int, reason: str, scope: dict[str, str]
) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)
    with pytest.raises(BadInput), house.store.unit_of_work(SYSTEM) as work:
        more_time.extend(work, round_of(house).ref, minutes, reason, **scope)
    assert deadline(house, ref) == end
    with house.store.reading() as view:
        assert view.session.scalars(select(Extension)).all() == []


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.JUDGE])
def test_only_administrators_move_deadlines(house: House, role: Role) -> None:
    actor = enter(house, role, unit="PGD", category="staff").actor
    ref = round_of(house).ref
    with house.store.unit_of_work(actor) as work:
        for change in (
            lambda: more_time.extend(work, ref, 5, "Mất điện"),
            lambda: more_time.pause(work, ref, "Mất điện"),
            lambda: more_time.resume(work, ref),
        ):
            with pytest.raises(NotAllowed):
                change()


def test_an_extension_is_audited_with_reason_and_reach_but_no_sign_in_code(house: House, pupil: Card) -> None:
    start(house, pupil)
    extend(house, 5, person=pupil.code)
    told = audited(house, "extend_time")
    assert told == {
        "minutes": 5,
        "reason": "Mất điện",
        "moved": 1,
        "unit": None,
        "person": pupil.actor.person_id,
    }


def test_a_round_nobody_knows_is_not_found(house: House) -> None:
    with house.store.unit_of_work(SYSTEM) as work, pytest.raises(NotFound):
        more_time.extend(work, "nowhere", 5, "Mất điện")


# ── extra time of a person ──


def give_extra(house: House, card: Card, minutes: int) -> None:
    with house.engine.begin() as connection:
        connection.execute(update(Person).where(Person.id == card.actor.person_id).values(extra_min=minutes))


def test_extra_time_lengthens_the_sitting_of_that_person_alone(house: House, clock: Clock, pupil: Card) -> None:
    give_extra(house, pupil, 20)
    assert deadline(house, start(house, pupil)) == clock.instant + timedelta(minutes=80)
    assert deadline(house, start(house, enter(house))) == clock.instant + HOUR


def test_extra_time_never_outlives_the_window_as_it_was_extended(house: House, clock: Clock, pupil: Card) -> None:
    give_extra(house, pupil, 20)
    extend(house, 5)
    end = round_of(house).closes_at
    clock.instant = end - timedelta(minutes=70)
    assert deadline(house, start(house, pupil)) == end + timedelta(minutes=5)


# ── pausing ──


def test_while_paused_saves_count_past_the_deadline_and_nothing_is_handed_in(
    house: House, clock: Clock, pupil: Card
) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)
    clock.instant = end - MICROSECOND
    pause(house)
    clock.instant = end + HOUR
    choose(house, pupil, ref, 1)
    assert overdue.hand_in_overdue(house.store) == 0
    hand_in(house, pupil, ref)


def test_a_deadline_that_had_passed_when_the_round_was_paused_stays_passed(
    house: House, clock: Clock, pupil: Card
) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)
    clock.instant = end
    pause(house)
    with pytest.raises(AttemptClosed):
        choose(house, pupil, ref, 1)
    clock.instant += ODD
    resume(house)
    assert deadline(house, ref) == end
    assert overdue.hand_in_overdue(house.store) == 1


def test_resuming_moves_every_held_up_deadline_by_the_length_of_the_pause(
    house: House, clock: Clock, pupil: Card
) -> None:
    clock.pass_(microseconds=1)
    held_up, passed = start(house, pupil), start(house, enter(house))
    clock.pass_(minutes=59, microseconds=3)
    fresh, elsewhere = start(house, enter(house)), start(house, enter(house), RoundKind.WRITTEN)
    with house.engine.begin() as connection:
        connection.execute(update(Attempt).where(Attempt.ref == passed).values(deadline_at=clock.instant))
    before = {ref: deadline(house, ref) for ref in (held_up, passed, fresh, elsewhere)}
    ends = {kind: round_of(house, kind).closes_at for kind in RoundKind}
    pause(house)
    clock.instant += ODD
    assert resume(house) == ODD
    moved = {ref: deadline(house, ref) - before[ref] for ref in before}
    assert moved == {held_up: ODD, passed: timedelta(0), fresh: ODD, elsewhere: timedelta(0)}
    assert {kind: round_of(house, kind).closes_at - end for kind, end in ends.items()} == {
        RoundKind.SITTING: ODD,
        RoundKind.WRITTEN: timedelta(0),
    }
    assert audited(house, "resume_round")["moved"] == 2
    clock.instant = before[held_up] + ODD
    with pytest.raises(AttemptClosed):
        choose(house, pupil, held_up, 1)


def test_the_ends_of_some_kinds_of_unit_move_too_unless_they_had_passed(house: House, clock: Clock) -> None:
    written = round_of(house, RoundKind.WRITTEN)
    ((kind, end),) = written.terms.closes_by_unit_kind.items()
    assert written.closes_at < end
    clock.instant = written.closes_at
    pause(house, RoundKind.WRITTEN)
    clock.instant += ODD
    resume(house, RoundKind.WRITTEN)
    after = round_of(house, RoundKind.WRITTEN)
    assert (after.closes_at, after.terms.closes_by_unit_kind) == (written.closes_at, {kind: end + ODD})
    assert after.terms.draw == written.terms.draw


def test_a_window_that_only_an_extension_held_open_is_held_up_as_well(house: House, clock: Clock, pupil: Card) -> None:
    end = round_of(house).closes_at
    extend(house, 30, person=pupil.code)
    clock.instant = end + timedelta(minutes=10)
    pause(house)
    clock.instant += timedelta(hours=2)
    resume(house)
    with pytest.raises(services.RoundNotOpen):
        start(house, enter(house))
    assert deadline(house, start(house, pupil)) == clock.instant + timedelta(minutes=20)


@pytest.mark.parametrize("past_the_end", [False, True])
def test_nobody_starts_in_a_paused_round_but_who_has_started_goes_on(
    house: House, clock: Clock, pupil: Card, past_the_end: bool
) -> None:
    clock.instant = round_of(house).closes_at - MICROSECOND
    ref = start(house, pupil)
    pause(house)
    clock.pass_(hours=int(past_the_end))
    with pytest.raises(services.RoundPaused):
        start(house, enter(house))
    assert start(house, pupil) == ref
    resume(house)
    assert start(house, enter(house))


def test_an_outage_that_began_earlier_is_paused_from_then_on(house: House, clock: Clock, pupil: Card) -> None:
    other = enter(house)
    ref = start(house, pupil)
    clock.pass_(minutes=2)
    second = start(house, other)
    ends = {name: deadline(house, name) for name in (ref, second)}
    began = ends[ref] - MICROSECOND
    clock.instant = ends[ref] + GRACE
    assert overdue.hand_in_overdue(house.store) == 1
    assert pause(house, since=began) == 1
    assert audited(house, "pause_round")["stay_handed_in"] == 1
    clock.instant = ends[second] + timedelta(minutes=1)
    choose(house, other, second, 1)
    assert resume(house) == clock.instant - began
    assert deadline(house, second) == ends[second] + (clock.instant - began)
    with house.store.reading() as view:
        stays = queries.get_row(view.session, ref)
        assert (stays.state, stays.handed_in_at, stays.deadline_at) == ("handed_in", ends[ref], ends[ref])


def test_what_ended_exactly_when_the_outage_began_is_not_counted_as_its_victim(
    house: House, clock: Clock, pupil: Card
) -> None:
    end = deadline(house, start(house, pupil))
    clock.instant = end + GRACE
    overdue.hand_in_overdue(house.store)
    assert pause(house, since=end) == 0


def test_a_pause_begins_neither_in_the_future_nor_before_the_round_nor_within_an_earlier_pause(
    house: House, clock: Clock
) -> None:
    went_on = clock.instant + HOUR
    pause(house)
    clock.instant = went_on
    resume(house)
    clock.pass_(minutes=5)
    opened = round_of(house).opens_at
    for since in (clock.instant + MICROSECOND, opened - MICROSECOND, went_on - MICROSECOND):
        with pytest.raises(more_time.SinceWhen):
            pause(house, since=since)
    pause(house, since=went_on)
    assert round_of(house).paused_at == went_on


def test_pausing_twice_and_resuming_what_goes_on_are_refused(house: House) -> None:
    with pytest.raises(more_time.NotPaused):
        resume(house)
    pause(house)
    with pytest.raises(more_time.PausedAlready):
        pause(house)


def test_more_time_granted_during_a_pause_and_the_pause_add_up(house: House, clock: Clock, pupil: Card) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)
    pause(house)
    clock.instant += ODD
    extend(house, 3)
    resume(house)
    assert deadline(house, ref) == end + timedelta(minutes=3) + ODD


# ── at the same instant ──


def test_saves_beside_extensions_lose_neither(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)

    def act(number: int) -> object:
        if number % 4 == 0:
            return extend(house, 1)
        return house.saving.choice(pupil.actor, ref, number + 1, 1, [0])

    at_once(16, act)
    assert deadline(house, ref) == end + timedelta(minutes=4)
    with house.store.reading() as view:
        paper = queries.get_attempt(view.session, queries.get_row(view.session, ref))
    assert {item.no for item in paper.items if item.saved} == {n + 1 for n in range(16) if n % 4}


def test_whoever_starts_beside_an_extension_has_it_too(house: House, clock: Clock) -> None:
    """Near the end of the window the sitting is as long as the window: an extension missed would show."""
    end = round_of(house).closes_at
    clock.instant = end - timedelta(minutes=30)
    cards = [enter(house) for _ in range(12)]
    refs = at_once(16, lambda n: start(house, cards[n]) if n < 12 else str(extend(house, 1)))[:12]
    assert {deadline(house, ref) - end for ref in refs} == {timedelta(minutes=4)}


def test_two_timetables_hand_in_a_crowd_once_between_them_while_time_is_granted(house: House, clock: Clock) -> None:
    granted = enter(house, unit="THCS-B")
    refs = [start(house, enter(house)) for _ in range(12)]
    kept = start(house, granted)
    clock.instant += HOUR + GRACE
    counts = at_once(
        5, lambda n: overdue.hand_in_overdue(house.store, batch=2) if n else extend(house, 5, unit="THCS-B")
    )
    with house.store.reading() as view:
        states = {ref: queries.get_row(view.session, ref).state for ref in [*refs, kept]}
        assert contests.get_round(view.session, round_of(house).ref).paused_at is None
        assert view.session.scalars(select(Round.paused_at).where(Round.paused_at.is_not(None))).all() == []
    done = sum(state == "handed_in" for state in states.values())
    assert sum(counts[1:]) == done
    assert done + counts[0] == 13
    assert (states[kept] == "open") is (counts[0] == 1)
