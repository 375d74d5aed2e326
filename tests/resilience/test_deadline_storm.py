"""A real server around a deadline: what arrives before it counts, what arrives at it or later does not.

QUIZAPP_LATE says how many requests are sent within two seconds of a deadline; 10000 is the full count.
"""

import http.client
import json
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text, update

from quizapp.app import create_app
from quizapp.attempts.models import Attempt
from quizapp.foundation import clock as clocks
from quizapp.house import House
from tests.resilience.books import Content, audit
from tests.resilience.opening import invented
from tests.resilience.programs import Installation, Wsgi, served
from tests.resilience.writers import Writer, arrive

REQUESTS = int(os.environ.get("QUIZAPP_LATE", "1000"))
PUPILS = 12
AROUND = timedelta(seconds=2)
ESSAY = 41
MOST_ASIDE = 200  # kept of one attempt, as attempts.saving has it


@dataclass(frozen=True)
class Exchange:
    """A request and its answer: just before its last byte was sent, when the answer was there, what the server said."""

    way: str
    sent_at: datetime
    heard_at: datetime
    status: int
    stamp: datetime | None = None


def fault(exchange: Exchange, deadline: datetime) -> str:
    """Return what is wrong with an exchange; nothing if it keeps the law of the deadline."""
    stamp = exchange.stamp
    if stamp and not exchange.sent_at <= stamp <= exchange.heard_at and stamp != deadline:
        return f"{exchange.way}: stamped at another time than it came"
    if exchange.way == "hand in":
        return "" if exchange.status == 200 and stamp and stamp <= deadline else "hand in: not dated by the deadline"
    if exchange.status == 200:
        return "" if stamp and stamp < deadline else f"{exchange.way}: accepted too late"
    if exchange.status == 409:
        return "" if exchange.heard_at >= deadline else f"{exchange.way}: refused though it came in time"
    return f"{exchange.way}: answered {exchange.status}"


class Hurried(Writer):
    """Sends changes as fast as they are answered, and notes the time on both sides of each."""

    def __init__(self, address: str, card: dict[str, str], number: int) -> None:
        super().__init__(address, card, number)
        self.late: set[tuple[int, Content]] = set()

    def rush(self, until: datetime) -> list[Exchange]:
        """Send until then, choices and essays, with a device's clock that is a day off."""
        host = self.api.removeprefix("http://").removesuffix("/api/v1")
        made = []
        with closing(http.client.HTTPConnection(host, timeout=30)) as link:
            while clocks.now() < until:
                item = self.chance.choice([*self._items, *self._items[-1:] * 8])
                made.append(self._save_once(link, item))
        return made

    def hand_in_by(self, way: str) -> Exchange:
        """Hand in as a script does, or as the page's form does, and read the receipt."""
        host = self.api.removeprefix("http://").removesuffix("/api/v1")
        with closing(http.client.HTTPConnection(host, timeout=30)) as link:
            if way == "json":
                told = self._exchange(link, "POST", f"/api/v1/attempts/{self.ledger.attempt}/hand-in", b"{}", "json")
            else:
                form = urlencode({"csrf_token": self.http.headers["X-CSRFToken"]}).encode()
                told = self._exchange(link, "POST", f"/attempts/{self.ledger.attempt}/hand-in", form, "form")
        receipt = self.http.get(f"{self.api}/attempts/{self.ledger.attempt}/receipt", timeout=30).json()
        self.ledger.receipts.append((receipt["code"], receipt["sha256"]))
        status = 200 if told[2] in {200, 302, 303} else told[2]
        return Exchange("hand in", told[0], told[1], status, datetime.fromisoformat(receipt["handed_in_at"]))

    def _save_once(self, link: http.client.HTTPConnection, item: dict[str, Any]) -> Exchange:
        no, seq = item["no"], item["seq"] + 1
        content = self._invent(item)
        self.ledger.note_sent(no, seq, content)
        body = {"seq": seq, "html": content} if isinstance(content, str) else {"seq": seq, "choice": list(content)}
        path = f"/api/v1/attempts/{self.ledger.attempt}/responses/{no}"
        sent_at, heard_at, status, told = self._exchange(link, "PUT", path, json.dumps(body).encode(), "json")
        if status == 409:
            self.late.add((no, content))
        if status == 200:
            item["seq"] = seq
            self.ledger.note_acknowledged(no, seq, content)
        stamp = datetime.fromisoformat(told["saved_at"]) if status == 200 else None
        return Exchange("essay" if no == ESSAY else "choice", sent_at, heard_at, status, stamp)

    def _exchange(
        self, link: http.client.HTTPConnection, method: str, path: str, body: bytes, kind: str
    ) -> tuple[datetime, datetime, int, Any]:
        claimed = clocks.now() + timedelta(hours=self.chance.choice([-24, 0, 24]))
        link.putrequest(method, path)
        for name, value in {
            "Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies),
            "X-CSRFToken": str(self.http.headers["X-CSRFToken"]),
            "Content-Type": "application/json" if kind == "json" else "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
            "Date": f"{claimed:%a, %d %b %Y %H:%M:%S} GMT",
        }.items():
            link.putheader(name, value)
        link.endheaders(body[:-1])
        sent_at = clocks.now()
        link.send(body[-1:])
        answer = link.getresponse()
        content = answer.read()
        heard_at = clocks.now()
        return sent_at, heard_at, answer.status, json.loads(content) if kind == "json" else None


