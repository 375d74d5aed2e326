"""The database: one engine, two kinds (SQLite and PostgreSQL), and the column types the contest needs."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import JSON as AnyJson
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

_dump = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))

# ``None`` is SQL NULL, so that a CHECK can see it.
Json = AnyJson(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# SQLite numbers rows by itself only when the key is spelt INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Every table's parent; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """An instant: aware and UTC in Python; naive UTC in SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is not an instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class later(FunctionElement[datetime]):
    """``later(instant, microseconds)``: a stored instant, moved; exact on both databases."""

    name, type, inherit_cache = "later", Instant(), True


@compiles(later)
def _served_later(element: later, compiler: Any, **options: Any) -> str:
    instant, microseconds = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({instant} + {microseconds} * INTERVAL '1 microsecond')"


@compiles(later, "sqlite")
def _embedded_later(element: later, compiler: Any, **options: Any) -> str:
    return f"later({compiler.process(element.clauses, **options)})"


def _later(stored: str, microseconds: int) -> str:
    moved = datetime.fromisoformat(stored) + timedelta(microseconds=microseconds)
    return moved.isoformat(" ", "microseconds")


class Points(TypeDecorator[Decimal]):
    """Marks: Decimal in Python, whole hundredths of a point in the database, so that both databases add alike."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        hundredths = Decimal(value) * 100
        if hundredths != hundredths.to_integral_value():
            raise ValueError("marks have at most two decimals")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(Decimal("0.01"))


def make_engine(url: str) -> Engine:
    """Return an engine for ``url``: ``sqlite:///path`` or ``postgresql+psycopg://…``.

    Raises:
        RuntimeError: if the bundled SQLite may lose commits (the WAL-reset bug, see :func:`sqlite_is_sound`).
    """
    if not url.startswith("sqlite"):
        return create_engine(url, json_serializer=_dump, pool_size=16, max_overflow=16, pool_pre_ping=True)
    if not sqlite_is_sound(sqlite.sqlite_version):
        raise RuntimeError(f"SQLite {sqlite.sqlite_version} can lose commits; install pysqlite3 0.6.1 or newer")
    engine = create_engine(
        url,
        module=sqlite,
        json_serializer=_dump,
        pool_size=16,
        max_overflow=16,
        connect_args={"timeout": 15, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_is_sound(version: str) -> bool:
    """Tell whether SQLite ``version`` is outside the WAL-reset range (3.7.0 to 3.51.2, save 3.44.6+ and 3.50.7+).

    Source: sqlite.org, release notes of 3.51.3.
    """
    number = tuple(int(part) for part in version.split("."))
    mended = number[:2] == (3, 44) and number >= (3, 44, 6) or number[:2] == (3, 50) and number >= (3, 50, 7)
    return mended or number >= (3, 51, 3) or number < (3, 7, 0)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    # SQLite's own arithmetic of dates knows thousandths of a second only.
    connection.create_function("later", 2, _later, deterministic=True)
    cursor = connection.cursor()
    # FULL: a power cut after "saved" loses nothing; NORMAL would.
    for pragma in ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A deferred transaction that later writes can be refused half-way; writers queue up at the door instead.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
