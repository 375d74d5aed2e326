"""Work for later: claimed under a lease, done once, whatever dies in between."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from quizapp.foundation import jobs
from quizapp.foundation.access import SYSTEM
from quizapp.foundation.jobs import LEASE, MAX_ATTEMPTS, LeaseLost, RunningJob, claim, hear, run
from quizapp.foundation.models import AuditRecord, Job, Told
from quizapp.house import House
from tests.factories import Clock
from tests.together import at_once, until

ESSAY = "Nhà em ở gần bộ phận một cửa của phường."


@dataclass(frozen=True)
class BellRang:
    """A fact for these tests."""

    bell: int


def ask(house: House, name: str = "ring", count: int = 1) -> None:
    """Tell ``count`` facts to which the job ``name`` is the reaction."""
    tell(house, count)
    hear(house.store, {"BellRang": (name,)})


def ring(job: RunningJob) -> None:
    """Do the job: its effect is one line in the audit log."""
    with job.finish() as work:
        work.audit("ring", f"job:{job.id}")


def break_down(_job: RunningJob) -> None:
    raise ValueError(ESSAY)


HANDLERS = {"ring": ring, "break": break_down}


def taken(house: House, lease: timedelta = LEASE) -> RunningJob:
    job = claim(house.store, lease)
    assert job is not None
    return job


def job_row(house: House) -> Job:
    with house.store.reading() as view:
        row = view.session.scalars(select(Job)).one()
        view.session.expunge(row)
        return row


def number_of(house: House, table: type[AuditRecord] | type[Job] | type[Told]) -> int:
    with house.store.reading() as view:
        return view.session.scalar(select(func.count()).select_from(table)) or 0


def test_eight_workers_take_forty_jobs_and_no_job_twice(empty_house: House) -> None:
    ask(empty_house, count=40)

    def work_off(_worker: int) -> list[int]:
        mine = []
        while job := claim(empty_house.store):
            mine.append(job.id)
            assert run(job, HANDLERS)
        return mine

    done = [number for mine in at_once(8, work_off) for number in mine]
    assert (len(done), len(set(done))) == (40, 40)
    assert jobs.counts(empty_house.store) == {"done": 40}
    assert number_of(empty_house, AuditRecord) == 40


def test_a_dead_workers_job_is_taken_over_after_the_lease_and_done_once(empty_house: House, clock: Clock) -> None:
    ask(empty_house)
    dead = taken(empty_house)
    clock.instant += LEASE - timedelta(microseconds=1)
    assert claim(empty_house.store) is None
    clock.instant += timedelta(microseconds=1)
    heir = taken(empty_house)
    assert (heir.id, heir.attempts) == (dead.id, 2)
    assert run(heir, HANDLERS)
    clock.pass_(days=1)
    assert claim(empty_house.store) is None
    assert number_of(empty_house, AuditRecord) == 1


@pytest.mark.parametrize("heir_is_done", [False, True], ids=["while another works", "after another is done"])
def test_who_lost_the_lease_cannot_finish(empty_house: House, clock: Clock, heir_is_done: bool) -> None:
    ask(empty_house)
    slow = taken(empty_house)
    clock.instant += LEASE
    heir = taken(empty_house)
    if heir_is_done:
        ring(heir)
    with pytest.raises(LeaseLost):
        ring(slow)
    assert number_of(empty_house, AuditRecord) == int(heir_is_done)
    assert job_row(empty_house).state == ("done" if heir_is_done else "running")


def test_who_lost_the_lease_cannot_put_the_job_off_either(empty_house: House, clock: Clock) -> None:
    ask(empty_house, "break")
    slow = taken(empty_house)
    clock.instant += LEASE
    heir = taken(empty_house)
    assert not run(slow, HANDLERS)
    row = job_row(empty_house)
    assert (row.state, row.token, row.last_error) == ("running", heir.token, None)


def test_a_long_job_keeps_its_lease(empty_house: House, clock: Clock) -> None:
    ask(empty_house)
    lease = timedelta(seconds=0.3)
    others: list[RunningJob | None] = []

    def take_long(job: RunningJob) -> None:
        for _ in range(3):
            clock.instant += lease * 0.9
            awaited = clock.instant + lease
            assert until(lambda awaited=awaited: job_row(empty_house).due_at == awaited, 10)  # type: ignore[misc]
            others.append(claim(empty_house.store))
        ring(job)

    assert run(taken(empty_house, lease), {"ring": take_long}, lease)
    assert others == [None, None, None]


def test_a_renewal_that_fails_is_tried_again(empty_house: House, clock: Clock) -> None:
    ask(empty_house)
    lease = timedelta(seconds=0.3)

    def take_long(job: RunningJob) -> None:
        clock.instant += lease * 0.9
        awaited = clock.instant + lease
        with out_of_reach(empty_house) as refused:
            assert refused.wait(10)
        assert until(lambda: job_row(empty_house).due_at == awaited, 10)
        ring(job)

    assert run(taken(empty_house, lease), {"ring": take_long}, lease)


@contextmanager
def out_of_reach(house: House) -> Iterator[threading.Event]:
    """Let the database refuse whoever asks; the event tells that it did."""
    refused = threading.Event()

    def refuse(*_: Any) -> None:
        refused.set()
        raise ConnectionError("the database is out of reach")

    event.listen(house.engine, "begin", refuse)
    try:
        yield refused
    finally:
        event.remove(house.engine, "begin", refuse)


def test_a_failure_is_tried_again_ever_more_rarely_and_ends_as_failed(empty_house: House, clock: Clock) -> None:
    ask(empty_house, "break")
    waited = []
    for _ in range(MAX_ATTEMPTS):
        job = taken(empty_house)
        assert not run(job, HANDLERS)
        assert claim(empty_house.store) is None
        waited.append(round((job_row(empty_house).due_at - clock.instant).total_seconds()))
        clock.pass_(seconds=waited[-1])
    assert waited == [2, 4, 8, 16, 32, 64]
    row = job_row(empty_house)
    assert (row.state, row.attempts) == ("failed", MAX_ATTEMPTS)
    clock.pass_(days=30)
    assert claim(empty_house.store) is None


def test_an_error_tells_its_kind_and_place_but_never_what_somebody_wrote(empty_house: House) -> None:
    ask(empty_house, "break")
    run(taken(empty_house), HANDLERS)
    told = job_row(empty_house).last_error or ""
    assert told.startswith("ValueError at break_down:")
    assert ESSAY not in told


def test_a_job_nobody_knows_is_kept_for_a_worker_that_does(empty_house: House, clock: Clock) -> None:
    ask(empty_house, "a job of the next version")
    assert not run(taken(empty_house), HANDLERS)
    assert job_row(empty_house).state == "waiting"
    clock.pass_(seconds=2)
    assert run(taken(empty_house), {"a job of the next version": ring})


def test_the_job_due_longest_comes_first(empty_house: House, clock: Clock) -> None:
    for name in ("first", "second", "third"):
        ask(empty_house, name)
        clock.pass_(seconds=1)
    assert [taken(empty_house).name for _ in range(3)] == ["first", "second", "third"]


REACTIONS = {"BellRang": ("ring", "echo", "count")}


def tell(house: House, count: int) -> None:
    with house.store.unit_of_work(SYSTEM) as work:
        for number in range(count):
            work.tell(BellRang(number))


def test_a_fact_heard_twice_is_one_job_a_reaction(empty_house: House) -> None:
    tell(empty_house, 1)
    assert [hear(empty_house.store, REACTIONS), hear(empty_house.store, REACTIONS)] == [1, 0]
    with empty_house.store.reading() as view:
        written = [(job.name, job.body) for job in view.session.scalars(select(Job).order_by(Job.id))]
    assert written == [("ring", {"bell": 0}), ("echo", {"bell": 0}), ("count", {"bell": 0})]


def test_eight_workers_hear_sixty_facts_once_each(empty_house: House) -> None:
    tell(empty_house, 60)

    def listen(_worker: int) -> int:
        heard = 0
        while batch := hear(empty_house.store, REACTIONS, batch=5):
            heard += batch
        return heard

    assert sum(at_once(8, listen)) == 60
    with empty_house.store.reading() as view:
        each = view.session.execute(select(Job.told_id, func.count()).group_by(Job.told_id)).all()
    assert len(each) == 60
    assert {number for _fact, number in each} == {3}


def test_a_fact_nobody_reacts_to_is_heard_all_the_same(empty_house: House) -> None:
    tell(empty_house, 1)
    assert hear(empty_house.store, {}) == 1
    assert not jobs.is_due(empty_house.store)
    assert number_of(empty_house, Job) == 0


def test_a_job_that_kills_every_worker_is_given_up_and_holds_up_no_other(empty_house: House, clock: Clock) -> None:
    ask(empty_house)
    for _ in range(jobs.MAX_CLAIMS):
        assert taken(empty_house).name == "ring"
        clock.instant += LEASE
    ask(empty_house, "break")
    assert taken(empty_house).name == "break"
    with empty_house.store.reading() as view:
        given_up = view.session.scalars(select(Job).where(Job.name == "ring")).one()
        assert (given_up.state, given_up.last_error) == ("failed", "its workers died")


def test_what_was_done_is_forgotten_after_a_week_and_what_was_given_up_is_not(empty_house: House, clock: Clock) -> None:
    ask(empty_house, "break")
    for _ in range(MAX_ATTEMPTS):
        clock.pass_(hours=1)
        assert run(taken(empty_house), HANDLERS) is False
    ask(empty_house, "ring", 3)
    while job := claim(empty_house.store):
        run(job, HANDLERS)
    clock.pass_(days=7)
    assert jobs.forget_done(empty_house.store) == 0
    clock.pass_(seconds=1)
    assert jobs.forget_done(empty_house.store) == 3
    assert jobs.counts(empty_house.store) == {"failed": 1}
    assert number_of(empty_house, AuditRecord) == 3
