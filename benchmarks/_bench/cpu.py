"""CPU that processes used, from /proc: user and system time."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")

Pids = Callable[[], Iterable[int]]


class Meter:
    """Reads the CPU of groups of processes between two moments; groups are asked anew each time."""

    def __init__(self, groups: Mapping[str, Pids]) -> None:
        self._groups, self._before = groups, {name: _used(pids()) for name, pids in groups.items()}

    def seconds(self) -> dict[str, float]:
        """Return group → CPU seconds since the meter was made."""
        return {name: _spent(self._before[name], _used(pids())) for name, pids in self._groups.items()}


def _spent(before: Mapping[int, float], now: Mapping[int, float]) -> float:
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in now.items())


def _used(pids: Iterable[int]) -> dict[int, float]:
    return {pid: seconds for pid in pids if (seconds := _cpu(pid)) is not None}


def _cpu(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS
