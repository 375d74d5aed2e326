"""How far an entry's PDF is, told truly – also when it cannot be made."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quizapp.attempts.queries import get_row
from quizapp.entries import queries
from quizapp.foundation import jobs
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.errors import NotAllowed
from quizapp.foundation.models import AuditRecord
from quizapp.house import House
from quizapp.worker.loop import work_off
from quizapp.worker.reactions import REACTIONS
from tests.factories import Card, Clock, Visitor, answer_all, enter, hand_in, start


def handed_in(house: House, pupil: Card) -> str:
    ref = start(house, pupil)
    answer_all(house, pupil, ref)
    hand_in(house, pupil, ref)
    return ref


def printing(house: House, ref: str) -> queries.Printing:
    with house.store.reading() as view:
        return queries.printing(view.session, get_row(view.session, ref).id)


def give_up(house: House, clock: Clock) -> None:
    """Let every job fail as often as a job may."""
    while jobs.hear(house.store, REACTIONS):
        pass
    broken = dict.fromkeys(("mark_choices", "queue_essay", queries.JOB), refuse)
    for _ in range(jobs.MAX_ATTEMPTS):
        while job := jobs.claim(house.store):
            jobs.run(job, broken)
        clock.instant += timedelta(hours=1)


def refuse(_job: jobs.RunningJob) -> None:
    raise OSError("the disk is full")


def test_an_entry_waits_then_is_ready(house: House) -> None:
    ref = handed_in(house, enter(house))
    assert printing(house, ref).state == "waiting"
    work_off(house)
    ready = printing(house, ref)
    assert ready.state == "ready" and ready.storage_key
    assert house.storage.get(ready.storage_key).startswith(b"%PDF-")


def test_the_pupil_is_told_when_it_cannot_be_made(house: House, clock: Clock, visitor: Visitor) -> None:
    pupil = enter(house)
    ref = handed_in(house, pupil)
    give_up(house, clock)
    assert printing(house, ref).state == "failed"
    answer = visitor.sign_in(pupil).get(f"/api/v1/attempts/{ref}/receipt").get_json()
    assert answer["entry"] == {"state": "failed", "url": None}


def test_an_administrator_has_what_was_given_up_done_again(house: House, clock: Clock, visitor: Visitor) -> None:
    ref = handed_in(house, enter(house))
    give_up(house, clock)
    visitor.sign_in(enter(house, Role.ADMINISTRATOR, unit="PGD", category="staff"))
    assert "Cho làm lại" in visitor.get("/admin").text
    assert visitor.post("/admin/jobs/again").status_code == 302
    assert "Cho làm lại" not in visitor.get("/admin").text
    work_off(house)
    assert printing(house, ref).state == "ready"
    with house.store.reading() as view:
        record = view.session.scalars(select(AuditRecord).where(AuditRecord.verb == "try_jobs_again")).one()
        assert record.details == {"count": 3}


def test_only_an_administrator_may(house: House) -> None:
    with pytest.raises(NotAllowed), house.store.unit_of_work(enter(house).actor) as work:
        jobs.try_again(work)
    with house.store.unit_of_work(SYSTEM) as work:
        assert jobs.try_again(work) == 0
