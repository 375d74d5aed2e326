"""The worker process: huey's threads do what is due when woken; a watch looks for what nobody called for."""

import threading
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


def work_off(house: House, lease: timedelta = jobs.LEASE) -> int:
    """Do everything that is due now and return how many jobs were done."""
    table = handlers(house.storage, house.settings.address)
    done = 0
    while jobs.hear(house.store, REACTIONS):
        pass
    while job := jobs.claim(house.store, lease):
        done += jobs.run(job, table, lease)
    return done


def run_worker(house: House, threads: int = 2) -> None:
    """Work until told to stop (SIGTERM finishes the jobs at hand; kill -9 leaves them to the next worker)."""
    wake = caller(house.huey, lambda: _guarded(lambda: work_off(house)))
    stopped = threading.Event()
    watch = threading.Thread(target=_watch, args=(house.store, wake, stopped), daemon=True)
    watch.start()
    try:
        options = {"workers": threads, "periodic": False, "initial_delay": 0.05, "max_delay": 0.5}
        house.huey.create_consumer(**options).run()
    finally:
        stopped.set()


def _watch(store: Store, wake: Callable[[], None], stopped: threading.Event) -> None:
    waited = {function: timedelta(0) for _, function in TIMETABLE}
    while not stopped.wait(WATCH_EVERY.total_seconds()):
        for every, function in TIMETABLE:
            waited[function] += WATCH_EVERY
            if waited[function] >= every:
                waited[function] = timedelta(0)
                _guarded(lambda function=function: function(store))  # type: ignore[misc]
        _guarded(lambda: wake() if jobs.is_due(store) else None)
        _guarded(lambda: pulse.beat(store))


def _guarded(action: Callable[[], object]) -> None:
    try:
        action()
    except Exception as error:
        log.warning("worker_stumbled", reason=type(error).__name__)
