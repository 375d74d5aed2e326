"""kill -9 of web and worker amid autosaves and printing: what was acknowledged is there, each job is done once."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

from sqlalchemy import func, select

from quizapp.foundation import jobs
from quizapp.foundation.models import Job
from quizapp.house import House
from tests.resilience.books import audit, damage, unfinished
from tests.resilience.contestants import Contestant
from tests.resilience.opening import invented
from tests.resilience.programs import Installation
from tests.resilience.writers import arrive
from tests.together import until

KILLS = int(os.environ.get("QUIZAPP_KILLS", "20"))
# Somebody hands in before every kill, so that there is always something to mark, queue and print.
PUPILS = KILLS + 4


class Killer:
    """Runs web and worker, and kills both while answers are being saved and jobs done."""

    def __init__(self, installation: Installation, house: House, contestants: list[Contestant]) -> None:
        self.installation, self.house, self.contestants = installation, house, contestants
        self.kills = self.in_mid_job = 0
        self.chance, self.nap = Random(9), threading.Event()

    def start(self) -> None:
        """Start web and worker."""
        self.web, self.worker = self.installation.start("serve"), self.installation.start("worker")

    def kill(self) -> None:
        """Wait until answers were acknowledged and, for a while, until a job is being done; then kill both."""
        seen = self.saves()
        assert until(lambda: self.saves() >= seen + 30, 60), self.web.said() + self.worker.said()
        self.in_mid_job += until(self.is_working, 4)
        self.nap.wait(0.3 * self.chance.random())
        for program in self.chance.sample([self.web, self.worker], 2):
            program.kill()
        self.kills += 1

    def saves(self) -> int:
        """Return how many changes have been acknowledged."""
        return sum(one.saves for one in self.contestants)

    def is_working(self) -> bool:
        """Tell whether a job is being done by the worker that runs now."""
        with self.house.store.reading() as view:
            fresh = view.now + jobs.LEASE / 2
            running = select(func.count()).select_from(Job).where(Job.state == "running", Job.due_at > fresh)
            return bool(view.session.scalar(running))


def test_nothing_acknowledged_is_lost_and_every_job_is_done_once(installation: Installation, inside: House) -> None:
    began = time.monotonic()
    cards = invented(installation, PUPILS)
    contestants = [Contestant(installation.address, card, number) for number, card in enumerate(cards)]
    killer = Killer(installation, inside, contestants)
    killer.start()
    # One in four signs in and starts while web and worker are being killed.
    arrive([one for number, one in enumerate(contestants) if number % 4])
    with ThreadPoolExecutor(PUPILS) as pool:
        papers = [
            pool.submit(
                one.work if number % 4 else one.take_paper,
                lambda number=number: killer.kills < min(number, KILLS),  # type: ignore[misc]
            )
            for number, one in enumerate(contestants)
        ]
        try:
            for _ in range(KILLS):
                killer.kill()
                killer.start()
        except BaseException:
            for one in contestants:
                one.give_up()
            raise
    for paper, one in zip(papers, contestants, strict=True):
        paper.result()
        one.http.close()
    assert until(lambda: set(jobs.counts(inside.store)) == {"done"} and not jobs.is_due(inside.store), 120, every=0.2)
    figures = {
        "kills of web and of worker": killer.kills,
        "of them while a job was being done": killer.in_mid_job,
        "acknowledged changes": sum(one.saves + one.late_acknowledgements for one in contestants),
        "acknowledged late, as our own": sum(one.late_acknowledgements for one in contestants),
        "requests cut off": sum(one.cuts for one in contestants),
        "jobs": jobs.counts(inside.store),
        "jobs taken over": taken_over(inside),
        "seconds": round(time.monotonic() - began),
    }
    print(figures)
    assert [surprise for one in contestants for surprise in one.surprises] == []
    assert audit(inside, [one.ledger for one in contestants]) == []
    assert unfinished(inside) == []
    assert damage(inside) == []
    assert len([code for one in contestants for code, _ in set(one.ledger.receipts)]) == PUPILS
    assert killer.in_mid_job >= KILLS // 2, "the kills came between the jobs: this run shows nothing about them"


def taken_over(house: House) -> int:
    """Return how many jobs a worker took over from a dead one."""
    with house.store.reading() as view:
        return view.session.scalar(select(func.count()).select_from(Job).where(Job.attempts > 1)) or 0
