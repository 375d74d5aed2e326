"""How instants, numbers and marks are written. Vietnam's wall clock, whatever the reader's language."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from flask import Flask, current_app, url_for
from flask_babel import format_decimal, gettext, ngettext

from quizapp.foundation.clock import at_home, written
from quizapp.web.shared.i18n import in_language

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def init_filters(app: Flask) -> None:
    """Give the templates their filters and ``asset()``."""
    app.jinja_env.filters.update(
        when=when, moment=written, clock=clock, points=points, number=number, in_language=in_language, span=span
    )
    app.jinja_env.globals["asset"] = asset


def when(instant: datetime) -> str:
    """Write ``20/8/2019 17:00``."""
    return written(instant).rpartition(":")[0]


def clock(instant: datetime) -> str:
    """Write ``10:42:05``."""
    return f"{at_home(instant):%H:%M:%S}"


def points(marks: Decimal | str) -> str:
    """Write marks with as few decimals as they have: ``31``, ``7,5``."""
    return str(format_decimal(Decimal(marks).normalize()))


def number(value: int) -> str:
    """Write ``1.500``."""
    return str(format_decimal(value))


def span(length: timedelta) -> str:
    """Write a length of time in words, its two largest parts: ``2 ngày 3 giờ``, ``41 phút``."""
    days, rest = divmod(max(length, timedelta(0)), _DAY)
    hours, minutes = rest // _HOUR, rest % _HOUR // timedelta(minutes=1)
    parts = []
    if days:
        parts.append(ngettext("%(num)d ngày", "%(num)d ngày", days))
    if hours:
        parts.append(ngettext("%(num)d giờ", "%(num)d giờ", hours))
    if not days and (minutes or not hours):
        parts.append(ngettext("%(num)d phút", "%(num)d phút", minutes) if minutes else gettext("chưa đầy một phút"))
    return " ".join(parts)


def asset(name: str) -> str:
    """Return the URL of a built script or style, named by its content so that it may be cached for ever."""
    folder = Path(current_app.static_folder or "") / "build"
    return url_for("static", filename=f"build/{_manifest(folder)[name]}")


@cache
def _manifest(folder: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return names
