"""What the tests stand on: a house of their own on SQLite or PostgreSQL, the real banks, the contests of 2019."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy.engine import make_url

from quizapp import migrations
from quizapp.app import create_app
from quizapp.banks import loader
from quizapp.banks import services as banks
from quizapp.banks.formats import native
from quizapp.config import ROOT, Settings
from quizapp.contests.presets import names, read_preset
from quizapp.contests.services import create_contest
from quizapp.foundation.access import SYSTEM
from quizapp.house import House
from tests import pristine, services
from tests.factories import Clock, Visitor

EMPTY, FULL = "empty", "full"

LONG = {"journeys", "resilience"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store", choices=("sqlite", "postgres"), default="sqlite", help="which database the suite runs on"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: not LONG & set(item.path.parts))


class Stores:
    """Two ready databases – the bare schema, and one with banks and contests – and copies of them for each test."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.made = kind, folder, 0
        # PostgreSQL copies that a test gave back, by what they are copies of.
        self.free: dict[str, list[str]] = {EMPTY: [], FULL: []}
        self.lent: dict[str, str] = {}
        for name in (EMPTY, FULL):
            house = House(self._settings(folder / name, self._template(name)))
            migrations.upgrade(house.engine)
            if name == FULL:
                _fill(house)
            house.engine.dispose()
            if kind == "postgres":
                pristine.remember(_plain(house.settings.database_url))

    def copy(self, name: str, data: Path) -> Settings:
        """Return settings for a fresh copy of the database ``name``."""
        self.made += 1
        if self.kind == "sqlite":
            data.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.folder / name / "quizapp.db", data / "quizapp.db")
            return self._settings(data, f"sqlite:///{data / 'quizapp.db'}")
        address = self._as_new(name) or self._newly_made(name)
        self.lent[address] = name
        return self._settings(data, address)

    def drop(self, settings: Settings) -> None:
        """Take a copy back."""
        name = self.lent.pop(settings.database_url, None)
        if name:
            self.free[name].append(settings.database_url)
        elif self.kind == "postgres":
            self._ask("DROP DATABASE {} WITH (FORCE)", make_url(settings.database_url).database or "")

    def close(self) -> None:
        """Remove everything."""
        if self.kind == "postgres":
            templates = [self._template(name) for name in (EMPTY, FULL)]
            for address in [*self.lent, *self.free[EMPTY], *self.free[FULL], *templates]:
                self._ask("DROP DATABASE {} WITH (FORCE)", make_url(address).database or "")

    def _as_new(self, name: str) -> str | None:
        while self.free[name]:
            address = self.free[name].pop()
            try:
                pristine.restore(_plain(address))
            except (pristine.Changed, psycopg.Error):
                self._ask("DROP DATABASE {} WITH (FORCE)", make_url(address).database or "")
            else:
                return address
        return None

    def _newly_made(self, name: str) -> str:
        url = make_url(self._template(name))
        copied = f"{url.database}_{self.made}"
        self._ask("CREATE DATABASE {} TEMPLATE {}", copied, url.database or "")
        return url.set(database=copied).render_as_string(hide_password=False)

    def _template(self, name: str) -> str:
        if self.kind == "sqlite":
            (self.folder / name).mkdir(parents=True, exist_ok=True)
            return f"sqlite:///{self.folder / name / 'quizapp.db'}"
        url = make_url(services.postgres_url() or "")
        database = f"{url.database}_{name}"
        if not (self.folder / name).exists():
            (self.folder / name).mkdir(parents=True)
            self._ask("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", database)
        return url.set(database=database).render_as_string(hide_password=False)

    def _settings(self, data: Path, url: str) -> Settings:
        redis = services.redis_url() if self.kind == "postgres" else None
        return Settings(data=data, database_url=url, redis_url=redis, secret_key="for tests only")

    def _ask(self, question: str, *identifiers: str) -> None:
        with psycopg.connect(_plain(services.postgres_url() or ""), autocommit=True) as link:
            link.execute(sql.SQL(question).format(*map(sql.Identifier, identifiers)))


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


def _fill(house: House) -> None:
    with house.store.unit_of_work(SYSTEM) as work:
        for folder in sorted((ROOT / "question_banks").iterdir()):
            if folder.is_dir():
                banks.load(work, native.read(loader.from_folder(folder)))
        for name in names():
            create_contest(work, read_preset(name))


@pytest.fixture(scope="session")
def stores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    kind = request.config.getoption("--store")
    if kind == "postgres" and services.postgres_url() is None:
        services.missing("PostgreSQL")
    if kind == "postgres" and services.redis_url() is None:
        services.missing("Redis")
    made = Stores(kind, tmp_path_factory.mktemp("stores"))
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    """A clock the test moves; it stands at 8:00 on 1 August 2019 in Hà Nội."""
    return Clock()


@pytest.fixture
def empty_house(stores: Stores, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house with the schema and nothing in it."""
    yield from _house(stores, EMPTY, tmp_path, clock)


@pytest.fixture
def house(stores: Stores, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house with the real banks, and the contests of 2019 as their presets tell them."""
    yield from _house(stores, FULL, tmp_path, clock)


def _house(stores: Stores, name: str, folder: Path, clock: Clock) -> Iterator[House]:
    settings = stores.copy(name, folder / "data")
    settings.data.mkdir(parents=True, exist_ok=True)
    opened = House(settings, clock)
    yield opened
    opened.engine.dispose()
    stores.drop(settings)


@pytest.fixture
def app(house: House) -> Flask:
    """The application in ``house``, with every control on, CSRF included."""
    made = create_app(house)
    made.config["PROPAGATE_EXCEPTIONS"] = None
    return made


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody at the door."""
    return Visitor(app)


@pytest.fixture
def https_app(house: House) -> Iterator[Flask]:
    """The same application where people come over TLS."""
    opened = House(replace(house.settings, public_url="https://thi.example.vn"), house.clock)
    yield create_app(opened)
    opened.engine.dispose()
