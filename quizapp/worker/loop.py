"""The worker process: huey's threads do what is due when woken; a watch looks for what nobody called for."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from quizapp.foundation import jobs, pulse
from quizapp.foundation.wake import caller
from quizapp.foundation.work import Store
from quizapp.house import House
from quizapp.worker.reactions import REACTIONS, handlers
from quizapp.worker.timetable import TIMETABLE

log = structlog.get_logger()

WATCH_EVERY = timedelta(seconds=2)

# Seconds that the jobs at hand get when the worker is told to stop; then they are left to the next one.
LAST_JOB_MAY_TAKE = 12


def work_off(house: House, lease: timedelta = jobs.LEASE, stopped: Callable[[], bool] = lambda: False) -> int:
    """Do everything that is due now, or until ``stopped()``, and return how many jobs were done."""
    table = handlers(house.storage, house.settings.address)
    done = 0
    while jobs.hear(house.store, REACTIONS):
        pass
    while not stopped() and (job := jobs.claim(house.store, lease)):
        done += jobs.run(job, table, lease)
    return done


def run_worker(house: House, threads: int = 2) -> None:
    """Work until told to stop (SIGTERM finishes the jobs at hand; kill -9 leaves them to the next worker)."""
    options = {"workers": threads, "periodic": False, "initial_delay": 0.05, "max_delay": 0.5}
    consumer = house.huey.create_consumer(**options, graceful_signal="TERM", shutdown_timeout=LAST_JOB_MAY_TAKE)
    ended: threading.Event = consumer.stop_flag
    wake = caller(house.huey, lambda: _guarded(lambda: work_off(house, stopped=ended.is_set)))
    threading.Thread(target=_watch, args=(house, wake, ended), daemon=True).start()
    consumer.run()


def look_around(store: Store) -> Callable[[], None]:
    """Return a function to call every :data:`WATCH_EVERY`: it does what the timetable has due, at first all of it."""
    waited = {function: every for every, function in TIMETABLE}

    def look() -> None:
        for every, function in TIMETABLE:
            if waited[function] >= every:
                waited[function] = timedelta(0)
                _guarded(lambda function=function: function(store))  # type: ignore[misc]
            waited[function] += WATCH_EVERY

    return look


def _watch(house: House, wake: Callable[[], bool], ended: threading.Event) -> None:
    look = look_around(house.store)
    while not ended.is_set():
        look()
        _guarded(lambda: _see_to_what_is_due(house, wake, ended))
        _guarded(lambda: pulse.beat(house.store))
        ended.wait(WATCH_EVERY.total_seconds())


def _see_to_what_is_due(house: House, wake: Callable[[], bool], ended: threading.Event) -> None:
    # While the queue is out of order the watch works itself, for a moment at a time, so that it goes on watching.
    if jobs.is_due(house.store) and not wake():
        until = time.monotonic() + WATCH_EVERY.total_seconds()
        work_off(house, stopped=lambda: ended.is_set() or time.monotonic() > until)


def _guarded(action: Callable[[], object]) -> None:
    try:
        action()
    except Exception as error:
        log.warning("worker_stumbled", reason=type(error).__name__)
