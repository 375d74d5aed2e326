"""The workers' heartbeat, so that a doctor can tell whether anybody works."""

import socket
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.foundation.access import SYSTEM
from quizapp.foundation.models import Pulse
from quizapp.foundation.work import Store

EVERY = timedelta(seconds=20)


def beat(store: Store) -> None:
    """Say that a worker on this machine is alive; at most once every :data:`EVERY`."""
    name = socket.gethostname()
    with store.reading() as view:
        known = view.session.get(Pulse, name)
        if known and view.now - known.beat_at < EVERY:
            return
    with store.unit_of_work(SYSTEM) as work:
        work.session.merge(Pulse(name=name, beat_at=work.now))


def last(session: Session) -> datetime | None:
    """Return when any worker was last seen alive."""
    return session.scalar(select(func.max(Pulse.beat_at)))
