"""The only clock. Read once per unit of work; everything else is told the time."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

HOME = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the present instant, UTC and aware."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def at_home(instant: datetime) -> datetime:
    """Return ``instant`` as the contest's people read it on their wall."""
    return instant.astimezone(HOME)


def written(instant: datetime) -> str:
    """Write ``instant`` as the contest's people do: ``20/8/2019 17:00:05``."""
    local = at_home(instant)
    return f"{local.day}/{local.month}/{local.year} {local:%H:%M:%S}"
