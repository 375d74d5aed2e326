"""Figures: medians of rounds, lines for people, and the stored baselines."""

import argparse
import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from _bench.load import Figures
from quizapp.foundation import clock

BASELINES = Path(__file__).resolve().parents[1] / "baselines.json"
STORES = ("sqlite", "postgres")


def arguments(about: str | None, *, seconds: int = 8, rounds: int = 3, **more: Any) -> argparse.Namespace:
    """Read the command line that all measurements share; ``more``: option → default."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=STORES, action="append", help="which database; both unless told")
    parser.add_argument("--seconds", type=float, default=seconds, help="how long each run takes")
    parser.add_argument("--rounds", type=int, default=rounds, help="how often; the median counts")
    parser.add_argument("--keep", action="store_true", help="store the figures in baselines.json")
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    told = parser.parse_args()
    told.store = told.store or list(STORES)
    return told


@dataclass
class Pair:
    """A measurement against its control, round after round in the same minute; the median of the ratios counts."""

    name: str
    bar: float | None = None
    control: list[Figures] = field(default_factory=list)
    measured: list[Figures] = field(default_factory=list)

    def round(self, control: Callable[[], Figures], measured: Callable[[], Figures]) -> None:
        """Measure once more: the control, then the thing."""
        self.control.append(control())
        self.measured.append(measured())

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios of rates."""
        return median(one.rate / two.rate for one, two in zip(self.measured, self.control, strict=True))

    def line(self) -> str:
        """Return it for people."""
        bar = f" (bar {self.bar:.2f}{' ✓' if self.ratio >= self.bar else ' ✗'})" if self.bar else ""
        every = " ".join(f"{one.rate / two.rate:.3f}" for one, two in zip(self.measured, self.control, strict=True))
        runs = f"{told(self.measured)}\n{told(self.control, 'control')}"
        return f"{self.name}: ratio {self.ratio:.3f}{bar}  [{every}]\n{runs}"

    def kept(self) -> dict[str, Any]:
        """Return it for the baselines."""
        return {"ratio": round(self.ratio, 3), "measured": summary(self.measured), "control": summary(self.control)}


def told(runs: Sequence[Figures], name: str = "measured") -> str:
    """Return runs for people, by their medians."""
    middle = summary(runs)
    cpu = ", ".join(f"{group} {used:.0f}" for group, used in middle["cpu_us"].items())
    return (
        f"    {name:<9}{middle['rate']:>9.0f}/s   p50 {middle['p50_ms']:.1f} ms   p99 {middle['p99_ms']:.1f} ms   "
        f"CPU µs/request: {cpu}   {middle['answer_bytes']:.0f} B/answer"
    )


def summary(runs: Sequence[Figures]) -> dict[str, Any]:
    """Return the medians of runs."""
    groups = runs[0].cpu_us
    return {
        "rate": round(median(run.rate for run in runs), 1),
        "p50_ms": round(median(run.p50_ms for run in runs), 2),
        "p99_ms": round(median(run.p99_ms for run in runs), 2),
        "cpu_us": {name: round(median(run.cpu_us[name] for run in runs), 1) for name in groups},
        "answer_bytes": round(median(run.answer_bytes for run in runs)),
    }


def keep(measurement: str, store: str, figures: dict[str, Any], *, wanted: bool) -> None:
    """Show what is stored of the measurement, and store ``figures`` in its place if ``wanted``."""
    known = json.loads(BASELINES.read_text("utf-8")) if BASELINES.exists() else {}
    before = known.get(measurement, {}).get(store)
    if before:
        ratios = {
            name: one["ratio"] for name, one in before["figures"].items() if isinstance(one, dict) and "ratio" in one
        }
        say(f"  baseline of {before['date']}: {ratios or before['figures']}")
    if wanted:
        entry = {"date": f"{clock.at_home(clock.now()):%Y-%m-%d %H:%M}", "machine": machine(), "figures": figures}
        known.setdefault(measurement, {})[store] = entry
        BASELINES.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def machine() -> str:
    """Return one line about this machine, and how busy it is."""
    model = next(
        (
            row.partition(":")[2].strip()
            for row in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in row
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores {model}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def say(text: str) -> None:
    """Say it at once."""
    print(text, flush=True)
