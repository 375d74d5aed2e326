"""Durable autosave against the empty route: bars 0.50 (SQLite), 0.40 (PostgreSQL, synchronous_commit on)."""

from argparse import Namespace
from typing import Any

from _bench.crowd import Crowd
from _bench.figures import Pair, arguments, keep, say, told
from _bench.ground import Ground, ground
from _bench.load import BARE, EMPTY, Bench, Sequences, choices, essays
from _bench.proof import acknowledged_are_stored

BARS = {"sqlite": 0.50, "postgres": 0.40}
ESSAY_WORDS = 1_500


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, writers=2_000)
    for store in asked.store:
        with ground(store) as lent:
            keep("autosave", store, measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    writers = Crowd(lent).writers(asked.writers)
    bench, numbers = Bench(lent, lent.serve()), Sequences()
    say(f"\n{lent.kind}: {len(writers)} writers take turns, 40 items each; all durable before it is acknowledged")
    bench.run(choices(writers, numbers), 64, 3)  # every cookie has been seen once
    figures: dict[str, Any] = {}
    for connections in (32, 64):
        pair = Pair(f"  choices, {connections} connections", BARS[lent.kind])
        for _ in range(asked.rounds):
            pair.round(
                lambda: bench.run(EMPTY, connections, asked.seconds),  # noqa: B023
                lambda: bench.run(choices(writers, numbers), connections, asked.seconds),  # noqa: B023
            )
            stored = acknowledged_are_stored(lent, writers, numbers.last, pair.measured[-1].requests, connections)
        say(f"{pair.line()}\n    stored as acknowledged: {stored} answers")
        figures[f"choices_{connections}"] = pair.kept()
    pair = Pair(f"  essays of {ESSAY_WORDS} words, 32 connections")
    for _ in range(asked.rounds):
        pair.round(
            lambda: bench.run(EMPTY, 32, asked.seconds),
            lambda: bench.run(essays(writers, numbers, ESSAY_WORDS), 32, asked.seconds),
        )
    say(pair.line())
    bare = bench.run(BARE, 32, asked.seconds)
    say(told([bare], "bare"))
    return figures | {"essays_32": pair.kept(), "bare_rate": round(bare.rate)}


if __name__ == "__main__":
    main()
