"""The straight road to the database, for the few things that everyone does at the same moment.

One connection of its own, plain statements, no loaded objects: benchmarks/README.md tells what that is worth. A
statement is written once, with ``:name`` for a value and ``IN :names`` for a list, and spelt for the database at hand.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, event

Row = tuple[Any, ...]

_LIST = re.compile(r"IN :(\w+)")
_VALUE = re.compile(r"(?<!:):([a-z]\w*)")


class Road:
    """A connection that is kept, and opened anew after trouble. For one caller at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._link: PoolProxiedConnection | None = None
        self.embedded = engine.dialect.name == "sqlite"
        event.listen(engine, "engine_disposed", lambda _engine: self.close())

    @contextmanager
    def transaction(self) -> Iterator["Lane"]:
        """Begin, hand out, commit; roll back and drop the connection if anything is raised."""
        if self._link is None:
            self._link = self._engine.raw_connection()
        lane = Lane(self._link, self.embedded)
        try:
            lane.begin()
            yield lane
            lane.commit()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection up; whatever was begun on it is rolled back."""
        link, self._link = self._link, None
        if link is not None:
            link.invalidate()
            link.close()


class Lane:
    """One transaction on the road."""

    def __init__(self, link: PoolProxiedConnection, embedded: bool) -> None:
        self.embedded = embedded
        self._link = link.driver_connection
        self._cursor: Any = self._link.cursor() if embedded else self._link.cursor(binary=True)  # type: ignore[union-attr]

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

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """Return the rows of a question. Values are text, numbers, instants, bytes, or lists of text and numbers."""
        self._cursor.execute(_spelt(statement, self.embedded), self._fit(values))
        found: list[Row] = self._cursor.fetchall()
        return found

    def each(self, statement: str, values: Sequence[Mapping[str, Any]]) -> None:
        """Do ``statement`` once for each of ``values``."""
        if values:
            self._cursor.executemany(_spelt(statement, self.embedded), [self._fit(one) for one in values])

    def at_once(self) -> AbstractContextManager[Any]:
        """Send what is inside without waiting for each answer, where there is a network to wait for."""
        return nullcontext() if self.embedded else self._link.pipeline()  # type: ignore[union-attr]

    def instant(self, value: Any) -> Any:
        """Return a stored instant as the rest of the house knows it: aware, UTC; ``None`` stays."""
        if value is None:
            return None
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if self.embedded else value.astimezone(UTC)

    def _fit(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: _embedded(value) for name, value in values.items()} if self.embedded else values


@cache
def _spelt(statement: str, embedded: bool) -> str:
    if embedded:
        return _LIST.sub(r"IN (SELECT value FROM json_each(:\1))", statement)
    return _VALUE.sub(r"%(\1)s", _LIST.sub(r"= ANY(:\1)", statement))


def _embedded(value: Any) -> Any:
    if isinstance(value, datetime):
        # As SQLAlchemy writes instants into SQLite: always with microseconds, so that text sorts as time.
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return json.dumps(value) if isinstance(value, list) else value
