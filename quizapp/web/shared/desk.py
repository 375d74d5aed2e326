"""Units of work for a request: the house is the application's, the actor the request's."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from quizapp.foundation.work import Work
from quizapp.house import House


def house() -> House:
    """Return the house this application lives in."""
    found: House = current_app.extensions["house"]
    return found


@contextmanager
def working() -> Iterator[Work]:
    """Open a unit of work for whoever sent the request. The instant is read now: after the body was."""
    from quizapp.web.shared.access import (
        actor,  # the lock asks the desk who is there, and the desk asks the lock who acts
    )

    with house().store.unit_of_work(actor()) as work:
        yield work


@contextmanager
def reading() -> Iterator[Work]:
    """Open a view of the database that changes nothing."""
    with house().store.reading() as work:
        yield work
