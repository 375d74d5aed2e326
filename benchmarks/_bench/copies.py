"""A crowd in the database within seconds: a few people do everything through the real services, and are copied.

Whatever rows such a person and their attempt left, in whatever table, is copied with new numbers and new names – so a
copy is as large as the real one, whatever an attempt comes to leave behind. Rows go in by ``executemany`` or COPY.
"""

import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Integer, Table

import quizapp.app  # noqa: F401 - brings every table
from _bench.ground import Ground, plain
from quizapp.foundation.db import Base
from quizapp.foundation.refs import new_code

BATCH = 10_000
# A server may still be at work: its next numbers are left to it.
APART = 100_000
TABLES = [table for table in Base.metadata.sorted_tables if table.name not in {"pulses", "high_water"}]
# Texts that must be new in every copy, wherever they stand: a name, a code, a key made of others' numbers.
_NAMES: Mapping[tuple[str, str], Callable[[], str]] = {
    ("accounts", "code"): lambda: new_code(8),
    ("attempts", "ref"): lambda: secrets.token_urlsafe(16),
    ("receipts", "code"): lambda: new_code(16),
    ("scripts", "ref"): lambda: secrets.token_urlsafe(16),
}
_NUMBERED = re.compile(r'("attempt_id": ?)\d+')

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Key = tuple[Any, ...]
Cells = tuple[Any, ...]


class Link:
    """A connection for filling: fast, and of no use for anything that must last."""

    def __init__(self, ground: Ground) -> None:
        self.embedded = ground.kind == "sqlite"
        if self.embedded:
            self.raw: Any = sqlite.connect(ground.settings.data / "quizapp.db", isolation_level=None, timeout=60)
            for pragma in ("synchronous=OFF", "foreign_keys=OFF", "cache_size=-3000000", "wal_autocheckpoint=100000"):
                self.raw.execute(f"PRAGMA {pragma}")
        else:
            self.raw = psycopg.connect(plain(ground.settings.database_url), autocommit=True)
            self.raw.execute("SET session_replication_role = replica")  # the copies' foreign keys are right by making
            self.raw.execute("SET synchronous_commit = off")

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Return the rows of a question."""
        return list(self.raw.execute(question).fetchall())

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Cells]) -> None:
        """Insert ``rows``."""
        names = ", ".join(columns)
        if self.embedded:
            marks = ", ".join("?" * len(columns))
            self.raw.execute("BEGIN IMMEDIATE")
            self.raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
            self.raw.execute("COMMIT")
            return
        with self.raw.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def settle(self) -> None:
        """Leave the database as a night's rest would: numbers go on after ours, dead rows are gone, logs are short."""
        if self.embedded:
            self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for table in TABLES:
            if _numbered(table):
                self.raw.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"  # noqa: S608
                )
        self.raw.execute("VACUUM ANALYZE")
        self.raw.execute("CHECKPOINT")


@contextmanager
def link(ground: Ground, *, settle: bool = False) -> Iterator[Link]:
    """Lend a connection for filling."""
    opened = Link(ground)
    try:
        yield opened
        if settle:
            opened.settle()
    finally:
        opened.raw.close()


@dataclass(frozen=True)
class Copied:
    """A copy of a pattern's person."""

    account: int
    attempt: int
    ref: str
    code: str
    pattern: int


