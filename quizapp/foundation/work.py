"""One transaction, one actor, one instant. Only ``unit_of_work`` commits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime
from typing import Any

import psycopg
import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, bindparam, select, text
from sqlalchemy.exc import InternalError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from quizapp.foundation import clock as clocks
from quizapp.foundation.access import NOBODY, Actor
from quizapp.foundation.db import Instant
from quizapp.foundation.errors import ContestError
from quizapp.foundation.i18n import N_
from quizapp.foundation.models import AuditRecord, HighWater, Told
from quizapp.foundation.road import Glances, Lane, Road

# The mark only rises, whoever writes it.
_MARK = text(
    "INSERT INTO high_water (id, at) VALUES (1, :now) "
    "ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE high_water.at < excluded.at"
).bindparams(bindparam("now", type_=Instant))


# What a database says when it cannot, rather than when it was asked something wrong.
TROUBLE = (
    OperationalError,
    InternalError,
    TimeoutError,
    sqlite.OperationalError,
    psycopg.OperationalError,
    psycopg.InternalError,
)


class Work:
    """What a service is handed: a session, who acts, and the one instant at which all of it happens (UTC)."""

    def __init__(self, session: Session, *, actor: Actor, now: datetime) -> None:
        self.session, self.actor, self.now = session, actor, now
        self.wakes = False

    def tell(self, event: Any) -> None:
        """Write ``event`` (a frozen dataclass) beside the change it reports: both commit, or neither."""
        self.session.add(Told(name=type(event).__name__, body=asdict(event), told_at=self.now))
        self.wakes = True

    def audit(self, verb: str, subject: str, **details: Any) -> None:
        """Record in the same transaction that the actor did ``verb`` to ``subject``."""
        record = AuditRecord(at=self.now, actor_id=self.actor.account_id, verb=verb, subject=subject, details=details)
        self.session.add(record)


class StoreBusy(ContestError):
    """The database did not answer in time; nothing was changed."""

    message = N_(
        "Hệ thống đang bận nên chưa lưu được. Hãy thử lại sau ít phút; những gì đã lưu trước đó vẫn còn nguyên."
    )
    slug = "busy"


class Store:
    """The door to the database: hands out units of work, and wakes the workers after a commit that left work."""

    def __init__(
        self, engine: Engine, clock: clocks.Clock = clocks.now, wake: Callable[[], object] = lambda: None
    ) -> None:
        self.engine, self.clock, self.wake = engine, clocks.Steady(clock), wake
        # SQLite has one writer. Its own queue sleeps and is not fair; threads of one process queue here instead.
        self._place = threading.Lock() if engine.dialect.name == "sqlite" else None
        self._knows_high_water = False
        self._glances = Glances(engine)
        self._road, self._road_taken = Road(engine), threading.Lock()

    def place(self) -> AbstractContextManager[Any]:
        """Return the writer's place where there is only one: hold it while a transaction that writes is open."""
        return self._place or nullcontext()

    @contextmanager
    def unit_of_work(self, actor: Actor) -> Iterator[Work]:
        """Begin, hand out, commit; roll everything back if anything is raised."""
        with answering(), self.place(), Session(self.engine, expire_on_commit=False) as session:
            session.connection()  # takes the writer's place first, so that the instant is read inside the queue
            self._hear_high_water(session)
            work = Work(session, actor=actor, now=self.clock())
            yield work
            session.commit()
        if work.wakes:
            self.wake()

    @contextmanager
    def reading(self, actor: Actor = NOBODY) -> Iterator[Work]:
        """Hand out a view of the database that never commits and never makes a writer wait."""
        with answering(), Session(self.engine) as session:
            session.connection(execution_options={"reading": True})
            self._hear_high_water(session)
            yield Work(session, actor=actor, now=self.clock())
            session.rollback()

    @contextmanager
    def straight(self) -> Iterator[Lane]:
        """Open a transaction that writes, on the straight road; one caller at a time."""
        with answering(), self._road_taken, self.place(), self._road.transaction() as lane:
            yield lane

    @contextmanager
    def glance(self) -> Iterator[Lane]:
        """Hand out a lane for looking only, on the straight road."""
        if not self._knows_high_water:
            with self.reading():
                pass  # it hears how far time has come
        with answering(), self._glances.lane() as lane:
            yield lane

    def mark_time(self) -> None:
        """Write down how far time has come, for a clock that is set back between two starts, or is behind elsewhere."""
        with self.unit_of_work(NOBODY) as work:
            work.session.execute(_MARK, {"now": work.now})
            self.clock.not_before(work.session.scalars(select(HighWater.at)).one())

    def _hear_high_water(self, session: Session) -> None:
        if not self._knows_high_water:
            mark = session.scalar(select(HighWater.at))
            self._knows_high_water = True
            if mark:
                self.clock.not_before(mark)


@contextmanager
def answering() -> Iterator[None]:
    """Turn the database's "not now" into the contest's."""
    try:
        yield
    except TROUBLE as error:
        raise StoreBusy from error
