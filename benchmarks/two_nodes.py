"""Two web nodes on PostgreSQL and Redis against one: bar 1.7 in rate where cores allow, else no more CPU a request."""

import os
from argparse import Namespace
from dataclasses import replace
from statistics import median
from typing import Any

from _bench.crowd import Crowd
from _bench.figures import arguments, keep, say, summary, told
from _bench.ground import Ground, ground
from _bench.load import Bench, Figures, Sequences, choices, pages

BAR = 1.7
# Two nodes, a database and two clients want a core each before the rate can tell anything.
CORES_WANTED = 6
# Beyond this, the second node would be paid for by the first.
MOST_CPU = 1.15
ESSAY_WORDS = 600


def main() -> None:
    """Measure; there are several nodes on PostgreSQL alone."""
    asked = arguments(__doc__, writers=2_000, connections=64)
    with ground("postgres", with_redis=True) as lent:
        keep("two_nodes", "postgres", measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures."""
    writers, numbers = Crowd(lent, words=ESSAY_WORDS).writers(asked.writers), Sequences()
    first, second = (Bench(lent, lent.serve()) for _ in range(2))
    halves = writers[::2], writers[1::2]
    figures: dict[str, Any] = {}
    scripts = {"autosave": lambda who: choices(who, numbers), "open": pages}
    say(f"\nPostgreSQL and Redis, {asked.connections} connections in all, {os.cpu_count()} cores for everything")
    for name, script in scripts.items():
        for bench in (first, second):
            bench.run(script(writers), 32, 2)
        one: list[Figures] = []
        two: list[Figures] = []
        for _ in range(asked.rounds):
            one.append(first.run(script(writers), asked.connections, asked.seconds))
            with second.running(script(halves[1]), asked.connections // 2, asked.seconds) as beside:
                mine = first.run(script(halves[0]), asked.connections // 2, asked.seconds)
            two.append(together(mine, beside[0]))
        rate = median(both.rate / alone.rate for both, alone in zip(two, one, strict=True))
        cpu = median(both.cpu / alone.cpu for both, alone in zip(two, one, strict=True))
        say(f"  {name}: rate {rate:.2f} × one node, CPU a request {cpu:.2f} × one node – {verdict(rate, cpu)}")
        say(f"{told(two, 'two')}\n{told(one, 'one')}")
        figures[name] = {"ratio": round(rate, 3), "cpu_ratio": round(cpu, 3), "two": summary(two), "one": summary(one)}
    return figures


def together(one: Figures, other: Figures) -> Figures:
    """Return two nodes as one. Each meter saw all of PostgreSQL's backends, which served both."""
    count = one.requests + other.requests
    web = (one.cpu_us["web"] * one.requests + other.cpu_us["web"] * other.requests) / count
    postgres = max(node.cpu_us["postgres"] * node.requests for node in (one, other)) / count
    slower = max(one, other, key=lambda node: node.p99_ms)
    return replace(slower, rate=one.rate + other.rate, requests=count, cpu_us={"web": web, "postgres": postgres})


def verdict(rate: float, cpu: float) -> str:
    """Return what follows: by the rate where there are cores for it, else by CPU."""
    if (os.cpu_count() or 1) >= CORES_WANTED:
        return f"bar {BAR} {'✓' if rate >= BAR else '✗'}"
    good = "✓" if cpu <= MOST_CPU else "✗"
    return f"too few cores for the rate to tell; with cores of its own a second node would bring {2 / cpu:.2f} × {good}"


if __name__ == "__main__":
    main()
