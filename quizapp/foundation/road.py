"""The straight road to the database, for the few things that everyone does at the same moment.

One connection of its own, plain statements, no loaded objects: benchmarks/README.md tells what that is worth. A
statement is written once and spelt for the database at hand. In it ``:name`` is a value, ``IN :names`` a list, and
``ROWS :rows AS v (name type, …)`` a table made of dictionaries.

In the embedded database every row that is fetched or changed lets go of Python's lock, and whoever leads a batch would
have to queue for it again each time. So there a question is answered in one row of JSON, and a change of many rows is
one statement.
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Engine, PoolProxiedConnection, event

Row = Sequence[Any]

# So long a connection is believed to be alive without being asked: the server may have been restarted meanwhile.
TRUSTED_S = 1.0

_LIST = re.compile(r"IN :(\w+)")
_VALUE = re.compile(r"(?<!:):([a-z]\w*)")
_TABLE = re.compile(r"ROWS :(\w+) AS (\w+)\s+\(([^)]*)\)")
_QUESTION = re.compile(r"\s*SELECT (.*?)\s+FROM ", re.DOTALL)


class Road:
    """A connection that is kept, and opened anew after trouble. For one caller at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._link: PoolProxiedConnection | None = None
        self._watch: PoolProxiedConnection | None = None
        self._used = 0.0
        self.embedded = engine.dialect.name == "sqlite"
        event.listen(engine, "engine_disposed", lambda _engine: self.leave())

    @contextmanager
    def transaction(self) -> Iterator["Lane"]:
        """Begin, hand out, commit; roll back and drop the connection if anything is raised."""
        if self._link is not None and not Lane(self._link, self.embedded).answers(since=self._used):
            self.close()
        if self._link is None:
            self._link = self._engine.raw_connection()
            self._stay()
            Lane(self._link, self.embedded).plan_once()
        lane = Lane(self._link, self.embedded)
        try:
            lane.begin()
            yield lane
            lane.commit()
            self._used = time.monotonic()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection up; whatever was begun on it is rolled back."""
        link, self._link = self._link, None
        if link is not None:
            link.invalidate()
            link.close()

    def _stay(self) -> None:
        """Keep a second connection to SQLite, that does nothing but be there.

        When the disk refuses to sync, what was refused is still in the log, as the system has it in memory. Were the
        last connection closed then, the next would read the log anew and take it for committed: shown as saved, and
        lost at the next power cut together with all that is saved after it.
        """
        if self.embedded and self._watch is None:
            self._watch = self._engine.raw_connection()
            self._watch.cursor().execute("SELECT count(*) FROM sqlite_schema").fetchall()

    def leave(self) -> None:
        """Give everything up, the connection that only stays included."""
        self.close()
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.invalidate()
            watch.close()


# Looking takes a moment; more lanes would leave the pool, to which they never go back, to nobody else.
LANES = 12


class Glances:
    """Lanes for looking only: each question sees the present, nothing is held, and no writer waits."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._free = engine, list[Lane]()
        self._room = threading.BoundedSemaphore(LANES)
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    @contextmanager
    def lane(self) -> Iterator["Lane"]:
        """Lend a lane; one on which anything is raised is not used again."""
        with self._room:
            lane = self._free.pop() if self._free else self._opened()
            if not lane.answers(since=lane.used):
                lane.close()
                lane = self._opened()
            try:
                yield lane
            except BaseException:
                lane.close()
                raise
            lane.used = time.monotonic()
            self._free.append(lane)

    def close(self) -> None:
        """Give the connections up."""
        while self._free:
            self._free.pop().close()

    def _opened(self) -> "Lane":
        lane = Lane(self._engine.raw_connection(), self._engine.dialect.name == "sqlite")
        lane.plan_once()
        lane.commit_each()
        return lane


