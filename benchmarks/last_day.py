"""The last day of a contest of a million: how many such machines, on paper, and one peak minute replayed on one."""

import asyncio
import math
import os
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from _bench.client import Device, Log, devices
from _bench.crowd import PIN, Crowd, Signer, Writer, essay
from _bench.figures import arguments, keep, say
from _bench.ground import Ground, Server, ground
from _bench.load import Bench, Figures, Sequences, choices, essays, hand_ins, pages, sign_ins

# Web processes of a machine of two cores. On SQLite there is one, and a Python process keeps one core busy.
PROCESSES = {"sqlite": 1, "postgres": 2}
# A machine is not planned to be busier than this: what comes in bursts would wait.
BUSY = 0.70
# Browsers in the replay that read or sign in: each keeps a connection, and a server holds so many.
READERS = 200


@dataclass(frozen=True)
class Evening:
    """What is assumed of the evening. Told: 867,418 entries, over 600,000 of them ten days before the end.

    All else is our assumption, on the careful side; each can be changed on the command line of one's own contest.
    """

    # Told: 267,418 of 867,418 in the last ten days.
    last_ten_days: float = 267_418 / 867_418
    # Half of the last ten days' entries on the last day, a fifth of that day's within its last hour.
    last_day: float = 0.50
    last_hour: float = 0.20
    # Of a paper: 40 answers, every sixth changed once; an essay typed for 20 minutes, pausing 2 s every 10 s.
    choices: int = 47
    essays: int = 120
    # Round, questions, essay and back, summary; one sign-in, one hand-in.
    opened: int = 6
    # The mean text while an essay of 600 words grows.
    words: int = 300
    # The peak minute against the hour's mean: of work on papers, and of hand-ins.
    peak: float = 1.3
    peak_hand_ins: float = 2.0

    def papers(self, entries: int) -> float:
        """Return how many papers are worked off within the last hour."""
        return entries * self.last_ten_days * self.last_day * self.last_hour

    def peak_rates(self, entries: int) -> dict[str, float]:
        """Return what comes a second in the peak minute."""
        papers = self.papers(entries) / 3600
        return {
            "choice": papers * self.choices * self.peak,
            "essay": papers * self.essays * self.peak,
            "open": papers * self.opened * self.peak,
            "sign-in": papers * self.peak,
            "hand-in": papers * self.peak_hand_ins,
        }


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, seconds=6, replay=60, writers=1_200, connections=16)
    for store in asked.store:
        with ground(store) as lent:
            keep("last_day", store, measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    evening, crowd = Evening(), Crowd(lent, words=600)
    server = lent.serve()
    say(f"\n{lent.kind}: {evening}")
    cost = costs(Bench(lent, server), crowd, Signer(lent), evening, asked)
    each = {name: {group: round(used) for group, used in run.cpu_us.items()} for name, run in cost.items()}
    say("\n".join(f"    {name:<8} CPU µs: {used}" for name, used in each.items()))
    figures: dict[str, Any] = {"cpu_us": each}
    for entries in (1_000_000, 10_000_000):
        figures[str(entries)] = on_paper(evening, entries, cost, PROCESSES[lent.kind])
    machines = figures["1000000"]["machines"]
    server.stop()
    server = lent.serve(PROCESSES[lent.kind])
    figures["replay"] = replay(lent, server, crowd, evening.peak_rates(1_000_000 // machines), asked)
    return figures


def costs(bench: Bench, crowd: Crowd, signer: Signer, evening: Evening, asked: Namespace) -> dict[str, Figures]:
    """Return what each thing costs, measured one after another."""
    writers, numbers = crowd.writers(asked.writers), Sequences()
    people = [(writer.code, *signer.pair()) for writer in writers]
    scripts = {
        "choice": choices(writers, numbers),
        "essay": essays(writers, numbers, evening.words),
        "open": pages(writers),
        "sign-in": sign_ins(people, PIN),
        "hand-in": hand_ins(crowd.writers(asked.writers * 4)),
    }
    return {name: bench.run(script, asked.connections, asked.seconds) for name, script in scripts.items()}


def on_paper(evening: Evening, entries: int, cost: dict[str, Figures], cores_used: int) -> dict[str, Any]:
    """Return how many machines the peak minute asks for: demand in CPU seconds a second, part by part."""
    rates = evening.peak_rates(entries)
    busy = {
        group: {name: rates[name] * run.cpu_us[group] / 1e6 for name, run in cost.items()}
        for group in next(iter(cost.values())).cpu_us
    }
    demand = {group: sum(parts.values()) for group, parts in busy.items()}
    machines = math.ceil(sum(demand.values()) / (cores_used * BUSY))
    said = ", ".join(f"{name} {rate:.0f}/s" for name, rate in rates.items())
    cores = "; ".join(
        f"{group} {demand[group]:.2f} cores ({', '.join(f'{name} {used:.2f}' for name, used in parts.items())})"
        for group, parts in busy.items()
    )
    say(f"  {entries:,} entries: {evening.papers(entries):,.0f} papers in the last hour; in its peak minute {said}")
    say(f"    {cores} → {machines} machines of which {cores_used} cores can be used, {BUSY:.0%} busy at most")
    return {"machines": machines, "cores": {name: round(used, 2) for name, used in demand.items()}}


def replay(lent: Ground, server: Server, crowd: Crowd, rates: dict[str, float], asked: Namespace) -> dict[str, Any]:
    """Drive one machine with its share of the peak minute: arrivals at random, whether it keeps up or not."""
    chance, log = Random(1), Log()
    writing = devices(server.port, crowd.writers(asked.writers), log)
    leaving = devices(server.port, crowd.writers(math.ceil(rates["hand-in"] * asked.replay * 1.5) + 50), log)
    meter, began, cpu = Bench(lent, server).meter(), time.monotonic(), os.times()
    deeds = deeds_of(writing, leaving, Signer(lent))
    asyncio.run(_arrive(deeds, rates, asked.replay, chance))
    took = time.monotonic() - began
    used = {name: round(seconds / took, 2) for name, seconds in meter.seconds().items()}
    client = sum(os.times()[:2]) - sum(cpu[:2])
    late = took - asked.replay
    verdict = "carries it" if not log.odd and log.quantile(0.99) < 1000 and late < 2 else "does not carry it"
    cores = f"cores used {used}, by the client {client / took:.2f}"
    say(f"  one machine, its share of the minute, {asked.replay} s of it: {verdict}; {cores}")
    for name in rates:
        say(log.line(name))
    say(f"    errors: {dict(log.odd) or 0}; the last answer came {late:.1f} s after the last request was due")
    kinds = {name: {"count": log.count(name), "p99_ms": round(log.quantile(0.99, name), 1)} for name in rates}
    return {"verdict": verdict, "cores": used, "errors": sum(log.odd.values()), "kinds": kinds, "seconds": asked.replay}


Deed = Callable[[int], Any]


def deeds_of(writing: Sequence[Device], leaving: Sequence[Device], signer: Signer) -> dict[str, Deed]:
    """Return what can be done, by name; each takes a running number."""
    text = essay(Evening.words)
    reading = [Device(one.port, one.writer, one.log) for one in writing[:READERS]]
    arriving = [Device(one.port, _stranger(one.writer, signer), one.log) for one in writing[:READERS]]

    def answer(no: int, body: dict[str, Any], device: Device, what: str) -> Any:
        return device.ask(what, "PUT", f"/api/v1/attempts/{device.writer.ref}/responses/{no}", body)

    def choice(number: int) -> Any:
        device, seq = writing[number % len(writing)], 100_000_000 + number
        return answer(number % 40 + 1, {"seq": seq, "choice": [number % 2]}, device, "choice")

    def typed(number: int) -> Any:
        device, seq = writing[-number % len(writing)], 100_000_000 + number
        return answer(41, {"seq": seq, "html": f"<p>{number}</p>{text}"}, device, "essay")

    def opened(number: int) -> Any:
        device = reading[number % len(reading)]
        return device.ask("open", "GET", f"/attempts/{device.writer.ref}")

    def sign_in(number: int) -> Any:
        device = arriving[number % len(arriving)]
        return device.ask("sign-in", "POST", "/api/v1/session", {"code": device.writer.code, "pin": PIN}, 201)

    return {
        "choice": choice,
        "essay": typed,
        "open": opened,
        "sign-in": sign_in,
        "hand-in": lambda number: leaving[number % len(leaving)].leave(),
    }


def _stranger(writer: Writer, signer: Signer) -> Writer:
    return Writer(writer.ref, writer.code, *signer.pair(), writer.attempt)


async def _arrive(deeds: dict[str, Deed], rates: dict[str, float], seconds: float, chance: Random) -> None:
    async def keep_coming(name: str) -> None:
        due, number = time.monotonic(), 0
        until = due + seconds
        async with asyncio.TaskGroup() as answers:
            while (due := due + chance.expovariate(rates[name])) < until:
                await asyncio.sleep(max(0, due - time.monotonic()))
                answers.create_task(deeds[name](number))
                number += 1

    await asyncio.gather(*(keep_coming(name) for name in rates))


if __name__ == "__main__":
    main()
