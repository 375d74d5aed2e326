"""A clock that is set back reopens nothing, and one that was wrong for a moment is not believed for ever."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from quizapp.foundation.clock import Steady
from quizapp.foundation.models import HighWater
from quizapp.foundation.work import Store
from quizapp.house import House
from tests.factories import Clock

NOON = datetime(2019, 8, 1, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_it_tells_what_the_wall_tells() -> None:
    wall = Clock()
    steady = Steady(wall)
    for _ in range(3):
        wall.pass_(seconds=1)
        assert steady() == wall.instant


def test_set_back_it_goes_on_from_where_it_was_and_slower() -> None:
    wall = Clock()
    steady = Steady(wall)
    before = steady()
    wall.pass_(hours=-1)
    after = [steady() for _ in range(1000)]
    assert after == sorted(after)
    assert before <= after[0] and after[-1] - before < timedelta(seconds=60)
    wall.pass_(hours=2)
    assert steady() == wall.instant


def test_what_anybody_acted_upon_is_past_for_everybody() -> None:
    wall = Clock()
    steady = Steady(wall)
    steady.not_before(wall.instant + HOUR)
    assert steady() >= wall.instant + HOUR


def test_a_program_started_with_a_wrong_clock_hears_how_far_time_had_come(empty_house: House) -> None:
    empty_house.store.mark_time()
    wall = Clock()
    wall.pass_(hours=-1)
    restarted = Store(empty_house.engine, wall)
    with restarted.reading() as view:
        assert view.now >= wall.instant + HOUR
        assert view.session.scalar(select(HighWater.at)) == wall.instant + HOUR


def test_the_mark_only_rises(empty_house: House, clock: Clock) -> None:
    empty_house.store.mark_time()
    before = clock.instant
    clock.pass_(hours=-1)
    empty_house.store.mark_time()
    with empty_house.store.reading() as view:
        assert (view.session.scalar(select(HighWater.at)) or before) >= before
