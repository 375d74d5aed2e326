"""The alarm clock of the workers: huey carries a wake-up call, nothing more.

The job rows are the truth (:mod:`quizapp.foundation.jobs`); a call that gets lost costs a moment, because every worker
looks for due rows by itself every few seconds.
"""

from collections.abc import Callable
from pathlib import Path

import structlog
from huey import RedisHuey, SqliteHuey
from huey.api import Huey

log = structlog.get_logger()


def make_huey(data: Path, redis_url: str | None) -> Huey:
    """Return the queue: Redis where there is one, else a file of its own below ``data``."""
    if redis_url:
        return RedisHuey("quizapp", url=redis_url, results=False)
    return SqliteHuey("quizapp", filename=str(data / "wake.db"), results=False, timeout=15)


def caller(huey: Huey, answer: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """Return a function that wakes the workers; ``answer`` is what a worker does when it is woken.

    The call never fails the caller: its change is committed already, and the workers find it without being woken.
    """
    task = huey.task(name="work")(answer)

    def wake() -> None:
        try:
            task()
        except Exception as error:
            log.warning("workers_not_woken", reason=type(error).__name__)

    return wake
