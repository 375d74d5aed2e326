"""All of an installation's rows from SQLite to PostgreSQL, whatever its tables are: copied, counted and compared.

Nothing is committed here. Whoever holds the target's transaction commits when the comparison is good, so that a move is
whole or has not been.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, cast

import psycopg
from sqlalchemy import Column, Connection, Engine, Table, event, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from quizapp import migrations
from quizapp.foundation.db import make_engine
from quizapp.migrations.tables import metadata

# Rows read at a time; a paper's row with its layout is a few kilobytes.
BATCH = 1000
PATIENCE = "10s"
# What a database holds besides the program's own tables.
NOT_OURS = ("alembic_version", "sqlite_")


class MoveRefused(Exception):
    """The move was not begun, or not finished; the target holds no row of it. ``about`` names tables, if any."""

    def __init__(self, *about: str) -> None:
        self.about = about
        super().__init__(", ".join(about))


class SourceInUse(MoveRefused):
    """Another process has the source open."""


class SourceNotCurrent(MoveRefused):
    """The source does not have today's schema."""


class SourceHasMore(MoveRefused):
    """The source holds tables of which the program knows nothing; they would be left behind."""


class TargetNotUtf8(MoveRefused):
    """The target cannot hold Vietnamese."""


class TargetNotOurs(MoveRefused):
    """The target holds tables of something else."""


class TargetInUse(MoveRefused):
    """Somebody works on the target."""


class TargetNotEmpty(MoveRefused):
    """The target holds rows already."""


@dataclass
class Sum:
    """How many rows, and the sum of their SHA-256 modulo 2**256: the same in whatever order they come."""

    rows: int = 0
    total: int = 0

    def add(self, row: Iterable[Any]) -> None:
        """Count ``row`` in."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(canonical(row)).digest())) % 2**256

    @property
    def sha256(self) -> str:
        """The sum in 64 hexadecimal digits."""
        return f"{self.total:064x}"


@dataclass(frozen=True)
class Compared:
    """One table on both sides."""

    table: str
    source: Sum
    target: Sum

    @property
    def same(self) -> bool:
        """Whether the rows are the same, each as often."""
        return self.source == self.target


def canonical(row: Iterable[Any]) -> bytes:
    """Return the one way to write ``row``, whichever database it was read from."""
    return _dump(list(row)).encode()


def open_source(url: str) -> Engine:
    """Return an engine for the SQLite database ``url`` whose connection (there can be one) is alone with the file.

    Connecting raises :class:`SourceInUse` through :func:`alone`; until the engine is disposed nobody else gets in.
    """
    engine = make_engine(url)
    event.listen(engine, "connect", _take_the_file, insert=True)
    return engine


def alone(engine: Engine) -> Connection:
    """Connect to what :func:`open_source` returned.

    Raises:
        SourceInUse: another process has the file open, reading or writing.
    """
    try:
        return engine.connect()
    except OperationalError as error:
        if "locked" not in str(error):
            raise
        raise SourceInUse from error


def require_whole(source: Connection) -> None:
    """Make sure that every table of ``source`` is known and as today's program knows it.

    Raises:
        SourceNotCurrent, SourceHasMore
    """
    if not migrations.has_newest_schema(source):
        raise SourceNotCurrent
    strange = set(inspect(source).get_table_names()) - set(metadata.tables)
    if left := sorted(name for name in strange if not name.startswith(NOT_OURS)):
        raise SourceHasMore(*left)


def prepare_target(engine: Engine) -> None:
    """Bring the target's schema to the newest; what is there already stays.

    Raises:
        TargetNotUtf8, TargetNotOurs
    """
    with engine.connect() as target:
        if target.scalar(text("SHOW server_encoding")) != "UTF8":
            raise TargetNotUtf8
        names = inspect(target).get_table_names()
        if names and "alembic_version" not in names:
            raise TargetNotOurs(*sorted(names)[:5])
    migrations.upgrade(engine)


def copy_all(source: Connection, target: Connection, told: Callable[[str], object]) -> list[Compared]:
    """Copy every row into the empty tables of ``target``, set its sequences, read it back, and return what was seen.

    ``told`` hears each table's name before its turn. The caller commits if all is the same.

    Raises:
        TargetInUse, TargetNotEmpty
    """
    _take_the_tables(target)
    sums = {}
    for table in metadata.sorted_tables:
        told(table.name)
        sums[table.name] = _copy(source, target, table)
    _set_sequences(target)
    return [Compared(table.name, sums[table.name], sum_of(target, table)) for table in metadata.sorted_tables]


def compare_all(source: Connection, target: Connection) -> list[Compared]:
    """Read both sides and return what was seen."""
    return [Compared(one.name, sum_of(source, one), sum_of(target, one)) for one in metadata.sorted_tables]


def sum_of(connection: Connection, table: Table) -> Sum:
    """Read ``table`` and return its sum."""
    found = Sum()
    for row in _rows(connection, table):
        found.add(row)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no way to write a {type(value).__name__} is agreed upon")


_dump = partial(json.dumps, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _take_the_file(connection: Any, _record: object) -> None:
    # In WAL mode whoever has the file open holds a shared lock on it; an exclusive one tells that there is nobody.
    cursor = connection.cursor()
    for pragma in ("PRAGMA busy_timeout=2000", "PRAGMA locking_mode=EXCLUSIVE", "BEGIN IMMEDIATE", "COMMIT"):
        cursor.execute(pragma)
    cursor.close()


def _take_the_tables(target: Connection) -> None:
    written = target.dialect.identifier_preparer.format_table
    names = [written(table) for table in metadata.sorted_tables]
    try:
        target.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        target.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    except OperationalError as error:
        raise TargetInUse from error
    if full := [one.name for one in metadata.sorted_tables if target.execute(select(one).limit(1)).first()]:
        raise TargetNotEmpty(*full)


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.computed is None]


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    query = select(*_columns(table)).execution_options(yield_per=BATCH)
    if any(key.column.table is table for key in table.foreign_keys):
        query = query.order_by(*table.primary_key)  # the elder, to whom others point, first
    yield from connection.execute(query)


def _copy(source: Connection, target: Connection, table: Table) -> Sum:
    written, columns = target.dialect.identifier_preparer, _columns(table)
    names = ", ".join(written.format_column(column) for column in columns)
    binders = [_binder(column, target) for column in columns]
    read, into = Sum(), f"COPY {written.format_table(table)} ({names}) FROM STDIN"
    link = cast("psycopg.Connection[Any]", target.connection.driver_connection)
    with link.cursor() as cursor, cursor.copy(into.encode()) as copy:
        for row in _rows(source, table):
            read.add(row)
            copy.write_row([bind(value) for bind, value in zip(binders, row, strict=True)])
    return read


def _binder(column: Column[Any], target: Connection) -> Callable[[Any], Any]:
    found = column.type.dialect_impl(target.dialect).bind_processor(target.dialect)
    return found or (lambda value: value)


def _set_sequences(target: Connection) -> None:
    """COPY brings its own numbers; the next row must get one of its own."""
    written = target.dialect.identifier_preparer.format_table
    for table in metadata.sorted_tables:
        for column in table.primary_key:
            sequence = target.scalar(select(func.pg_get_serial_sequence(written(table), column.name)))
            if sequence:
                last = func.coalesce(func.max(column), 1)
                target.execute(select(func.setval(sequence, last, func.count() > 0)).select_from(table))
