"""Autosave with 1,000,000 attempts in the database against 1,000 – bar 0.85 – and bytes an attempt: bar 4 KB."""

from argparse import Namespace
from typing import Any

from _bench.copies import TABLES, Copied, Copier, link
from _bench.crowd import PATTERNS, Crowd
from _bench.figures import Pair, arguments, keep, say
from _bench.ground import Ground, ground
from _bench.load import Bench, Sequences, choices

BAR, BAR_BYTES = 0.85, 4_096
FEW = 1_000
# Of a hundred attempts one is still being written: as on a last evening.
OPEN_EVERY = 100
# A process remembers so many cookies; more writers would measure that.
MOST_WRITERS = 10_000


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, attempts=1_000_000, connections=32)
    for store in asked.store:
        with ground(store) as few, ground(store) as many:
            keep("growth", store, measure(few, many, asked), wanted=asked.keep)


def measure(few: Ground, many: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    crowd = Crowd(few)
    small = crowd.writers(FEW)
    writers, size = fill(many, asked.attempts)
    numbers, (less, more) = Sequences(), (Bench(lent, lent.serve()) for lent in (few, many))
    say(f"  {len(small)} writers at {FEW} attempts, {len(writers)} at {asked.attempts}, spread over all of them")
    for bench, who in ((less, small), (more, writers)):
        bench.run(choices(who, numbers), asked.connections, 5)
    pair = Pair(f"  autosave, {asked.connections} connections, {asked.attempts} attempts against {FEW}", BAR)
    for _ in range(asked.rounds):
        pair.round(
            lambda: less.run(choices(small, numbers), asked.connections, asked.seconds),
            lambda: more.run(choices(writers, numbers), asked.connections, asked.seconds),
        )
    say(pair.line())
    return {"autosave": pair.kept(), "attempts": asked.attempts, "bytes_per_attempt": size}


def fill(lent: Ground, attempts: int):  # type: ignore[no-untyped-def]
    """Fill the database; return those who are writing, signed in, and what an attempt takes, in bytes."""
    handed_in, still_open = Crowd(lent, handed_in=True), Crowd(lent)
    census = handed_in.patterns.census()
    say(f"\n{lent.kind}: an attempt that was handed in and worked off leaves rows: {dict(sorted(census.items()))}")
    copier = Copier(lent, [*handed_in.patterns.rows, *still_open.patterns.rows])
    with link(lent, settle=True):
        before, parts = lent.size(), tables(lent)
    people = copier.copy(attempts, choose, lambda done: _progress(done, attempts))
    writing: list[Copied] = [one for one in people if one.pattern >= PATTERNS]
    size = (lent.size() - before) / attempts
    each = {name: round((now - parts.get(name, 0)) / attempts) for name, now in tables(lent).items()}
    each = {name: part for name, part in sorted(each.items(), key=lambda item: -item[1]) if part}
    verdict = "✓" if size <= BAR_BYTES else "✗"
    say(
        f"  {size:.0f} bytes an attempt, its owner, account and all traces included (bar {BAR_BYTES} {verdict}): {each}"
    )
    return lent_writers(handed_in, writing), {"all": round(size), "by_table": each}


def lent_writers(crowd: Crowd, writing: list[Copied]):  # type: ignore[no-untyped-def]
    """Sign in as many of ``writing`` as a process remembers, spread over all."""
    return crowd.sign_in(writing[:: max(1, len(writing) // MOST_WRITERS)][:MOST_WRITERS])


def choose(number: int) -> int:
    """Return which pattern copy ``number`` is of: the first ones are handed in, the others open."""
    which = number % PATTERNS
    return PATTERNS + number // OPEN_EVERY % PATTERNS if number % OPEN_EVERY == 0 else which


def tables(lent: Ground) -> dict[str, int]:
    """Return table → bytes, with its indexes and, on PostgreSQL, its partitions."""
    with link(lent) as opened:
        if not opened.embedded:
            asked = """
                SELECT coalesce(i.inhparent, c.oid)::regclass::text, sum(pg_total_relation_size(c.oid))::bigint
                FROM pg_class AS c LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1
            """
            return {name: int(size) for name, size in opened.ask(asked)}
        try:
            found = opened.ask(
                "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat AS s JOIN sqlite_master AS m ON m.name = s.name "
                "WHERE s.aggregate GROUP BY 1"
            )
        except Exception:  # this SQLite was built without dbstat
            return {}
        names = {table.name for table in TABLES}
        return {name: int(size) for name, size in found if name in names}


def _progress(done: int, attempts: int) -> None:
    if done % 100_000 == 0 and done < attempts:
        say(f"    {done} written")


if __name__ == "__main__":
    main()
