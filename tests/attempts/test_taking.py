"""A pupil takes the paper: start, save, come back, hand in."""

import hashlib
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from quizapp.attempts import overdue, queries, services
from quizapp.attempts.models import Attempt, Receipt
from quizapp.attempts.rules import AttemptClosed, NotAnAnswer, StaleWrite
from quizapp.contests.rules import RoundKind
from quizapp.foundation.errors import NotAllowed
from quizapp.foundation.models import Told
from quizapp.house import House
from tests.factories import Card, Clock, answer_all, enter, hand_in, round_of, start


def paper(house: House, ref: str) -> queries.AttemptView:
    with house.store.reading() as view:
        return queries.get_attempt(view.session, queries.get_row(view.session, ref))


def choose(house: House, card: Card, ref: str, no: int, seq: int, choice: list[int]) -> queries.Saved:
    return house.saving.choice(card.actor, ref, no, seq, choice).saved


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


def single(house: House, ref: str) -> int:
    return next(item.no for item in paper(house, ref).items if item.kind == "single")


def test_the_paper_is_forty_items_fifteen_of_them_general_and_an_essay(house: House, pupil: Card) -> None:
    found = paper(house, start(house, pupil))
    assert [item.no for item in found.items] == list(range(1, 41))
    assert len({item.version_id for item in found.items}) == 40
    assert found.essay and found.essay.no == 41


def test_two_pupils_get_items_in_an_order_of_their_own(house: House, pupil: Card) -> None:
    first = paper(house, start(house, pupil, seed=1))
    second = paper(house, start(house, enter(house), seed=2))
    assert [item.version_id for item in first.items] != [item.version_id for item in second.items]


def test_starting_again_returns_the_open_attempt(house: House, pupil: Card) -> None:
    first = start(house, pupil)
    ref, new = services.start_once(house.store, pupil.actor, round_of(house).ref, Random(9))
    assert (ref, new) == (first, False)


def test_one_attempt_only(house: House, pupil: Card) -> None:
    hand_in(house, pupil, start(house, pupil))
    with pytest.raises(services.NoAttemptLeft):
        start(house, pupil)


@pytest.mark.parametrize(("days", "open_"), [(-1, False), (0, True), (56, True), (57, False)])
def test_the_window_opens_and_closes(house: House, clock: Clock, days: int, open_: bool) -> None:
    clock.pass_(days=days)
    pupil = enter(house)
    if open_:
        assert start(house, pupil)
    else:
        with pytest.raises(services.RoundNotOpen):
            start(house, pupil)


def test_a_primary_school_enters_staff_only(house: House) -> None:
    with pytest.raises(NotAllowed):
        start(house, enter(house, unit="TH-A", category="grade-6"))
    assert start(house, enter(house, unit="TH-A", category="staff"))


