"""What happens when: things that no event starts."""

from collections.abc import Callable
from datetime import timedelta

from quizapp.accounts import services as accounts
from quizapp.attempts.overdue import hand_in_overdue
from quizapp.foundation import jobs
from quizapp.foundation.work import Store

TIMETABLE: tuple[tuple[timedelta, Callable[[Store], object]], ...] = (
    (timedelta(seconds=2), Store.mark_time),
    # Sittings whose time is up are handed in at most this much later, as of their deadline.
    (timedelta(seconds=6), hand_in_overdue),
    (timedelta(hours=1), accounts.forget_ended_sessions),
    # A thousand at a time, so that no save waits for the sweeping.
    (timedelta(minutes=1), jobs.forget_done),
)
