"""What follows what: the contest's life, told as a table.

A fact that a stage told becomes one job per reaction; a handler does a job. Every handler may be called again for the
same job, and does it once.
"""

from collections.abc import Callable, Mapping
from typing import Any

from quizapp.attempts.events import AttemptHandedIn
from quizapp.entries import services as entries
from quizapp.entries.document import Variant
from quizapp.entries.queries import JOB as PRINT
from quizapp.foundation.jobs import Handler, RunningJob
from quizapp.foundation.storage import Storage
from quizapp.grading import services as grading
from quizapp.judging import services as judging

REACTIONS: Mapping[str, tuple[str, ...]] = {
    AttemptHandedIn.__name__: ("mark_choices", "queue_essay", PRINT),
}


def handlers(storage: Storage, address: str) -> dict[str, Handler]:
    """Return the function behind each job's name. ``address`` is the site's, for the codes printed on paper."""
    return {
        "mark_choices": _in_one_go(grading.mark_choices),
        "queue_essay": _in_one_go(judging.queue_essay),
        PRINT: lambda job: _make_entry(job, storage, address),
    }


def _in_one_go(service: Callable[..., Any]) -> Handler:
    """Return a handler for a service that does all its work inside the job's final transaction."""

    def handle(job: RunningJob) -> None:
        with job.finish() as work:
            service(work, **job.body)

    return handle


def _make_entry(job: RunningJob, storage: Storage, address: str) -> None:
    # Printing takes its time, so it happens outside any transaction; only its result is written inside.
    attempt_id = job.body["attempt_id"]
    with job.store.reading() as view:
        document = entries.document(view, attempt_id, address)
    key, size = entries.print_entry(document, storage)
    with job.finish() as work:
        entries.keep(work, attempt_id, Variant.NAMED, key, size)
