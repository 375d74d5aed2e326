"""Opening a paper of 40 items, and its essay page, against the empty route: bar 0.20."""

from argparse import Namespace
from typing import Any

from _bench.crowd import Crowd
from _bench.figures import Pair, arguments, keep, say
from _bench.ground import Ground, ground
from _bench.load import EMPTY, Bench, Script, pages

BAR = 0.20
GZIP = "Accept-Encoding: gzip"
ESSAY_WORDS = 600


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, writers=2_000, connections=32)
    for store in asked.store:
        with ground(store) as lent:
            keep("open_attempt", store, measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    writers = Crowd(lent, words=ESSAY_WORDS).writers(asked.writers)
    bench = Bench(lent, lent.serve())
    say(f"\n{lent.kind}: {len(writers)} people open papers with 40 answers and an essay of {ESSAY_WORDS} words")
    kinds: dict[str, Script] = {
        "paper": pages(writers),
        "paper_gzip": pages(writers, header=GZIP),
        "essay": pages(writers, "/essay"),
        "essay_gzip": pages(writers, "/essay", GZIP),
    }
    figures: dict[str, Any] = {}
    for name, script in kinds.items():
        bench.run(script, asked.connections, 2)
        pair = Pair(f"  {name}, {asked.connections} connections", BAR)
        for _ in range(asked.rounds):
            pair.round(
                lambda: bench.run(EMPTY, asked.connections, asked.seconds),
                lambda: bench.run(script, asked.connections, asked.seconds),  # noqa: B023
            )
        say(pair.line())
        figures[name] = pair.kept()
    return figures


if __name__ == "__main__":
    main()
