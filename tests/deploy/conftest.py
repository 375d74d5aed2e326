"""A PostgreSQL database and an S3 service for installations that leave one machine."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from tests import services
from tests.conftest import Stores
from tests.foundation.s3_server import s3_server


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 service."""
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Databases of the smallest installation, whichever store the run is for: it is where a move begins."""
    return Stores("sqlite", tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    yield from new_database(f"{abs(hash(tmp_path)):x}")


def new_database(name: str) -> Iterator[str]:
    """Make an empty PostgreSQL database, yield its address, drop it."""
    server = services.postgres_url()
    if server is None:
        services.missing("PostgreSQL")
    url = make_url(server or "")
    own = f"{url.database}_{name}"
    _ask(server or "", "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", own)
    try:
        yield url.set(database=own).render_as_string(hide_password=False)
    finally:
        _ask(server or "", "DROP DATABASE {} WITH (FORCE)", own)


def link_to(address: str) -> "psycopg.Connection[tuple[object, ...]]":
    """Connect to the database ``address`` past the program."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def _ask(address: str, question: str, name: str) -> None:
    with link_to(address) as link:
        link.execute(sql.SQL(question).format(sql.Identifier(name)))
