"""The terms of a round, and how a paper is drawn by them. Plain data; no clock, no database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Literal

import msgspec

from quizapp.foundation.errors import RuleBroken
from quizapp.foundation.i18n import N_


class RoundKind(StrEnum):
    """How one enters: against a clock, or over weeks until a deadline."""

    SITTING = "sitting"
    WRITTEN = "written"


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of all terms: frozen, and a misspelt name is an error."""


class Draw(Terms, frozen=True):
    """Draw ``count`` choice items from the banks of ``domains``."""

    domains: tuple[str, ...]
    count: int


class EssayTerms(Terms, frozen=True):
    """The essay: one of ``items`` (bank codes) is everybody's prompt; ``word_limit`` words as Word counts them."""

    items: tuple[str, ...]
    word_limit: int
    points: Decimal


class Criterion(Terms, frozen=True):
    """One line of the rubric and the most points it gives."""

    id: str
    title: dict[str, str]
    points: Decimal


class RoundTerms(Terms, frozen=True):
    """Everything that decides a round apart from its window.

    ``enter`` tells which categories may enter per kind of unit. ``allowed_min`` is ``None`` where no clock runs.
    ``closes_by_unit_kind`` moves the end of the window for some kinds of unit.
    """

    enter: dict[str, tuple[str, ...]]
    draw: tuple[Draw, ...]
    item_points: Decimal
    rubric: tuple[Criterion, ...]
    essay: EssayTerms | None = None
    allowed_min: int | None = None
    attempts_allowed: int = 1
    multiple: Literal["all_or_nothing", "partial"] = "all_or_nothing"
    shows: tuple[Literal["choices_score", "time_used"], ...] = ()
    closes_by_unit_kind: dict[str, datetime] = {}

    @property
    def item_count(self) -> int:
        """How many choice items a paper has."""
        return sum(draw.count for draw in self.draw)

    @property
    def choice_points(self) -> Decimal:
        """The most points the choice items give."""
        return self.item_points * self.item_count


@dataclass(frozen=True)
class Candidate:
    """An item of the round's frozen pool."""

    version_id: int
    kind: str
    stratum: int
    audience: tuple[str, ...]
    options: int


@dataclass(frozen=True)
class DrawnItem:
    """An item on somebody's paper; ``order`` holds the bank's option positions as this paper shows them."""

    version_id: int
    kind: str
    order: tuple[int, ...]


class PoolTooSmall(RuleBroken):
    """The banks do not hold enough items for the blueprint."""

    message = N_(
        "Ngân hàng không đủ câu hỏi: phần %(stratum)s cần %(need)s câu "
        "cho đối tượng %(audience)s nhưng chỉ có %(have)s."
    )
    slug = "pool-too-small"


def audience_of(category: str) -> str:
    """Return the audience that a category's items must suit."""
    return "staff" if category == "staff" else "student"


def closing(terms: RoundTerms, closes_at: datetime, unit_kind: str | None, more: timedelta = timedelta(0)) -> datetime:
    """Return the first instant (UTC) at which people of ``unit_kind`` who were granted ``more`` are too late."""
    return terms.closes_by_unit_kind.get(unit_kind or "", closes_at) + more


def state_at(
    now: datetime, opens_at: datetime, closes_at: datetime, paused_at: datetime | None = None
) -> Literal["soon", "open", "closed"]:
    """Tell where ``now`` lies: the window opens at ``opens_at`` and is over at ``closes_at`` itself.

    A window that was not over when its round was paused is not over while the pause lasts.
    """
    if now < opens_at:
        return "soon"
    return "open" if min(now, paused_at or now) < closes_at else "closed"


def after_pause(terms: RoundTerms, paused_at: datetime, length: timedelta, longest: timedelta) -> RoundTerms:
    """Return the terms of a round that goes on: ends that the pause had held up lie ``length`` later.

    ``longest`` is the most that anybody was granted: an end that lies before the pause may lie after it for them. For
    everybody else it lies in the past all the same, since it is moved to the end of the pause at the furthest.
    """
    moved = {
        kind: after_pause_at(closes_at, paused_at, length, longest)
        for kind, closes_at in terms.closes_by_unit_kind.items()
    }
    return msgspec.structs.replace(terms, closes_by_unit_kind=moved)


def after_pause_at(closes_at: datetime, paused_at: datetime, length: timedelta, longest: timedelta) -> datetime:
    """Return where one end lies after the pause, see :func:`after_pause`."""
    return closes_at + length if closes_at + longest > paused_at else closes_at


def check_pool(terms: RoundTerms, pool: Collection[Candidate], audiences: Collection[str]) -> None:
    """Make sure that every audience finds enough items.

    Raises:
        PoolTooSmall: naming the first part of the blueprint that cannot be filled.
    """
    for audience in audiences:
        for number, draw in enumerate(terms.draw):
            have = sum(candidate.stratum == number and audience in candidate.audience for candidate in pool)
            if have < draw.count:
                raise PoolTooSmall(stratum=number + 1, need=draw.count, audience=audience, have=have)


def draw_paper(terms: RoundTerms, pool: Sequence[Candidate], audience: str, chance: Random) -> tuple[DrawnItem, ...]:
    """Draw a paper: ``count`` items of each part of the blueprint, items and options in an order of their own."""
    drawn: list[DrawnItem] = []
    for number, draw in enumerate(terms.draw):
        fitting = [item for item in pool if item.stratum == number and audience in item.audience]
        sample = chance.sample(fitting, draw.count)
        drawn.extend(DrawnItem(item.version_id, item.kind, _shuffled(item.options, chance)) for item in sample)
    return tuple(drawn)


def _shuffled(count: int, chance: Random) -> tuple[int, ...]:
    order = list(range(count))
    chance.shuffle(order)
    return tuple(order)
