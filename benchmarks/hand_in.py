"""Hand in, mark and give the receipt, each paper once, against the empty route: bar 0.15."""

from argparse import Namespace
from typing import Any

from _bench.crowd import Crowd, Writer
from _bench.figures import Pair, arguments, keep, say
from _bench.ground import Ground, ground
from _bench.load import EMPTY, Bench, Void, hand_ins
from sqlalchemy import func, select

from quizapp.attempts.models import Receipt
from quizapp.grading.models import ChoiceScore

BAR = 0.15
ESSAY_WORDS = 600


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, papers=10_000, connections=32)
    for store in asked.store:
        with ground(store) as lent:
            keep("hand_in", store, measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    crowd = Crowd(lent, words=ESSAY_WORDS)
    bench = Bench(lent, lent.serve())
    say(f"\n{lent.kind}: 40 answers and an essay of {ESSAY_WORDS} words, at most {asked.papers} papers a round")
    pair = Pair(f"  hand-in with receipt, {asked.connections} connections", BAR)
    for _ in range(asked.rounds):
        writers = crowd.writers(asked.papers)
        pair.round(
            lambda: bench.run(EMPTY, asked.connections, asked.seconds),
            lambda: bench.run(hand_ins(writers), asked.connections, asked.seconds),  # noqa: B023
        )
        if pair.measured[-1].requests > len(writers):
            raise Void("more hand-ins than papers: ask for more --papers")
        receipts, scores = kept(lent, writers)
        if receipts < pair.measured[-1].requests:
            raise Void(f"{pair.measured[-1].requests} acknowledged, {receipts} receipts stored")
        say(f"    {pair.measured[-1].requests} handed in, {receipts} receipts, {scores} marked in the same breath")
    say(pair.line())
    return {"hand_in": pair.kept()}


def kept(lent: Ground, writers: list[Writer]) -> tuple[int, int]:
    """Return how many of ``writers`` have a receipt, and how many a score, by the database."""
    first, last = writers[0].attempt, writers[-1].attempt
    with lent.house.store.reading() as view:
        counted = [
            view.session.scalar(select(func.count()).where(table.attempt_id.between(first, last)))
            for table in (Receipt, ChoiceScore)
        ]
    return counted[0] or 0, counted[1] or 0


if __name__ == "__main__":
    main()
