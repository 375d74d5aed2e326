"""The schema's history: small, dated, reversible steps that know nothing of today's models."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def config(engine: Engine | None = None) -> Config:
    """Return Alembic's configuration for this folder and ``engine``."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema."""
    command.upgrade(config(engine), "head")


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the newest schema."""
    with engine.connect() as connection:
        return has_newest_schema(connection)


def has_newest_schema(connection: Connection) -> bool:
    """Tell the same over ``connection``; cheap enough to be asked every second."""
    return MigrationContext.configure(connection).get_current_revision() == _head()


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()