def move_deadlines(house: House, pupils: list[Hurried], ahead: timedelta) -> datetime:
    """Let the time of all be up ``ahead`` from now."""
    deadline = clocks.now() + ahead
    refs = [pupil.ledger.attempt for pupil in pupils]
    with house.engine.begin() as connection:
        connection.execute(update(Attempt).where(Attempt.ref.in_(refs)).values(deadline_at=deadline))
    return deadline


def aside_fault(house: House, pupil: Hurried) -> str:
    """Tell if not every late content of a pupil is kept aside."""
    query = text(
        "SELECT count(*) FROM set_aside WHERE reason = 'late' "
        "AND attempt_id = (SELECT id FROM attempts WHERE ref = :ref)"
    )
    with house.engine.connect() as connection:
        kept = int(connection.execute(query, {"ref": pupil.ledger.attempt}).scalar_one())
    came = min(len(pupil.late), MOST_ASIDE)
    return "" if kept == came else f"{came} changes came late, {kept} are kept aside"


def storm(house: House, pupils: list[Hurried]) -> tuple[datetime, list[Exchange]]:
    """Let all send within two seconds of one deadline; return it and what was said."""
    deadline = move_deadlines(house, pupils, AROUND)
    with ThreadPoolExecutor(len(pupils)) as pool:
        rushing = [pool.submit(pupil.rush, deadline + AROUND) for pupil in pupils]
    return deadline, [exchange for rush in rushing for exchange in rush.result()]


def hand_in_around(house: House, pupils: list[Hurried]) -> tuple[datetime, list[Exchange]]:
    """Let all hand in within a second of one deadline, by either way."""
    deadline = move_deadlines(house, pupils, AROUND / 2)

    def one(pupil: Hurried) -> Exchange:
        moment = deadline + AROUND * (pupil.chance.random() - 0.5)
        threading.Event().wait(max(0.0, (moment - clocks.now()).total_seconds()))
        return pupil.hand_in_by(pupil.chance.choice(["json", "form"]))

    with ThreadPoolExecutor(len(pupils)) as pool:
        return deadline, list(pool.map(one, pupils))


def test_around_a_deadline_everything_is_stamped_as_it_comes(installation: Installation, inside: House) -> None:
    cards = iter(invented(installation, PUPILS * (REQUESTS // 600 + 2)))
    installation.serve()
    Writer.dark.clear()
    said: list[Exchange] = []
    faults: list[str] = []
    while len(said) < REQUESTS:
        pupils = [Hurried(installation.address, next(cards), number) for number in range(PUPILS)]
        arrive(pupils)
        for deadline, exchanges in (storm(inside, pupils), hand_in_around(inside, pupils)):
            faults += [told for one in exchanges if (told := fault(one, deadline))]
            said += exchanges
        faults += audit(inside, [pupil.ledger for pupil in pupils])
        faults += [told for pupil in pupils if (told := aside_fault(inside, pupil))]
    accepted = sum(one.status == 200 for one in said)
    print({"requests": len(said), "accepted": accepted, "refused": len(said) - accepted})
    assert faults == []
    assert len(said) / 10 < accepted < len(said) * 9 / 10


# ── the controls ──

DEADLINE = datetime(2019, 8, 20, 10, 0, tzinfo=UTC)


def at(milliseconds: float) -> datetime:
    return DEADLINE + timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("exchange", "is_fault"),
    [
        (Exchange("choice", at(-9), at(-1), 200, at(-2)), False),
        (Exchange("choice", at(-9), at(5), 200, at(-0.001)), False),
        (Exchange("choice", at(-9), at(5), 409), False),
        (Exchange("choice", at(1), at(5), 409), False),
        (Exchange("choice", at(-9), at(5), 200, at(0)), True),
        (Exchange("choice", at(1), at(5), 200, at(2)), True),
        (Exchange("choice", at(1), at(5), 200, at(-3)), True),
        (Exchange("choice", at(-9), at(-1), 409), True),
        (Exchange("choice", at(-9), at(-5), 200, at(-4)), True),
        (Exchange("choice", at(-9), at(-5), 503), True),
        (Exchange("hand in", at(3), at(5), 200, at(0)), False),
        (Exchange("hand in", at(-9), at(-5), 200, at(-7)), False),
        (Exchange("hand in", at(3), at(5), 200, at(4)), True),
    ],
)
def test_what_breaks_the_law_of_the_deadline(exchange: Exchange, is_fault: bool) -> None:
    assert bool(fault(exchange, DEADLINE)) is is_fault


class Hasty:
    """Notes the time at which a request begins, before its body is there: what a careless server would stamp."""

    def __init__(self, honest: Wsgi, began: threading.local) -> None:
        self.honest, self.began = honest, began

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # The body waits on its way as long as a slow line would make it.
        self.began.at = clocks.now() - timedelta(milliseconds=200)
        return self.honest(environ, start_response)


def test_a_server_that_stamps_before_the_body_is_there_is_found_out(installation: Installation, inside: House) -> None:
    began = threading.local()
    hasty = House(inside.settings, lambda: getattr(began, "at", clocks.now()))
    pupils = [Hurried(installation.address, card, number) for number, card in enumerate(invented(installation, 2))]
    Writer.dark.clear()
    with served(Hasty(create_app(hasty), began), installation.settings.port):
        arrive(pupils)
        deadline, exchanges = storm(inside, pupils)
        for pupil in pupils:
            pupil.http.close()
    hasty.engine.dispose()
    assert [told for one in exchanges if (told := fault(one, deadline))] != []
