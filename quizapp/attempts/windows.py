"""Until when, for whom: what was granted on top of a round's window and of a sitting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from quizapp.accounts.models import Account
from quizapp.attempts.models import Attempt, Extension, SetAside
from quizapp.foundation.access import Actor
from quizapp.roster.models import Person, Unit


@dataclass(frozen=True)
class Allowance:
    """What somebody has on top: ``window`` of the round's, ``sitting`` of every sitting they start."""

    window: timedelta
    sitting: timedelta


@dataclass(frozen=True)
class Granted:
    """An extension as the organiser sees it: for the unit of ``unit_code``, ``for_one`` person, or everybody."""

    minutes: int
    reason: str
    granted_at: datetime
    unit_code: str | None
    for_one: bool
    person_code: str | None


@dataclass(frozen=True)
class Crowd:
    """How many attempts at a round are where, and how much was set aside of them."""

    open: int = 0
    handed_in: int = 0
    void: int = 0
    set_aside: int = 0


def more_time(session: Session, actor: Actor) -> Mapping[int, timedelta]:
    """Return round id → what the actor was granted on top of its window; rounds without are missing."""
    query = select(Extension.round_id, func.sum(Extension.minutes)).where(_applies_to(actor))
    return {
        round_id: timedelta(minutes=int(total))
        for round_id, total in session.execute(query.group_by(Extension.round_id))
    }


def allowance(session: Session, actor: Actor, round_id: int) -> Allowance:
    """Return what the actor has on top in one round."""
    window = select(func.coalesce(func.sum(Extension.minutes), 0)).where(Extension.round_id == round_id)
    extra = select(Person.extra_min).where(Person.id == (actor.person_id or 0))
    asked = select(window.where(_applies_to(actor)).scalar_subquery(), extra.scalar_subquery())
    minutes, extra_min = session.execute(asked).one()
    return Allowance(timedelta(minutes=int(minutes)), timedelta(minutes=extra_min or 0))


def most_granted(session: Session, round_id: int) -> timedelta:
    """Return no less than anybody was granted in the round."""
    total = session.scalar(select(func.sum(Extension.minutes)).where(Extension.round_id == round_id))
    return timedelta(minutes=int(total or 0))


def granted(session: Session, round_id: int) -> list[Granted]:
    """Return the round's extensions, the newest first."""
    query = (
        select(
            Extension.minutes, Extension.reason, Extension.granted_at, Unit.code, Person.id.is_not(None), Account.code
        )
        .outerjoin(Unit, Unit.id == Extension.unit_id)
        .outerjoin(Person, Person.id == Extension.person_id)
        .outerjoin(Account, Account.id == Person.account_id)
        .where(Extension.round_id == round_id)
    )
    return [Granted(*row) for row in session.execute(query.order_by(Extension.granted_at.desc(), Extension.id.desc()))]


def crowds(session: Session) -> dict[int, Crowd]:
    """Return round id → its crowd, in two statements; rounds that nobody entered are missing."""
    counted: dict[int, dict[str, Any]] = {}
    states = select(Attempt.round_id, Attempt.state, func.count()).group_by(Attempt.round_id, Attempt.state)
    for round_id, state, count in session.execute(states):
        counted.setdefault(round_id, {})[state] = count
    aside = select(Attempt.round_id, func.count()).join(SetAside, SetAside.attempt_id == Attempt.id)
    for round_id, count in session.execute(aside.group_by(Attempt.round_id)):
        counted.setdefault(round_id, {})["set_aside"] = count
    return {round_id: Crowd(**counts) for round_id, counts in counted.items()}


def crowd(session: Session, round_id: int) -> Crowd:
    """Return the crowd of one round."""
    states = select(Attempt.state, func.count()).where(Attempt.round_id == round_id).group_by(Attempt.state)
    counts: dict[str, Any] = {state: count for state, count in session.execute(states)}
    aside = select(func.count()).select_from(SetAside).join(Attempt, SetAside.attempt_id == Attempt.id)
    return Crowd(**counts, set_aside=session.scalar(aside.where(Attempt.round_id == round_id)) or 0)


def handed_in_by_timetable(session: Session, round_id: int, since: datetime, until: datetime) -> int:
    """Return how many attempts were closed as of a deadline after ``since``, up to ``until``."""
    closed = select(func.count()).where(Attempt.round_id == round_id, Attempt.state == "handed_in")
    closed = closed.where(Attempt.handed_in_at == Attempt.deadline_at)
    return session.scalar(closed.where(Attempt.deadline_at > since, Attempt.deadline_at <= until)) or 0


def _applies_to(actor: Actor) -> ColumnElement[bool]:
    everybody = and_(Extension.unit_id.is_(None), Extension.person_id.is_(None))
    return or_(
        everybody,
        Extension.unit_id == (actor.unit_id or 0),
        Extension.person_id == (actor.person_id or 0),
    )
