"""The programs themselves: they start, say what is wrong, stop when told, and leave nothing running."""

import os
import signal
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from quizapp.accounts.models import Account
from quizapp.attempts.models import Attempt
from quizapp.foundation import clock as clocks
from quizapp.foundation import jobs
from quizapp.house import House
from tests.factories import answer_all, enter, hand_in, start
from tests.resilience.books import damage, unfinished
from tests.resilience.programs import Installation, children_of, group_of, served
from tests.together import until

READY = "Nhấn Ctrl-C"


def papers(house: House, count: int) -> list[str]:
    """Let ``count`` pupils answer everything, and return the names of their attempts."""
    made = []
    for _ in range(count):
        card = enter(house)
        made.append(start(house, card))
        answer_all(house, card, made[-1])
    return made


# ── worker ──


def test_the_worker_hands_in_overdue_papers_and_stops_when_told(installation: Installation, inside: House) -> None:
    papers(inside, 2)
    with inside.engine.begin() as connection:
        connection.execute(update(Attempt).values(deadline_at=clocks.now() - timedelta(seconds=1)))
    worker = installation.start("worker")
    assert until(lambda: jobs.counts(inside.store) == {"done": 6}, 60, every=0.1), worker.said()
    assert unfinished(inside) == []
    assert worker.end(signal.SIGTERM) == 0
    assert group_of(worker.process.pid) == []


def test_a_worker_told_to_stop_finishes_the_jobs_at_hand_and_leaves_the_rest(
    installation: Installation, inside: House
) -> None:
    for _ in range(12):
        card = enter(inside)
        ref = start(inside, card)
        answer_all(inside, card, ref)
        hand_in(inside, card, ref)
    worker = installation.start("worker")
    assert until(lambda: jobs.counts(inside.store).get("done", 0) >= 2, 60), worker.said()
    assert worker.end(signal.SIGTERM, seconds=20) == 0
    left = jobs.counts(inside.store)
    assert left.keys() == {"done", "waiting"}
    assert damage(inside) == []


# ── everything at once ──


def up(installation: Installation) -> tuple[Any, list[int]]:
    """Start web and worker as ``make run`` does; return the program and its children."""
    program = installation.start("up")
    assert until(lambda: READY in program.said() or program.process.poll() is not None, 90), program.said()
    assert READY in program.said(), program.said()
    children = children_of(program.process.pid)
    installation.children += children
    return program, children


def accounts(house: House) -> int:
    with house.store.reading() as view:
        return view.session.scalar(select(func.count()).select_from(Account)) or 0


def told_cards(said: str) -> list[str]:
    """Return the lines with sign-ins, below their heading."""
    return [line for line in said.splitlines() if line.startswith("  ") and "✓" not in line][1:]


def test_up_runs_until_ctrl_c_and_the_second_time_keeps_everything(installation: Installation, inside: House) -> None:
    program, children = up(installation)
    assert len(children) == 2
    assert all(group_of(child) for child in children)
    assert until(lambda: installation.run("doctor").returncode == 0, 60), installation.run("doctor").stdout
    (ref,) = papers(inside, 1)
    first = told_cards(program.said())

    assert program.end(signal.SIGINT) == 0
    assert [group_of(child) for child in children] == [[], []]
    assert not installation.answers()

    before = accounts(inside)
    program, children = up(installation)
    assert (told_cards(program.said()), len(first)) == (first, 4)
    assert accounts(inside) == before
    with inside.store.reading() as view:
        assert view.session.scalars(select(Attempt.ref)).all() == [ref]

    program.end(signal.SIGHUP)  # the window it ran in was closed
    assert [group_of(child) for child in children] == [[], []]


def test_up_stops_what_is_left_and_says_so_when_one_part_dies(installation: Installation) -> None:
    program, children = up(installation)
    os.kill(children[1], signal.SIGKILL)
    assert program.process.wait(30) != 0
    assert "Một tiến trình đã dừng" in program.said()
    assert group_of(children[0]) == []


def somebody_else(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"not quizapp"]


@pytest.mark.parametrize("words", [["up"], ["serve"]], ids=" ".join)
def test_a_busy_port_is_told_in_a_sentence(installation: Installation, words: list[str]) -> None:
    with served(somebody_else, installation.settings.port):
        ran = installation.run(*words)
    assert ran.returncode != 0
    assert f"cổng {installation.settings.port}" in ran.stderr
    assert "QUIZAPP_PORT" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert READY not in ran.stdout


# ── doctor ──


def ills(said: str) -> list[str]:
    """Return what the doctor found wrong, each with its cure."""
    lines = said.splitlines()
    return [line + lines[at + 1] for at, line in enumerate(lines) if line.startswith("✗")]


def test_the_doctor_misses_the_worker(installation: Installation) -> None:
    ran = installation.run("doctor")
    (ill,) = ills(ran.stdout)
    assert (ran.returncode, "worker" in ill, "quizapp worker" in ill) == (1, True, True)


def test_the_doctor_cannot_reach_the_database(installation: Installation) -> None:
    ran = installation.run("doctor", QUIZAPP_DATABASE_URL="sqlite:////proc/no/such/folder/quizapp.db")
    (database, _worker) = ills(ran.stdout)
    assert ran.returncode == 1
    assert "unable to open database file" in database
    assert "Traceback" not in ran.stdout + ran.stderr


def test_the_doctor_finds_no_tables(installation: Installation, tmp_path: Path) -> None:
    ran = installation.run("doctor", QUIZAPP_DATABASE_URL=f"sqlite:///{tmp_path / 'bare.db'}")
    assert ran.returncode == 1
    assert "quizapp db upgrade" in ills(ran.stdout)[0]


def test_the_doctor_cannot_write_files(installation: Installation) -> None:
    (installation.settings.data / "files").write_text("in the way")
    ran = installation.run("doctor")
    assert ran.returncode == 1
    assert any(ill.startswith("✗ Kho tệp") for ill in ills(ran.stdout))
