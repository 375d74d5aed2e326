"""Work for later that survives kill -9: claimed under a lease, finished in one transaction, done once.

A worker claims the next due row and gets a token. The effect of the job and the word "done" are committed together, and
only by the holder of the token; a worker that died, or lost its lease, leaves nothing half-done behind.
"""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.errors import require
from quizapp.foundation.models import Job, Told
from quizapp.foundation.work import Store, Work

log = structlog.get_logger()

LEASE = timedelta(seconds=20)
MAX_ATTEMPTS = 6
DONE_IS_KEPT = timedelta(days=7)
# A job that outlives its workers this often kills them, and is given up.
MAX_CLAIMS = 30


class LeaseLost(Exception):
    """Another worker has taken the job over; what this one did was rolled back."""


@dataclass(frozen=True)
class RunningJob:
    """A claimed job in the hands of its handler."""

    id: int
    name: str
    body: Mapping[str, Any]
    attempts: int
    token: str
    store: Store

    @contextmanager
    def finish(self) -> Iterator[Work]:
        """Open the one transaction that holds the job's effect and the word "done".

        Raises:
            LeaseLost: at its end, if the token is no longer the job's; nothing is kept then.
        """
        with self.store.unit_of_work(SYSTEM) as work:
            yield work
            _settle(work, self, state="done", done_at=work.now)


Handler = Callable[[RunningJob], None]


def hear(store: Store, reactions: Mapping[str, Sequence[str]], batch: int = 200) -> int:
    """Write down a job for every reaction to every fact not heard yet; return how many facts were heard."""
    with store.unit_of_work(SYSTEM) as work:
        waiting = select(Told).where(Told.heard_at.is_(None)).order_by(Told.id).limit(batch)
        facts = work.session.scalars(waiting.with_for_update(skip_locked=True)).all()
        for fact in facts:
            fact.heard_at = work.now
            for name in reactions.get(fact.name, ()):
                job = Job(name=name, body=fact.body, told_id=fact.id, once_key=f"{fact.id}:{name}")
                job.due_at = job.created_at = work.now
                work.session.add(job)
    return len(facts)


def claim(store: Store, lease: timedelta = LEASE) -> RunningJob | None:
    """Take the job that has been due longest, or one whose worker went silent; ``None`` when nothing is due."""
    with store.unit_of_work(SYSTEM) as work:
        job = _next_due(work)
        while job and job.attempts >= MAX_CLAIMS:
            job.state, job.token, job.last_error = "failed", None, "its workers died"
            job = _next_due(work)
        if job is None:
            return None
        job.state, job.token = "running", secrets.token_hex(16)
        job.attempts, job.due_at = job.attempts + 1, work.now + lease
        return RunningJob(job.id, job.name, job.body, job.attempts, job.token, store)


def _next_due(work: Work) -> Job | None:
    due = select(Job).where(Job.state.in_(("waiting", "running")), Job.due_at <= work.now)
    return work.session.scalars(due.order_by(Job.due_at, Job.id).limit(1).with_for_update(skip_locked=True)).first()


def is_due(store: Store) -> bool:
    """Tell whether a worker would find something to do now."""
    with store.reading() as work:
        told = select(Told.id).where(Told.heard_at.is_(None)).limit(1)
        job = select(Job.id).where(Job.state.in_(("waiting", "running")), Job.due_at <= work.now).limit(1)
        return work.session.scalar(told) is not None or work.session.scalar(job) is not None


def run(job: RunningJob, handlers: Mapping[str, Handler], lease: timedelta = LEASE) -> bool:
    """Run ``job`` while renewing its lease; return whether it was done. A failure is tried again, ever more rarely."""
    try:
        with _renewing(job, lease):
            handlers[job.name](job)
        return True
    except LeaseLost:
        return False
    except Exception as error:
        _put_off(job, error)
        return False


def counts(store: Store) -> dict[str, int]:
    """Return how many jobs stand in each state."""
    with store.reading() as work:
        rows = work.session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
        return {state: number for state, number in rows}


def has_failed(session: Session, name: str, body: Mapping[str, Any]) -> bool:
    """Tell whether the job was given up."""
    given_up = session.scalars(select(Job.body).where(Job.state == "failed", Job.name == name))
    return any(failed == body for failed in given_up)


def forget_done(store: Store, batch: int = 1000) -> int:
    """Remove what was done more than a week ago, of the ``batch`` oldest jobs; return how many. The audit log stays."""
    with store.unit_of_work(SYSTEM) as work:
        oldest = work.session.execute(select(Job.id, Job.state, Job.done_at).order_by(Job.id).limit(batch))
        over = work.now - DONE_IS_KEPT
        gone = [row.id for row in oldest if row.state == "done" and row.done_at < over]
        work.session.execute(delete(Job).where(Job.id.in_(gone)))
        return len(gone)


def try_again(work: Work) -> int:
    """Put every job that was given up back into the queue, with all its attempts; return how many."""
    require(work.actor.has(Role.ADMINISTRATOR))
    given_up = work.session.scalars(select(Job).where(Job.state == "failed").with_for_update()).all()
    for job in given_up:
        job.state, job.attempts, job.due_at = "waiting", 0, work.now
    if given_up:
        work.wakes = True
        work.audit("try_jobs_again", "jobs", count=len(given_up))
    return len(given_up)


def _settle(work: Work, job: RunningJob, **values: Any) -> None:
    mine = (Job.id == job.id, Job.state == "running", Job.token == job.token)
    settled = work.session.execute(update(Job).where(*mine).values(**values))
    if settled.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(job.name)


def _put_off(job: RunningJob, error: Exception) -> None:
    # The class and the place, never the words: an error may quote somebody's essay.
    told = f"{type(error).__name__} at {_place(error)}"
    final = job.attempts >= MAX_ATTEMPTS
    try:
        with job.store.unit_of_work(SYSTEM) as work:
            due = work.now + timedelta(seconds=2**job.attempts)
            _settle(work, job, state="failed" if final else "waiting", due_at=due, token=None, last_error=told)
    except LeaseLost:
        return


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else "?"


@contextmanager
def _renewing(job: RunningJob, lease: timedelta) -> Iterator[None]:
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(lease.total_seconds() / 3):
            try:
                with job.store.unit_of_work(SYSTEM) as work:
                    _settle(work, job, due_at=work.now + lease)
            except LeaseLost:
                return
            except Exception as error:
                # One busy moment of the database is no reason to give the job away; the next try comes before the end.
                log.warning("lease_not_renewed", job=job.id, reason=type(error).__name__)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
