"""Installations to be maltreated."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from quizapp.house import House
from tests.conftest import FULL, Stores
from tests.resilience import machines
from tests.resilience.machines import Machine, prepare_cluster
from tests.resilience.opening import open_rounds
from tests.resilience.power import require_fuse
from tests.resilience.programs import Installation, free_port


@pytest.fixture
def installation(stores: Stores, tmp_path: Path) -> Iterator[Installation]:
    """A quizapp of its own with the real banks, and the contests of 2019 open today: its clock is the real one."""
    settings = replace(stores.copy(FULL, tmp_path / "data"), port=free_port())
    settings.data.mkdir(parents=True, exist_ok=True)
    made = Installation(settings, tmp_path)
    open_rounds(made.open_house())
    yield made
    made.clear()
    stores.drop(settings)


@pytest.fixture
def inside(installation: Installation) -> Iterator[House]:
    """The installation's house, to look into from here."""
    house = installation.open_house()
    yield house
    house.engine.dispose()


@pytest.fixture(scope="session")
def prepared_disk(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """What a disk with a PostgreSQL server begins with; nothing when the suite runs on SQLite."""
    require_fuse()
    if stores.kind == "sqlite":
        return None
    kept: Path = tmp_path_factory.mktemp("prepared")
    prepare_cluster(stores, kept)
    return kept


@pytest.fixture
def machine(stores: Stores, tmp_path: Path, prepared_disk: Path | None) -> Iterator[Machine]:
    """An installation with its database on a disk that can be cut off; it does not run yet."""
    with machines.machine(stores, tmp_path, prepared_disk) as made:
        yield made
