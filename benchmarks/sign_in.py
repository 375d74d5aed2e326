"""Sign-ins a second against the empty route – argon2 decides – and what a crowd of them does to autosaves."""

from argparse import Namespace
from typing import Any

from _bench.crowd import PIN, Crowd, Signer
from _bench.figures import Pair, arguments, keep, say, summary, told
from _bench.ground import Ground, ground
from _bench.load import EMPTY, Bench, Figures, Sequences, choices, sign_ins

SIGNING_IN = 8


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, writers=2_000, connections=32)
    for store in asked.store:
        with ground(store) as lent:
            keep("sign_in", store, measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    writers, signer = Crowd(lent).writers(asked.writers), Signer(lent)
    people = [(writer.code, *signer.pair()) for writer in writers]
    bench, numbers = Bench(lent, lent.serve()), Sequences()
    say(f"\n{lent.kind}: {len(people)} people sign in in turn, PINs hashed with argon2id (19 MiB, 2 passes)")
    bench.run(choices(writers, numbers), asked.connections, 2)
    alone = Pair(f"  sign-ins, {SIGNING_IN} connections")
    beside = Pair(f"  autosaves with sign-ins beside them, against autosaves alone, {asked.connections} connections")
    signed: list[Figures] = []
    for _ in range(asked.rounds):
        alone.round(
            lambda: bench.run(EMPTY, SIGNING_IN, asked.seconds),
            lambda: bench.run(sign_ins(people, PIN), SIGNING_IN, asked.seconds),
        )
        beside.round(
            lambda: bench.run(choices(writers, numbers), asked.connections, asked.seconds),
            lambda: _both(bench, writers, numbers, people, asked, signed),
        )
    say(f"{alone.line()}\n{beside.line()}\n{told(signed, 'sign-ins')}")
    return {"sign_ins": alone.kept(), "autosaves_beside": beside.kept(), "sign_ins_beside": summary(signed)}


def _both(  # type: ignore[no-untyped-def]
    bench: Bench, writers, numbers: Sequences, people, asked: Namespace, signed: list[Figures]
) -> Figures:
    with bench.running(choices(writers, numbers), asked.connections, asked.seconds) as saving:
        signed.append(bench.run(sign_ins(people, PIN), SIGNING_IN, asked.seconds - 1))
    return saving[0]


if __name__ == "__main__":
    main()
