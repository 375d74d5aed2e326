"""The server's wall clock is set back by an hour: nothing that was over begins again, not even after a restart."""

import mmap
import struct
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from quizapp.foundation import clock as clocks
from quizapp.house import House
from tests import services
from tests.resilience.opening import invented
from tests.resilience.programs import Installation
from tests.resilience.test_deadline_storm import Hurried, move_deadlines
from tests.resilience.writers import Writer
from tests.together import until

SOURCE = Path(__file__).with_name("stepped_clock.c")
HOUR = timedelta(hours=1)


class SteppedClock:
    """The clock of programs that were started with ``env``; it can be set at any time."""

    def __init__(self, folder: Path) -> None:
        library, step = folder / "stepped_clock.so", folder / "step"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE)], check=True)
        step.write_bytes(struct.pack("q", 0))
        self.env = {"LD_PRELOAD": str(library), "QUIZAPP_CLOCK_STEP": str(step)}
        with step.open("r+b") as file:
            self._seen = mmap.mmap(file.fileno(), 8)

    def set_back(self, by: timedelta) -> None:
        """Set the clock back by as much as told, from the true time."""
        self._seen[:] = struct.pack("q", -int(by.total_seconds() * 10**9))

    def close(self) -> None:
        self._seen.close()


@pytest.fixture
def stepped(tmp_path: Path) -> Iterator[SteppedClock]:
    if not services.has_gcc():
        services.missing("gcc")
    clock = SteppedClock(tmp_path)
    yield clock
    clock.close()


def wall_of(installation: Installation) -> datetime:
    """Return the server's wall clock, as it dates its answers."""
    return parsedate_to_datetime(requests.get(f"{installation.address}/healthz", timeout=5).headers["Date"])


def mark(house: House) -> datetime:
    """Return how far time has come, as it is written down for machines whose clock is behind."""
    with house.store.reading() as view:
        found = view.session.scalar(text("SELECT max(at) FROM high_water"))
    return clocks.now() - HOUR if found is None else _instant(found)


def _instant(found: str | datetime) -> datetime:
    return datetime.fromisoformat(f"{found}+00:00") if isinstance(found, str) else found


def status_of_a_save(pupil: Hurried) -> int:
    body = {"seq": 9, "choice": [0]}
    return pupil.http.put(f"{pupil.api}/attempts/{pupil.ledger.attempt}/responses/1", json=body, timeout=10).status_code


@pytest.mark.parametrize("closed", [False, True], ids=["past its deadline", "handed in"])
def test_a_clock_set_back_by_an_hour_reopens_nothing(
    installation: Installation, inside: House, stepped: SteppedClock, closed: bool
) -> None:
    pupil = Hurried(installation.address, invented(installation, 1)[0], number=1)
    Writer.dark.clear()
    installation.serve(**stepped.env)
    with pupil.http:
        pupil.come_in()
        deadline = move_deadlines(inside, [pupil], timedelta(seconds=0))
        if closed:
            pupil.hand_in_by("json")
        worker = installation.start("worker", **stepped.env)
        assert until(lambda: mark(inside) >= deadline, 30), worker.said()
        assert status_of_a_save(pupil) == 409

        stepped.set_back(HOUR)
        assert status_of_a_save(pupil) == 409

        for program in installation.started:
            if program.process.poll() is None:
                program.kill()
        installation.serve(**stepped.env)
        assert clocks.now() - wall_of(installation) > HOUR / 2, "the clock was not set back: this shows nothing"
        assert status_of_a_save(pupil) == 409
        assert pupil.http.get(f"{pupil.api}/attempts/{pupil.ledger.attempt}", timeout=10).json()["items"][0]["seq"] == 0


def test_with_the_clock_set_back_before_the_deadline_came_a_save_is_taken(
    installation: Installation, inside: House, stepped: SteppedClock
) -> None:
    """The control: what is refused above is refused for its deadline, and for nothing else."""
    pupil = Hurried(installation.address, invented(installation, 1)[0], number=1)
    Writer.dark.clear()
    installation.serve(**stepped.env)
    with pupil.http:
        pupil.come_in()
        move_deadlines(inside, [pupil], timedelta(minutes=5))
        stepped.set_back(HOUR)
        assert status_of_a_save(pupil) == 200