class Lane:
    """A transaction on the road, or a way to look."""

    def __init__(self, link: PoolProxiedConnection, embedded: bool) -> None:
        self.embedded, self._lent = embedded, link
        self.used = 0.0
        self._link = link.driver_connection
        self._cursor: Any = self._link.cursor() if embedded else self._link.cursor(binary=True)  # type: ignore[union-attr]

    def answers(self, since: float) -> bool:
        """Tell whether the server is still there; not asked of one that was a moment ago. (A file always is.)"""
        if self.embedded or time.monotonic() - since < TRUSTED_S:
            return True
        try:
            self._cursor.execute("SELECT 1")
            if not self._link.autocommit:  # type: ignore[union-attr]
                self._link.rollback()  # type: ignore[union-attr]
        except Exception:
            return False
        return True

    def plan_once(self) -> None:
        """Have each statement planned once a connection. On partitioned tables planning costs more than doing."""
        if not self.embedded:
            self._cursor.execute("SET SESSION plan_cache_mode = force_generic_plan")
            self._link.commit()  # type: ignore[union-attr]

    def commit_each(self) -> None:
        """Let every statement be a transaction of its own. (SQLite's are, unless one says BEGIN.)"""
        if not self.embedded:
            self._link.autocommit = True  # type: ignore[union-attr]

    def close(self) -> None:
        """Give the connection up."""
        self._lent.invalidate()
        self._lent.close()

    def begin(self) -> None:
        """Take the writer's place. (psycopg begins by itself.)"""
        if self.embedded:
            self._cursor.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make it durable."""
        if self.embedded:
            self._cursor.execute("COMMIT")
        else:
            self._link.commit()  # type: ignore[union-attr]

    def rows(self, question: str, **values: Any) -> Sequence[Row]:
        """Return the rows of a question, in no order. Values are text, numbers, instants, or lists of those.

        A question begins with SELECT and its columns, none of which holds a FROM, and asks for no bytes.
        """
        self._cursor.execute(_asked(question, self.embedded), self._fit(values))
        found: Sequence[Row] = self._cursor.fetchall()
        return msgspec.json.decode(found[0][0]) if self.embedded else found

    def do(self, statement: str, **values: Any) -> None:
        """Do a statement. Values as in a question, or dictionaries for ``ROWS``."""
        self._cursor.execute(_spelt(statement, self.embedded), self._fit(values))

    def instant(self, value: Any) -> Any:
        """Return a stored instant as the rest of the house knows it: aware, UTC; ``None`` stays."""
        if value is None:
            return None
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if self.embedded else value.astimezone(UTC)

    def _fit(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: _embedded(value) if self.embedded else _served(value) for name, value in values.items()}


@cache
def _asked(question: str, embedded: bool) -> str:
    if not embedded:
        return _spelt(question, embedded)
    return _QUESTION.sub(r"SELECT json_group_array(json_array(\1)) FROM ", _spelt(question, embedded), count=1)


@cache
def _spelt(statement: str, embedded: bool) -> str:
    if embedded:
        return _LIST.sub(r"IN (SELECT value FROM json_each(:\1))", _TABLE.sub(_embedded_table, statement))
    table = _TABLE.sub(r"json_to_recordset(CAST(:\1 AS json)) AS \2 (\3)", statement)
    return _VALUE.sub(r"%(\1)s", _LIST.sub(r"= ANY(:\1)", table))


def _embedded_table(found: re.Match[str]) -> str:
    name, alias, columns = found.groups()
    picked = ", ".join(f"value ->> '{column}' AS {column}" for column in re.findall(r"(\w+) \w+", columns))
    return f"(SELECT {picked} FROM json_each(:{name})) AS {alias}"  # noqa: S608 - from our own statements only


def _embedded(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    return json.dumps(value, default=_instant) if isinstance(value, list) else value


def _served(value: Any) -> Any:
    tabular = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    return json.dumps(value, default=datetime.isoformat) if tabular else value


def _instant(value: datetime) -> str:
    # As SQLAlchemy writes instants into SQLite: always with microseconds, so that text sorts as time.
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
