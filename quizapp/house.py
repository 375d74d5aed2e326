"""The house with its utilities connected: database, files, queue. Web, worker and command line all live in it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from huey.api import Huey
from sqlalchemy import Engine

from quizapp.attempts.closing import HandingInDesk
from quizapp.attempts.saving import SavingDesk
from quizapp.banks.shelf import Shelf
from quizapp.config import Settings, read_settings
from quizapp.foundation import clock as clocks
from quizapp.foundation.db import make_engine
from quizapp.foundation.i18n import N_
from quizapp.foundation.storage import LocalStorage, Storage, StorageFailed
from quizapp.foundation.wake import caller, make_huey
from quizapp.foundation.work import Store
from quizapp.grading.at_hand_in import Marker


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
    def handing_in(self) -> HandingInDesk:
        """The desk at which attempts are handed in, and their choices marked."""
        return HandingInDesk(self.store, self.shelf, Marker(self.shelf).mark)

    @cached_property
    def shelf(self) -> Shelf:
        """The questions, at hand."""
        return Shelf()

    @cached_property
    def storage(self) -> Storage:
        """The door to the files."""
        url = self.settings.s3_url
        return _shared_storage(url) if url else LocalStorage(self.settings.data / "files")

    @property
    def database_name(self) -> str:
        """The database's kind and place, without any password, for people to read."""
        parts = urlsplit(self.settings.database_url)
        return f"{parts.scheme.split('+')[0]} {parts.hostname or ''}{parts.path}"


def _shared_storage(url: str) -> Storage:
    try:
        from quizapp.foundation.storage_s3 import Bucket, S3Storage  # brings boto3, which one machine does without
    except ModuleNotFoundError as error:
        raise StorageFailed(N_("Kho tệp S3 cần thư viện boto3. Cài theo requirements/s3.lock.")) from error
    return S3Storage(Bucket.read(url))


def open_house() -> House:
    """Open the house that the environment describes."""
    return House(read_settings())