def test_what_was_saved_is_there_on_another_device(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    no = single(house, ref)
    choose(house, pupil, ref, no, 1, [2])
    saved = paper(house, ref).items[no - 1].saved
    assert saved and (saved.choice, saved.seq) == ((2,), 1)


def test_an_answer_can_be_taken_back(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    no = single(house, ref)
    choose(house, pupil, ref, no, 1, [2])
    choose(house, pupil, ref, no, 2, [])
    saved = paper(house, ref).items[no - 1].saved
    assert saved and saved.choice == ()


def test_the_same_change_sent_twice_is_answered_the_same(house: House, clock: Clock, pupil: Card) -> None:
    ref = start(house, pupil)
    no = single(house, ref)
    first = choose(house, pupil, ref, no, 1, [2])
    clock.pass_(seconds=30)
    assert choose(house, pupil, ref, no, 1, [2]) == first


@pytest.mark.parametrize("seq", [1, 2], ids=["an older tab", "the same number, another answer"])
def test_an_older_tab_never_overwrites_newer_work(house: House, pupil: Card, seq: int) -> None:
    ref = start(house, pupil)
    no = single(house, ref)
    choose(house, pupil, ref, no, 2, [1])
    with pytest.raises(StaleWrite) as refusal:
        choose(house, pupil, ref, no, seq, [0])
    assert refusal.value.newer.choice == (1,)
    saved = paper(house, ref).items[no - 1].saved
    assert saved and saved.choice == (1,)


@pytest.mark.parametrize(
    "choice", [[0, 1], [99], [-1], [0, 0]], ids=["two of one", "no such option", "negative", "twice"]
)
def test_what_is_no_answer_is_refused_and_changes_nothing(house: House, pupil: Card, choice: list[int]) -> None:
    ref = start(house, pupil)
    no = single(house, ref)
    choose(house, pupil, ref, no, 1, [2])
    with pytest.raises(NotAnAnswer):
        choose(house, pupil, ref, no, 2, choice)
    saved = paper(house, ref).items[no - 1].saved
    assert saved and saved.choice == (2,)


@pytest.mark.parametrize("no", [0, 41, 42, 10_000])
def test_there_is_no_such_choice_item(house: House, pupil: Card, no: int) -> None:
    ref = start(house, pupil)
    with pytest.raises(NotAnAnswer):
        choose(house, pupil, ref, no, 1, [0])


def test_somebody_elses_paper_stays_closed(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    with pytest.raises(NotAllowed):
        choose(house, enter(house), ref, 1, 1, [0])
    with pytest.raises(NotAllowed):
        hand_in(house, enter(house), ref)


def test_the_sitting_ends_after_sixty_minutes_to_the_microsecond(house: House, clock: Clock, pupil: Card) -> None:
    ref = start(house, pupil)
    no = single(house, ref)
    clock.instant += timedelta(minutes=60) - timedelta(microseconds=1)
    choose(house, pupil, ref, no, 1, [0])
    clock.instant += timedelta(microseconds=1)
    with pytest.raises(AttemptClosed):
        choose(house, pupil, ref, no, 2, [1])


def test_the_office_has_two_days_more_than_the_schools(house: House, clock: Clock) -> None:
    school, office = enter(house, category="staff"), enter(house, unit="PGD", category="staff")
    at_school, at_office = (start(house, card, RoundKind.WRITTEN) for card in (school, office))
    deadlines = [paper(house, ref).deadline_at.isoformat() for ref in (at_school, at_office)]
    assert deadlines == ["2019-08-20T10:00:00+00:00", "2019-08-21T17:00:00+00:00"]


def test_handing_in_twice_gives_one_receipt(house: House, clock: Clock, pupil: Card) -> None:
    ref = start(house, pupil)
    first = hand_in(house, pupil, ref)
    clock.pass_(minutes=1)
    assert hand_in(house, pupil, ref) == first
    with house.store.reading() as view:
        assert view.session.scalar(select(func.count()).select_from(Receipt)) == 1
        assert view.session.scalar(select(func.count()).select_from(Told)) == 1


def test_nothing_is_taken_after_the_hand_in(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    hand_in(house, pupil, ref)
    with pytest.raises(AttemptClosed):
        choose(house, pupil, ref, 1, 1, [0])


def test_the_receipt_vouches_for_the_very_words(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    answer_all(house, pupil, ref)
    code = hand_in(house, pupil, ref)
    with house.store.reading() as view:
        record = queries.record_of(view.session, queries.get_row(view.session, ref))
        receipt = queries.receipt_by_code(view.session, code)
    assert receipt and hashlib.sha256(record).hexdigest() == receipt.sha256
    assert "dịch vụ công trực tuyến rất tiện lợi".encode() in record
    assert pupil.name.encode() not in record


def test_time_is_up_and_the_timetable_hands_in_as_of_the_deadline(house: House, clock: Clock, pupil: Card) -> None:
    ref = start(house, pupil)
    clock.pass_(minutes=59)
    assert overdue.hand_in_overdue(house.store) == 0
    clock.pass_(minutes=1, seconds=14)
    assert overdue.hand_in_overdue(house.store) == 1
    assert overdue.hand_in_overdue(house.store) == 0
    found = paper(house, ref)
    assert found.handed_in_at == found.started_at + timedelta(minutes=60)


def test_a_hand_in_after_the_deadline_counts_as_of_the_deadline(house: House, clock: Clock, pupil: Card) -> None:
    ref = start(house, pupil)
    clock.pass_(minutes=61)
    hand_in(house, pupil, ref)
    found = paper(house, ref)
    assert found.handed_in_at == found.started_at + timedelta(minutes=60)


def test_reading_a_paper_takes_as_many_statements_for_forty_items_as_for_one(house: House, pupil: Card) -> None:
    from tests.statements import counted

    ref = start(house, pupil)
    with house.store.reading() as view, counted(house.engine) as statements:
        queries.get_attempt(view.session, view.session.scalars(select(Attempt).where(Attempt.ref == ref)).one())
    assert len(statements) == 4
