"""Installations to be maltreated."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from quizapp.contests.models import Round
from quizapp.foundation import clock as clocks
from quizapp.house import House
from tests.conftest import FULL, Stores
from tests.resilience.programs import Installation, free_port


@pytest.fixture
def installation(stores: Stores, tmp_path: Path) -> Iterator[Installation]:
    """A quizapp of its own with the real banks, and the contests of 2019 open today: its clock is the real one."""
    settings = replace(stores.copy(FULL, tmp_path / "data"), port=free_port())
    settings.data.mkdir(parents=True, exist_ok=True)
    made = Installation(settings, tmp_path)
    _open_rounds(made.open_house())
    yield made
    made.clear()
    stores.drop(settings)


@pytest.fixture
def inside(installation: Installation) -> Iterator[House]:
    """The installation's house, to look into from here."""
    house = installation.open_house()
    yield house
    house.engine.dispose()


def invented(installation: Installation, count: int) -> list[dict[str, str]]:
    """Return the cards of ``count`` participants that the program invents."""
    path = installation.folder / "cards.json"
    ran = installation.run("demo", "--participants", str(count), "--json", str(path))
    assert ran.returncode == 0, ran.stderr
    cards: list[dict[str, str]] = json.loads(path.read_text("utf-8"))["participants"]
    return cards


def _open_rounds(house: House) -> None:
    now = clocks.now()
    with house.engine.begin() as connection:
        connection.execute(update(Round).values(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=9)))
    house.engine.dispose()
