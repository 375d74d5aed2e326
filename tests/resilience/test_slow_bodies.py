"""A body that trickles in is stamped when its last byte is there, whenever it began. The clock is the real one here."""

import http.client
import json
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from quizapp.attempts.models import Attempt, Receipt
from quizapp.foundation import clock as clocks
from quizapp.house import House
from tests.resilience.books import audit
from tests.resilience.contestants import Contestant
from tests.resilience.opening import invented
from tests.resilience.programs import Installation
from tests.together import until


def trickle(
    who: Contestant, method: str, path: str, body: Any, pause: Callable[[], object]
) -> tuple[datetime, int, Any]:
    """Send the head and half the body, pause, send the rest; return when the last byte went off, status and answer."""
    content = json.dumps(body).encode()
    host, _, port = who.api.removeprefix("http://").removesuffix("/api/v1").partition(":")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in who.http.cookies)
    head = [
        f"{method} /api/v1/attempts/{who.ledger.attempt}{path} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Cookie: {cookies}",
        f"X-CSRFToken: {who.http.headers['X-CSRFToken']}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "Connection: close",
    ]
    with socket.create_connection((host, int(port)), timeout=30) as link:
        link.sendall("\r\n".join([*head, "", ""]).encode() + content[:1])
        pause()
        sent_at = clocks.now()
        link.sendall(content[1:])
        answer = http.client.HTTPResponse(link, method=method)
        answer.begin()
        return sent_at, answer.status, json.loads(answer.read())


def move_deadline(house: House, ref: str, ahead: timedelta) -> datetime:
    """Let the attempt's time be up ``ahead`` from now."""
    deadline = clocks.now() + ahead
    with house.engine.begin() as connection:
        connection.execute(update(Attempt).where(Attempt.ref == ref).values(deadline_at=deadline))
    return deadline


def test_a_body_is_stamped_when_it_has_arrived(installation: Installation, inside: House) -> None:
    pupil = Contestant(installation.address, invented(installation, 1)[0], number=1)
    installation.serve()
    with pupil.http:
        pupil.sign_in()
        pupil.begin()
        begun = clocks.now()
        pupil.ledger.note_sent(1, 1, (0,))
        sent_at, status, told = trickle(
            pupil, "PUT", "/responses/1", {"seq": 1, "choice": [0]}, lambda: until(lambda: passed(begun, 1), 9)
        )
        assert status == 200
        assert begun < sent_at <= datetime.fromisoformat(told["saved_at"]) <= clocks.now()
        pupil.ledger.note_acknowledged(1, 1, (0,))

        deadline = move_deadline(inside, pupil.ledger.attempt, timedelta(seconds=2))
        late = [
            trickle(
                pupil, "PUT", "/responses/2", {"seq": 1, "choice": [0]}, lambda: until(lambda: passed(deadline), 9)
            ),
            trickle(pupil, "PUT", "/responses/41", {"seq": 1, "html": "<p>Em</p>"}, lambda: None),
        ]
        assert [(status, told["type"]) for _, status, told in late] == [(409, "urn:quizapp:attempt-closed")] * 2

        _, status, told = trickle(pupil, "POST", "/hand-in", {}, lambda: None)
        pupil.ledger.receipts.append((told["code"], told["sha256"]))
    with inside.store.reading() as view:
        assert (status, view.session.scalars(select(Receipt.handed_in_at)).one()) == (200, deadline)
    assert audit(inside, [pupil.ledger]) == []


def passed(instant: datetime, seconds: float = 0) -> bool:
    """Tell whether ``instant`` was ``seconds`` ago or more."""
    return clocks.now() >= instant + timedelta(seconds=seconds)
