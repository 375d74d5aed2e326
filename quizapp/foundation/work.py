"""One transaction, one actor, one instant. Only ``unit_of_work`` commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import Session

from quizapp.foundation import clock as clocks
from quizapp.foundation.access import NOBODY, Actor
from quizapp.foundation.errors import ContestError
from quizapp.foundation.i18n import N_
from quizapp.foundation.models import AuditRecord, Told


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
        self.engine, self.clock, self.wake = engine, clock, wake

    @contextmanager
    def unit_of_work(self, actor: Actor) -> Iterator[Work]:
        """Begin, hand out, commit; roll everything back if anything is raised."""
        with _answering(), Session(self.engine, expire_on_commit=False) as session:
            session.connection()  # takes the writer's place first, so that the instant is read inside the queue
            work = Work(session, actor=actor, now=self.clock())
            yield work
            session.commit()
        if work.wakes:
            self.wake()

    @contextmanager
    def reading(self, actor: Actor = NOBODY) -> Iterator[Work]:
        """Hand out a view of the database that never commits and never makes a writer wait."""
        with _answering(), Session(self.engine) as session:
            session.connection(execution_options={"reading": True})
            yield Work(session, actor=actor, now=self.clock())
            session.rollback()


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (OperationalError, TimeoutError) as error:
        raise StoreBusy from error
