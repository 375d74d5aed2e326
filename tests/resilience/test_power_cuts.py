"""Power cuts amid autosaves, on a disk that loses what was not synced: what was acknowledged is there afterwards."""

import os
import subprocess
import sys
import threading
from random import Random

import pytest

from quizapp.config import ROOT
from quizapp.foundation.errors import ContestError
from quizapp.foundation.storage import LocalStorage
from tests.resilience.machines import Machine
from tests.resilience.power import LossyDisk, require_fuse
from tests.resilience.writers import Writer, await_saves, saves, writers_at, writing

CUTS = int(os.environ.get("QUIZAPP_CUTS", "10"))
# One in two cuts comes just after somebody handed in.
WRITERS = CUTS // 2 + 11


def write_and_cut(machine: Machine, writers: list[Writer], keep_some: int | None, chance: Random) -> None:
    """Let all write for a moment and cut the power in the middle of it."""
    with writing(writers):
        assert await_saves(writers, 40), machine.web and machine.web.said()
        threading.Event().wait(0.2 * chance.random())
        Writer.dark.set()
        machine.cut_power(keep_some)


def test_nothing_acknowledged_is_lost_in_a_power_cut(machine: Machine) -> None:
    chance = Random(9)
    writers = writers_at(machine, WRITERS)
    present = list(writers)
    faults: list[str] = []
    for cut in range(CUTS):
        if cut % 2:
            present.pop().leave()
        write_and_cut(machine, present, keep_some=cut if cut % 3 else None, chance=chance)
        faults += [f"cut {cut}: {fault}" for fault in machine.check([one.ledger for one in writers])]
        machine.start()
    print({"cuts": CUTS, "acknowledged changes": saves(writers), "cut off": sum(one.cuts for one in writers)})
    assert faults == []
    assert [surprise for one in writers for surprise in one.surprises] == []
    assert len([one for one in writers if one.ledger.receipts]) == CUTS // 2


def test_what_is_acknowledged_before_it_is_synced_is_lost_in_a_power_cut(machine: Machine) -> None:
    machine.be_careless()
    writers = writers_at(machine, 11)
    write_and_cut(machine, writers, keep_some=None, chance=Random(9))
    assert machine.check([one.ledger for one in writers]) != []


# ── the files ──

PUT_MANY = """
import os, sys
from pathlib import Path
from quizapp.foundation.errors import ContestError
from quizapp.foundation.storage import LocalStorage
if sys.argv[2] == "careless":
    os.fsync = lambda handle: None
storage = LocalStorage(Path(sys.argv[1]))
for number in range(1000000):
    print(storage.put(b"%d" % number * 2000, ".pdf"), flush=True)
"""


@pytest.mark.parametrize(("how", "lost"), [("honest", False), ("careless", True)])
@pytest.mark.parametrize("keep_some", [None, 7], ids=["nothing unsynced stays", "some of it stays"])
def test_no_file_whose_key_was_told_is_lost_in_a_power_cut(how: str, lost: bool, keep_some: int | None) -> None:
    require_fuse()
    disk = LossyDisk()
    folder = disk.mount_point / "files"
    try:
        command = [sys.executable, "-c", PUT_MANY, str(folder), how]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as program:
            assert program.stdout
            told = [program.stdout.readline().strip() for _ in range(100)]
            disk.cut(keep_some)
            told += [line.strip() for line in program.stdout if line.endswith("\n")]
        disk.turn_on()
        missing = [key for key in told if not is_whole(LocalStorage(folder), key)]
    finally:
        disk.clear()
    assert bool(missing) is lost


def is_whole(storage: LocalStorage, key: str) -> bool:
    try:
        return bool(storage.get(key))
    except ContestError:
        return False
