"""One transaction, one actor, one instant: all of it is kept, or none."""

from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from quizapp.foundation.access import NOBODY, SYSTEM
from quizapp.foundation.models import AuditRecord, Job, Pulse, Told
from quizapp.foundation.work import Store
from quizapp.house import House
from tests.factories import Clock
from tests.together import at_once

THREADS, EACH = 16, 30


@dataclass(frozen=True)
class LampLit:
    """A fact for these tests."""

    lamp: str


def rows(house: House) -> list[int]:
    """Return how many facts, audit lines and pulses there are."""
    with house.store.reading() as view:
        tables = (Told, AuditRecord, Pulse)
        return [view.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def change(store: Store, breaks: bool = False) -> None:
    with store.unit_of_work(SYSTEM) as work:
        work.session.add(Pulse(name="lamp", beat_at=work.now))
        work.tell(LampLit("hall"))
        work.audit("light", "lamp:hall")
        if breaks:
            raise RuntimeError("the bulb burst")


def test_facts_and_audit_are_kept_with_the_change(empty_house: House) -> None:
    change(empty_house.store)
    assert rows(empty_house) == [1, 1, 1]


def test_facts_and_audit_go_when_the_change_goes(empty_house: House) -> None:
    with pytest.raises(RuntimeError):
        change(empty_house.store, breaks=True)
    assert rows(empty_house) == [0, 0, 0]


def test_workers_are_woken_after_the_commit_and_only_when_there_is_work(empty_house: House) -> None:
    seen: list[list[int]] = []
    store = Store(empty_house.engine, empty_house.clock, wake=lambda: seen.append(rows(empty_house)))
    with store.unit_of_work(SYSTEM) as work:
        work.audit("look", "lamp:hall")
    with pytest.raises(RuntimeError):
        change(store, breaks=True)
    assert seen == []
    change(store)
    assert seen == [[1, 2, 1]]


def test_a_view_keeps_nothing(empty_house: House) -> None:
    with empty_house.store.reading() as view:
        view.session.add(Pulse(name="lamp", beat_at=view.now))
        view.session.flush()
    assert rows(empty_house) == [0, 0, 0]


def test_a_view_is_nobodys_and_does_not_wait_for_a_writer(empty_house: House) -> None:
    with empty_house.store.unit_of_work(SYSTEM) as work:
        work.session.add(Pulse(name="lamp", beat_at=work.now))
        work.session.flush()
        with empty_house.store.reading() as view:
            assert view.actor is NOBODY
            assert view.session.get(Pulse, "lamp") is None


def test_one_unit_of_work_happens_at_one_instant(empty_house: House, clock: Clock) -> None:
    with empty_house.store.unit_of_work(SYSTEM) as work:
        begun = clock.instant
        clock.pass_(seconds=5)
        work.tell(LampLit("hall"))
        work.audit("light", "lamp:hall")
    with empty_house.store.reading() as view:
        written = [view.session.scalars(select(Told.told_at)).one(), view.session.scalars(select(AuditRecord.at)).one()]
    assert written == [begun, begun]


def test_480_increments_at_once_lose_none(empty_house: House) -> None:
    with empty_house.store.unit_of_work(SYSTEM) as work:
        work.session.add(Job(name="count", body={}, due_at=work.now, created_at=work.now))

    def increment(_thread: int) -> None:
        for _ in range(EACH):
            with empty_house.store.unit_of_work(SYSTEM) as work:
                row = work.session.scalars(select(Job).with_for_update()).one()
                row.attempts += 1

    at_once(THREADS, increment)
    with empty_house.store.reading() as view:
        assert view.session.scalars(select(Job.attempts)).one() == THREADS * EACH