class Patterns:
    """The rows that each pattern left behind, in every table."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._seen: dict[str, set[Key]] = {table.name: set() for table in TABLES}
        self.rows: list[Rows] = []
        self.pass_over()

    def pass_over(self) -> None:
        """Take nothing of what is there so far."""
        self._note()

    def take(self) -> None:
        """Take what is new since the last time as one more pattern."""
        found = self._note()
        assert len(found["attempts"]) == 1, "a pattern is one person with one attempt"
        self.rows.append(found)

    def census(self) -> Counter[str]:
        """Return table → rows of the last pattern."""
        return Counter({name: len(rows) for name, rows in self.rows[-1].items()})

    def _note(self) -> dict[str, list[dict[str, Any]]]:
        new: dict[str, list[dict[str, Any]]] = {}
        with link(self._ground) as opened:
            for table in TABLES:
                names = [column.name for column in table.columns]
                asked = ", ".join(name if opened.embedded or _whole(table, name) else f"{name}::text" for name in names)
                rows = [
                    dict(zip(names, row, strict=True))
                    for row in opened.ask(f"SELECT {asked} FROM {table.name}")  # noqa: S608 - our own tables
                ]
                keys = [column.name for column in table.primary_key]
                seen = self._seen[table.name]
                fresh = [row for row in rows if tuple(row[key] for key in keys) not in seen]
                seen.update(tuple(row[key] for key in keys) for row in fresh)
                if fresh:
                    new[table.name] = fresh
        return new


class Copier:
    """Writes copies of patterns."""

    def __init__(self, ground: Ground, patterns: Sequence[Rows]) -> None:
        self._ground = ground
        self._plans = [_Plan(rows) for rows in patterns]
        self.columns = {table.name: [column.name for column in table.columns] for table in TABLES}

    def copy(
        self,
        count: int,
        choose: Callable[[int], int] = lambda number: number,
        told: Callable[[int], object] = lambda _done: None,
    ) -> Iterator[Copied]:
        """Write ``count`` copies – of pattern ``choose(number)``, each in turn by default – and hand them out."""
        with link(self._ground, settle=True) as opened:
            ids = _Ids(opened)
            for start in range(0, count, BATCH):
                rows: dict[str, list[Cells]] = defaultdict(list)
                made = []
                for number in range(start, min(start + BATCH, count)):
                    which = choose(number) % len(self._plans)
                    made.append(self._plans[which].write(ids, rows, which))
                for table in TABLES:
                    if rows[table.name]:
                        opened.insert(table.name, self.columns[table.name], rows[table.name])
                told(start + len(made))
                yield from made


class _Ids:
    def __init__(self, opened: Link) -> None:
        self.next = {
            table.name: (opened.ask(f"SELECT max(id) FROM {table.name}")[0][0] or 0) + APART  # noqa: S608
            for table in TABLES
            if _numbered(table)
        }


class _Plan:
    """How one pattern is copied: for each row, which cells are numbers to shift and which hold names to renew."""

    def __init__(self, rows: Rows) -> None:
        self._places = {
            name: {row["id"]: at for at, row in enumerate(found)} for name, found in rows.items() if "id" in found[0]
        }
        self._counts = {name: len(places) for name, places in self._places.items()}
        self._old = {place: rows[place[0]][0][place[1]] for place in _NAMES if place[0] in rows}
        self._rows = [
            (table.name, [self._cell(table, name, value) for name, value in row.items()])
            for table in TABLES
            for row in rows.get(table.name, ())
        ]
        self._attempt = rows["attempts"][0]["id"]

    def write(self, ids: _Ids, into: dict[str, list[Cells]], which: int) -> Copied:
        base = {name: ids.next[name] for name in self._counts}
        for name, count in self._counts.items():
            ids.next[name] += count
        names = {place: make() for place, make in _NAMES.items() if place in self._old}
        for table, cells in self._rows:
            into[table].append(tuple([cell(base, names) if callable(cell) else cell for cell in cells]))
        account, attempt = base["accounts"], base["attempts"]
        return Copied(account, attempt, names["attempts", "ref"], names["accounts", "code"], which)

    def _cell(self, table: Table, name: str, value: Any) -> Any:
        """Return the value, or a function of the copy's first numbers and new names that makes it."""
        column = table.columns[name]
        if value is None:
            return None
        if name == "id":
            return self._number(table.name, value)
        for key in column.foreign_keys:
            target = key.column.table.name
            if value in self._places.get(target, {}):
                return self._number(target, value)
        if (table.name, name) == ("audit_log", "actor_id") and value in self._places["accounts"]:
            return self._number("accounts", value)
        if (table.name, name) == ("jobs", "once_key"):
            told, word = value.split(":", 1)
            at = self._places["told"].get(int(told), 0)
            return lambda base, _names: f"{base['told'] + at}:{word}"
        return self._text(value) if isinstance(value, str) else value

    def _number(self, table: str, value: int) -> Any:
        at = self._places[table][value]
        return lambda base, _names: base[table] + at

    def _text(self, value: str) -> Any:
        for place, old in self._old.items():
            if old in value:
                before, after = value.split(old, 1)
                return lambda _base, names: f"{before}{names[place]}{after}"
        numbered = _NUMBERED.search(value)
        if numbered:
            before, after = value[: numbered.end(1)], value[numbered.end() :]
            return lambda base, _names: f"{before}{base['attempts']}{after}"
        return value


def _numbered(table: Table) -> bool:
    return "id" in table.columns and table.columns["id"].autoincrement is not False and table.name != "high_water"


def _whole(table: Table, name: str) -> bool:
    kind = table.columns[name].type
    return isinstance(kind, Integer) or kind.__class__.__name__ in {"BigInteger", "Points"}
