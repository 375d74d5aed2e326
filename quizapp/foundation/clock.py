"""The only clock. Read once per unit of work; everything else is told the time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

HOME = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the present instant, UTC and aware."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


class Steady:
    """A clock that never goes back: a server's clock set back must not reopen what its deadline has closed.

    While the wall clock lies behind, time goes on at half its pace until the wall has caught up, so that it neither
    stands still nor runs away for ever from a wall clock that was wrong only for a moment.
    """

    def __init__(self, wall: Clock) -> None:
        self._wall, self._lock = wall, threading.Lock()
        self._last = datetime.min.replace(tzinfo=UTC)
        self._counted = time.monotonic()

    def __call__(self) -> datetime:
        """Return the present instant, UTC and aware, no earlier than any before."""
        wall = self._wall()
        with self._lock:
            counted = time.monotonic()
            if wall < self._last:
                wall = self._last + timedelta(seconds=counted - self._counted) / 2
            self._last, self._counted = wall, counted
            return wall

    def not_before(self, instant: datetime) -> None:
        """Hear of an instant that somebody has acted upon; from now on it is past."""
        with self._lock:
            if instant > self._last:
                self._last, self._counted = instant, time.monotonic()


def at_home(instant: datetime) -> datetime:
    """Return ``instant`` as the contest's people read it on their wall."""
    return instant.astimezone(HOME)


def written(instant: datetime) -> str:
    """Write ``instant`` as the contest's people do: ``20/8/2019 17:00:05``."""
    local = at_home(instant)
    return f"{local.day}/{local.month}/{local.year} {local:%H:%M:%S}"
