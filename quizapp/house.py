"""The house with its utilities connected: database, files, queue. Web, worker and command line all live in it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from huey.api import Huey
from sqlalchemy import Engine

from quizapp.attempts.saving import SavingDesk
from quizapp.config import Settings, read_settings
from quizapp.foundation import clock as clocks
from quizapp.foundation.db import make_engine
from quizapp.foundation.storage import Storage
from quizapp.foundation.wake import caller, make_huey
from quizapp.foundation.work import Store


@dataclass(frozen=True)
class House:
    """Everything that is opened once per process."""

    settings: Settings
    clock: clocks.Clock = clocks.now

    @cached_property
    def engine(self) -> Engine:
        """The database."""
        return make_engine(self.settings.database_url)

    @cached_property
    def huey(self) -> Huey:
        """The queue of wake-up calls."""
        return make_huey(self.settings.data, self.settings.redis_url)

    @cached_property
    def store(self) -> Store:
        """The door to the database, which wakes the workers."""
        return Store(self.engine, self.clock, wake=caller(self.huey))

    @cached_property
    def saving(self) -> SavingDesk:
        """The desk at which answers are handed over."""
        return SavingDesk(self.store)

    @cached_property
    def storage(self) -> Storage:
        """The door to the files."""
        return Storage(self.settings.data / "files")

    @property
    def database_name(self) -> str:
        """The database's kind and place, without any password, for people to read."""
        parts = urlsplit(self.settings.database_url)
        return f"{parts.scheme.split('+')[0]} {parts.hostname or ''}{parts.path}"


def open_house() -> House:
    """Open the house that the environment describes."""
    return House(read_settings())
