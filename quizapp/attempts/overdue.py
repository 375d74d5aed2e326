"""Handing in what its owners left open: soon after the deadline, as of the deadline, once."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from quizapp.attempts import closing, glance, queries, rules
from quizapp.attempts.glance import Glance
from quizapp.attempts.queries import Late
from quizapp.attempts.rules import AttemptState
from quizapp.banks.shelf import Shelf
from quizapp.foundation.access import SYSTEM
from quizapp.foundation.road import Lane
from quizapp.foundation.work import Store

log = structlog.get_logger()

# So many share a transaction and its sync: enough to be quick, few enough that a save never waits long for it.
BATCH = 20

# A crowd is worked off for so long at a time; then the worker looks at what else is due, and comes back.
AT_A_STRETCH = timedelta(seconds=10)


def hand_in_overdue(store: Store, batch: int = BATCH, at_a_stretch: timedelta = AT_A_STRETCH) -> int:
    """Hand in what is open past its deadline and the grace, all of it or for ``at_a_stretch``; return how many."""
    done, last, until = 0, None, time.monotonic() + at_a_stretch.total_seconds()
    while late := _next(store, batch, last):
        done, last = done + _hand_in(store, late), late[-1]
        if time.monotonic() >= until:
            break
    return done


def _next(store: Store, batch: int, last: Late | None) -> list[Late]:
    with store.reading() as view:
        return queries.overdue(view.session, view.now - rules.GRACE, batch, last)


def _hand_in(store: Store, late: Sequence[Late]) -> int:
    try:
        with store.straight() as lane:
            done = _close(lane, store.clock() - rules.GRACE, late)
        store.wake()
        return done
    except Exception as error:
        if len(late) > 1:
            return sum(_hand_in(store, [one]) for one in late)
        # A damaged paper must not keep the others open; it stays as it is, for somebody to look at.
        log.error("overdue_not_handed_in", attempt=late[0].ref, reason=type(error).__name__)
        return 0


def _close(lane: Lane, over: datetime, late: Sequence[Late]) -> int:
    """Close what is still overdue once it is held: meanwhile its owner may have handed in, or been given more time."""
    held = glance.held(lane, [one.ref for one in late]).values()
    still = [each for each in held if _is_overdue(each, over)]
    closing.close(lane, Shelf(), [(each, each.deadline_at, SYSTEM) for each in still], over + rules.GRACE)
    return len(still)


def _is_overdue(found: Glance, over: datetime) -> bool:
    return found.state == AttemptState.OPEN and found.paused_at is None and found.deadline_at <= over
