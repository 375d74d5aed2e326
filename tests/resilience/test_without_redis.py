"""The queue only wakes: when it is gone, nothing a contestant does fails, and what follows is done all the same."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from quizapp.foundation import jobs
from quizapp.house import House
from tests.resilience.books import audit, unfinished
from tests.resilience.contestants import Contestant
from tests.resilience.opening import invented
from tests.resilience.programs import Installation, free_port
from tests.together import until


@pytest.fixture(params=["gone", "mute"])
def dead_redis(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a Redis that is gone, or that takes calls and never answers."""
    port = free_port()
    with ExitStack() as stack:
        if request.param == "mute":
            stack.enter_context(socket.create_server(("127.0.0.1", port), backlog=128))
        yield f"redis://127.0.0.1:{port}/0"


def test_a_paper_is_taken_handed_in_and_printed_without_redis(
    installation: Installation, inside: House, dead_redis: str
) -> None:
    pupil = Contestant(installation.address, invented(installation, 1)[0], number=1)
    changes = iter(range(5))
    web = installation.start("serve", QUIZAPP_REDIS_URL=dead_redis)
    worker = installation.start("worker", QUIZAPP_REDIS_URL=dead_redis)
    assert until(installation.answers, 60), web.said()
    began = time.monotonic()
    pupil.take_paper(lambda: next(changes, None) is not None)
    assert time.monotonic() - began < 60
    assert pupil.surprises == audit(inside, [pupil.ledger]) == []
    assert until(lambda: jobs.counts(inside.store) == {"done": 3}, 60, every=0.1), worker.said()
    assert unfinished(inside) == []


def test_guessing_is_stopped_without_redis(installation: Installation, dead_redis: str) -> None:
    stranger = Contestant(installation.address, {}, number=1)
    web = installation.start("serve", QUIZAPP_REDIS_URL=dead_redis)
    assert until(installation.answers, 60), web.said()
    with stranger.http:
        guesses = [stranger.guess("K7QM-2XW9", f"{pin:06}") for pin in range(12)]
    assert guesses == [401] * 10 + [429] * 2
