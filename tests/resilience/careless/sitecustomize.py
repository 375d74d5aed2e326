"""Put before all else on a program's path, this makes its SQLite as careless as many programs are: synchronous=NORMAL.

The positive control of the power cuts: what is acknowledged so must be lost in one, or the cuts show nothing.
"""

from typing import Any

import pysqlite3.dbapi2 as sqlite

honest_connect = sqlite.connect


class Cursor(sqlite.Cursor):  # type: ignore[misc]
    """Runs what it is told, except for one word."""

    def execute(self, statement: str, *values: Any) -> Any:
        return super().execute(statement.replace("synchronous=FULL", "synchronous=NORMAL"), *values)


class Connection(sqlite.Connection):  # type: ignore[misc]
    """Hands out careless cursors."""

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, *words: Any) -> Any:
        return self.cursor().execute(*words)


def connect(*words: Any, **named: Any) -> Any:
    return honest_connect(*words, **{"factory": Connection, **named})


sqlite.connect = connect
