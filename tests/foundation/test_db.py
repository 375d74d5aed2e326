"""The database keeps instants, marks and promises."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from quizapp.foundation.access import SYSTEM
from quizapp.foundation.db import Instant, Points, make_engine, sqlite_is_sound
from quizapp.foundation.models import Job
from quizapp.house import House

THINGS = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True), Column("at", Instant), Column("points", Points)
)


@pytest.fixture
def things(empty_house: House) -> House:
    """A house with a table of instants and marks."""
    THINGS.metadata.create_all(empty_house.engine)
    return empty_house


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ("3.6.23", True),
        ("3.7.0", False),
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.0", False),
        ("3.50.6", False),
        ("3.50.7", True),
        ("3.51.0", False),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.52.0", True),
        ("4.0.0", True),
    ],
)
def test_versions_of_sqlite_that_may_lose_commits_are_known(version: str, sound: bool) -> None:
    assert sqlite_is_sound(version) is sound


def test_the_program_does_not_start_on_a_sqlite_that_may_lose_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version", "3.40.1")
    with pytest.raises(RuntimeError, match=r"3\.40\.1 can lose commits"):
        make_engine(f"sqlite:///{tmp_path / 'here.db'}")


def test_every_connection_syncs_fully_and_keeps_foreign_keys(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'here.db'}").execution_options(reading=True)
    told = {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 15000}
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in told} == told
    engine.dispose()


def test_a_row_cannot_point_at_nothing(empty_house: House) -> None:
    with pytest.raises(IntegrityError), empty_house.store.unit_of_work(SYSTEM) as work:
        work.session.add(Job(name="ring", body={}, told_id=4711, due_at=work.now, created_at=work.now))


def test_a_naive_datetime_is_refused(things: House) -> None:
    naive = datetime(2019, 8, 20, 17, 0)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(StatementError, match="not an instant"), things.engine.begin() as connection:
        connection.execute(insert(THINGS).values(at=naive))


def test_an_instant_comes_back_in_utc_to_the_microsecond(things: House) -> None:
    in_ha_noi = datetime(2019, 8, 20, 16, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=7)))
    with things.engine.begin() as connection:
        connection.execute(insert(THINGS).values(at=in_ha_noi))
        back = connection.scalar(select(THINGS.c.at))
    assert (back, back and back.tzinfo) == (in_ha_noi, UTC)


@pytest.mark.parametrize("marks", ["0.05", "0.25", "19.75", "33.33", "0.00", "-1.50"])
def test_marks_come_back_as_they_were(things: House, marks: str) -> None:
    with things.engine.begin() as connection:
        connection.execute(insert(THINGS).values(points=Decimal(marks)))
        assert str(connection.scalar(select(THINGS.c.points))) == marks


def test_ten_tenths_are_one_point_in_the_database_too(things: House) -> None:
    with things.engine.begin() as connection:
        connection.execute(insert(THINGS), [{"points": Decimal("0.1")}] * 10)
        assert connection.scalar(select(func.sum(THINGS.c.points))) == Decimal("1.00")


def test_a_third_decimal_is_refused_rather_than_rounded(things: House) -> None:
    with pytest.raises(StatementError, match="two decimals"), things.engine.begin() as connection:
        connection.execute(insert(THINGS).values(points=Decimal("0.125")))
