"""The books themselves: a server that says "saved" too early is found out, and so is a job half done."""

import json
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from quizapp.app import create_app
from quizapp.attempts.events import AttemptHandedIn
from quizapp.entries.models import Entry
from quizapp.foundation.access import SYSTEM
from quizapp.foundation.models import AuditRecord, Job
from quizapp.house import House
from quizapp.judging.models import Script
from quizapp.worker.loop import work_off
from tests.factories import answer_all, enter, hand_in, start
from tests.resilience.books import Ledger, audit, damage, losses, unfinished
from tests.resilience.contestants import Contestant
from tests.resilience.opening import invented
from tests.resilience.programs import Installation, Wsgi, served

SAVES = 20


class Hasty:
    """Answers "saved" to every n-th change before anything is stored – and then nothing ever is."""

    def __init__(self, honest: Wsgi, every: int) -> None:
        self.honest, self.every, self.changes = honest, every, count(1)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "PUT" or next(self.changes) % self.every:
            return self.honest(environ, start_response)
        sent = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Type", "application/json")])
        no = int(environ["PATH_INFO"].rsplit("/")[-1])
        return [json.dumps({"no": no, "seq": sent["seq"], "saved_at": "2019-08-01T08:00:00Z"}).encode()]


@pytest.mark.parametrize(("every", "found_out"), [(0, False), (5, True)], ids=["an honest server", "a hasty server"])
def test_an_acknowledgement_without_a_commit_is_found_out(
    installation: Installation, inside: House, every: int, found_out: bool
) -> None:
    honest: Wsgi = create_app(inside)
    card = invented(installation, 1)[0]
    contestant = Contestant(installation.address, card, number=1)
    changes = iter(range(SAVES))
    with served(Hasty(honest, every) if every else honest, installation.settings.port):
        contestant.take_paper(lambda: next(changes, None) is not None)
    assert contestant.saves == SAVES + 1
    assert bool(audit(inside, [contestant.ledger])) is found_out


NEWEST = (3, (1,))


@pytest.mark.parametrize(
    ("stored", "faults"),
    [
        ({7: NEWEST}, 0),
        ({7: (4, (2,))}, 0),
        ({}, 1),
        ({7: (2, (0,))}, 1),
        ({7: (3, (2,))}, 2),
        ({7: (4, (3,))}, 1),
        ({7: NEWEST, 8: (1, (0,))}, 1),
    ],
    ids=[
        "the newest acknowledged",
        "a newer one, sent but not acknowledged",
        "nothing",
        "an older one",
        "other content under the same number",
        "a newer one that nobody sent",
        "an item nobody answered",
    ],
)
def test_what_counts_as_lost(stored: dict[int, Any], faults: int) -> None:
    ledger = Ledger("paper")
    for seq, content in ((2, (0,)), (3, (1,)), (4, (2,))):
        ledger.note_sent(7, seq, content)
    ledger.note_acknowledged(7, *NEWEST)
    assert len(losses(ledger, stored)) == faults


# ── jobs ──


@pytest.fixture
def finished(house: House) -> House:
    """A house in which one pupil has handed in, and everything that follows is done."""
    card = enter(house)
    ref = start(house, card)
    answer_all(house, card, ref)
    hand_in(house, card, ref)
    work_off(house)
    return house


def pdf(house: House) -> Path:
    with house.store.reading() as view:
        key = view.session.scalars(select(Entry.storage_key)).one()
    return house.settings.data / "files" / key[:2] / key


def again(engine: Engine, verb: str) -> None:
    with engine.begin() as connection:
        row = connection.execute(select(AuditRecord.__table__).where(AuditRecord.verb == verb)).mappings().one()
        connection.execute(insert(AuditRecord), {name: value for name, value in row.items() if name != "id"})


def forget(engine: Engine, table: type[Any]) -> None:
    with engine.begin() as connection:
        connection.execute(delete(table))


def leave_waiting(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(Job).where(Job.name == "make_entry").values(state="waiting"))


def tell_twice(house: House) -> None:
    with house.store.unit_of_work(SYSTEM) as work:
        work.tell(AttemptHandedIn(work.session.scalars(select(Entry.attempt_id)).one()))
    work_off(house)


def test_when_all_is_done_once_there_is_nothing_to_say(finished: House) -> None:
    assert unfinished(finished) == damage(finished) == []


@pytest.mark.parametrize(
    "tamper",
    [
        lambda house: pdf(house).unlink(),
        lambda house: pdf(house).write_bytes(pdf(house).read_bytes()[:-100]),
        lambda house: forget(house.engine, Entry),
        lambda house: forget(house.engine, Script),
        lambda house: leave_waiting(house.engine),
        lambda house: again(house.engine, "mark_choices"),
        tell_twice,
    ],
    ids=["no file", "half a file", "no entry", "no script", "a job left", "an effect twice", "told twice"],
)
def test_what_is_not_done_once_is_found_out(finished: House, tamper: Callable[[House], object]) -> None:
    tamper(finished)
    assert unfinished(finished) != []
