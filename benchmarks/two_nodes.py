"""Two web nodes on PostgreSQL and Redis against one: bar 1.7 in rate where cores allow, else no more CPU a request."""

import asyncio
import os
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from _bench.client import Device, Log, devices
from _bench.cpu import Meter
from _bench.crowd import Crowd, Writer
from _bench.figures import arguments, keep, say, summary, told
from _bench.ground import Ground, Server, ground
from _bench.load import Bench, Figures, Script, Sequences, Void, choices, pages

BAR = 1.7
# Two nodes, a database and two clients want a core each before the rate can tell anything.
CORES_WANTED = 6
# What CPU a request may grow by for 1.7 to come out of two nodes.
MOST_CPU = 2 / BAR
# Requests a second that leave the cores half idle: what is measured is the nodes, not how they get in each other's way.
STEADY = {"autosave": 400, "open": 100}
ESSAY_WORDS = 600


def main() -> None:
    """Measure; there are several nodes on PostgreSQL alone."""
    asked = arguments(__doc__, writers=1_000, connections=64)
    with ground("postgres", with_redis=True) as lent:
        keep("two_nodes", "postgres", measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures."""
    writers, numbers = Crowd(lent, words=ESSAY_WORDS).writers(asked.writers), Sequences()
    nodes = [lent.serve(), lent.serve()]
    say(f"\nPostgreSQL and Redis, {os.cpu_count()} cores for everything")
    scripts: dict[str, Callable[[Sequence[Writer]], Script]] = {
        "autosave": lambda who: choices(who, numbers),
        "open": pages,
    }
    figures: dict[str, Any] = {}
    for name, script in scripts.items():
        flat_out = at_full_speed(lent, nodes, script, writers, asked)
        calm = at_a_steady_rate(lent, nodes, name, writers, numbers, asked)
        rate, cpu = flat_out["ratio"], calm["cpu_ratio"]
        say(f"  {name}: {rate:.2f} × the rate of one node at full speed; CPU a request at a steady rate {cpu:.2f} ×")
        say(f"    {verdict(rate, cpu)}")
        figures[name] = {"ratio": rate, "full_speed": flat_out, "steady": calm}
    return figures


def at_full_speed(
    lent: Ground, nodes: Sequence[Server], script: Callable[[Sequence[Writer]], Script], writers: Any, asked: Namespace
) -> dict[str, Any]:
    """Let one node do what it can, then two with half of the connections each."""
    first, second = (Bench(lent, node) for node in nodes)
    for bench in (first, second):
        bench.run(script(writers), 32, 2)
    one: list[Figures] = []
    two: list[Figures] = []
    for _ in range(asked.rounds):
        one.append(first.run(script(writers), asked.connections, asked.seconds))
        with second.running(script(writers[1::2]), asked.connections // 2, asked.seconds) as beside:
            mine = first.run(script(writers[::2]), asked.connections // 2, asked.seconds)
        two.append(together(mine, beside[0]))
    say(f"{told(two, 'two')}\n{told(one, 'one')}")
    ratio = median(both.rate / alone.rate for both, alone in zip(two, one, strict=True))
    return {"ratio": round(ratio, 3), "two": summary(two), "one": summary(one)}


def together(one: Figures, other: Figures) -> Figures:
    """Return two nodes as one. Each meter saw all of PostgreSQL's backends, which served both."""
    count = one.requests + other.requests
    web = (one.cpu_us["web"] * one.requests + other.cpu_us["web"] * other.requests) / count
    postgres = max(node.cpu_us["postgres"] * node.requests for node in (one, other)) / count
    slower = max(one, other, key=lambda node: node.p99_ms)
    return replace(slower, rate=one.rate + other.rate, requests=count, cpu_us={"web": web, "postgres": postgres})


def at_a_steady_rate(
    lent: Ground, nodes: Sequence[Server], name: str, writers: Sequence[Writer], numbers: Sequences, asked: Namespace
) -> dict[str, Any]:
    """Send the same number of requests a second to one node, then half of them to each, and compare the CPU."""
    groups = {"web": lambda: [pid for node in nodes for pid in node.pids()], "postgres": lent.backends}
    used: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    for _ in range(asked.rounds):
        for count in used:
            log = Log()
            people = [
                device
                for at, node in enumerate(nodes[:count])
                for device in devices(node.port, writers[at : asked.connections : count], log)
            ]
            meter, first = Meter(groups), numbers.take()
            asyncio.run(steadily(people, name, first, STEADY[name], asked.seconds))
            if log.odd:
                raise Void(f"{log.odd}")
            used[count].append({group: one * 1e6 / log.count(name) for group, one in meter.seconds().items()})
    pairs = zip(used[2], used[1], strict=True)
    ratio = median(sum(two.values()) / sum(one.values()) for two, one in pairs)
    middle = {
        word: {group: round(median(run[group] for run in used[count])) for group in groups}
        for word, count in (("two", 2), ("one", 1))
    }
    say(f"    at {STEADY[name]} a second, CPU µs/request: {middle}")
    return {"cpu_ratio": round(ratio, 3), "cpu_us": middle, "rate": STEADY[name]}


async def steadily(people: Sequence[Device], name: str, first: int, rate: float, seconds: float) -> None:
    """Send ``rate`` requests a second, from each of ``people`` in turn."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as answers:
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
            device, path = people[number % len(people)], f"/attempts/{people[number % len(people)].writer.ref}"
            if name == "open":
                answers.create_task(device.ask(name, "GET", path))
            else:
                body = {"seq": first + number, "choice": [number % 2]}
                place = f"/api/v1{path}/responses/{number // len(people) % 40 + 1}"
                answers.create_task(device.ask(name, "PUT", place, body))
    for device in people:
        device.close()


def verdict(rate: float, cpu: float) -> str:
    """Return what follows: by the rate where there are cores for it, else by CPU."""
    if (os.cpu_count() or 1) >= CORES_WANTED:
        return f"bar {BAR} {'✓' if rate >= BAR else '✗'}"
    good = "✓" if cpu <= MOST_CPU else "✗"
    return f"too few cores for the rate to tell; with cores of its own a second node brings {2 / cpu:.2f} × {good}"


if __name__ == "__main__":
    main()
