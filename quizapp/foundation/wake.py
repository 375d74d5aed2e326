"""The alarm clock of the workers: huey carries a wake-up call, nothing more.

The job rows are the truth (:mod:`quizapp.foundation.jobs`); a call that gets lost costs a moment, because every worker
looks for due rows by itself every few seconds.
"""

from collections.abc import Callable
from pathlib import Path

import structlog
from huey import RedisHuey, SqliteHuey
from huey.api import Huey
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger()

# Seconds that a Redis which died or fell silent may cost a caller; longer than a worker listens for a call (1).
CONNECT_S, ANSWER_S = 1, 3


def make_huey(data: Path, redis_url: str | None) -> Huey:
    """Return the queue: Redis where there is one, else a file of its own below ``data``."""
    if redis_url:
        limits = {"socket_connect_timeout": CONNECT_S, "socket_timeout": ANSWER_S, "retry": Retry(NoBackoff(), 0)}
        return RedisHuey("quizapp", connection_pool=ConnectionPool.from_url(redis_url, **limits), results=False)
    return SqliteHuey("quizapp", filename=str(data / "wake.db"), results=False, timeout=15)


def caller(huey: Huey, answer: Callable[[], None] = lambda: None) -> Callable[[], bool]:
    """Return a function that wakes the workers and tells whether it could; ``answer`` is what a woken worker does.

    The call never fails the caller: its change is committed already, and the workers find it without being woken.
    """
    task = huey.task(name="work")(answer)

    def wake() -> bool:
        try:
            task()
            return True
        except Exception as error:
            log.warning("workers_not_woken", reason=type(error).__name__)
            return False

    return wake
