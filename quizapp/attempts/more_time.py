"""Deadlines that move: more time for a person, a unit or everybody; a round that stands still, and goes on.

Whoever changes a round's time locks the round first, and whoever starts an attempt in it holds the round meanwhile
(``contests.queries``): so nobody starts on the old time who would have the new one a moment later.
"""

from datetime import datetime, timedelta
from typing import Any, cast

import msgspec
from sqlalchemy import ColumnElement, CursorResult, literal, select, update

from quizapp.accounts.models import Account
from quizapp.attempts import policy, windows
from quizapp.attempts.models import Attempt, Extension
from quizapp.contests import queries as contests
from quizapp.contests import rules as contest_rules
from quizapp.contests.models import Round
from quizapp.contests.rules import RoundTerms
from quizapp.foundation.db import Id, later
from quizapp.foundation.errors import BadInput, RuleBroken, require
from quizapp.foundation.i18n import N_
from quizapp.foundation.models import AuditRecord
from quizapp.foundation.refs import tidy_code
from quizapp.foundation.sanitize import clean_line
from quizapp.foundation.work import Work
from quizapp.roster.models import Person, Unit

# Ten days; more is another window, not more time.
MOST_MINUTES = 14_400
LONGEST_REASON = 300

_MICROSECOND = timedelta(microseconds=1)


class NoReason(BadInput):
    """Nobody's time is changed without saying why."""

    message = N_("Thiếu lý do. Chưa có gì bị thay đổi.")


class MinutesOutOfBounds(BadInput):
    """More time is at least a minute."""

    message = N_("Số phút phải từ 1 đến 14400. Chưa có gì bị thay đổi.")


class NobodyOfThatCode(BadInput):
    """The code is no unit's and nobody's."""

    message = N_("Không có đơn vị hay thí sinh nào mang mã này. Chưa có gì bị thay đổi.")


class SinceWhen(BadInput):
    """The pause would have begun at an impossible moment."""

    message = N_(
        "Thời điểm bắt đầu tạm dừng phải sau lúc vòng thi mở, sau lần tạm dừng trước và không ở tương lai. "
        "Chưa có gì bị thay đổi."
    )


class PausedAlready(RuleBroken):
    """It stands still already."""

    message = N_("Vòng thi đang tạm dừng rồi. Chưa có gì bị thay đổi.")
    slug = "paused-already"


class NotPaused(RuleBroken):
    """It goes on already."""

    message = N_("Vòng thi không tạm dừng nên không có gì để cho thi tiếp.")
    slug = "not-paused"


def extend(
    work: Work, round_ref: str, minutes: int, reason: str, unit: str | None = None, person: str | None = None
) -> int:
    """Give everybody, or a ``unit`` or ``person`` (by their codes), more time; return how many open attempts it moved.

    Whoever has not started yet may start that much later.

    Raises:
        NoReason, MinutesOutOfBounds, NobodyOfThatCode, NotFound: as they say; nothing is changed then.
        NotAllowed: if the actor is no administrator.
    """
    require(policy.may_change_time(work.actor))
    why = _reason(reason)
    if not 1 <= minutes <= MOST_MINUTES:
        raise MinutesOutOfBounds
    if unit and person:
        raise NobodyOfThatCode
    row = contests.get_round_row(work.session, round_ref)
    granted = Extension(round_id=row.id, minutes=minutes, reason=why, granted_at=work.now)
    granted.granted_by = work.actor.account_id
    granted.unit_id = _unit_id(work, unit) if unit else None
    granted.person_id = _person_id(work, person) if person else None
    work.session.add(granted)
    work.session.flush()
    moved = _move(work, row, timedelta(minutes=minutes), *_scope(granted))
    whom = {"unit": granted.unit_id, "person": granted.person_id}
    work.audit("extend_time", f"round:{row.ref}", minutes=minutes, reason=why, moved=moved, **whom)
    return moved


def pause(work: Work, round_ref: str, reason: str, since: datetime | None = None) -> int:
    """Let the round stand still from now on, or from ``since``, when an outage began.

    What was handed in at a deadline since then stays handed in; how many those are is returned and audited.

    Raises:
        NoReason, SinceWhen, PausedAlready, NotFound: as they say; nothing is changed then.
        NotAllowed: if the actor is no administrator.
    """
    require(policy.may_change_time(work.actor))
    why = _reason(reason)
    row = contests.get_round_row(work.session, round_ref)
    if row.paused_at:
        raise PausedAlready
    began_at = since or work.now
    if began_at > work.now or (since and began_at < max(row.opens_at, _went_on_at(work, row) or row.opens_at)):
        raise SinceWhen
    row.paused_at = began_at
    closed = windows.handed_in_by_timetable(work.session, row.id, began_at, work.now)
    details = {"since": began_at.isoformat(), "reason": why, "stay_handed_in": closed}
    work.audit("pause_round", f"round:{row.ref}", **details)
    return closed


def resume(work: Work, round_ref: str) -> timedelta:
    """Let the round go on: deadlines and window ends that the pause held up move by its length, which is returned.

    Raises:
        NotPaused, NotFound: as they say.
        NotAllowed: if the actor is no administrator.
    """
    require(policy.may_change_time(work.actor))
    row = contests.get_round_row(work.session, round_ref)
    if row.paused_at is None:
        raise NotPaused
    paused_at, length = row.paused_at, work.now - row.paused_at
    moved = _move(work, row, length, Attempt.deadline_at > paused_at)
    _move_window(work, row, paused_at, length)
    row.paused_at = None
    details = {"since": paused_at.isoformat(), "seconds": length.total_seconds(), "moved": moved}
    work.audit("resume_round", f"round:{row.ref}", **details)
    return length


def _move(work: Work, row: Round, span: timedelta, *whose: ColumnElement[bool]) -> int:
    mine = (Attempt.round_id == row.id, Attempt.state == "open", *whose)
    moved = later(Attempt.deadline_at, literal(span // _MICROSECOND, Id))
    change = update(Attempt).where(*mine).values(deadline_at=moved)
    done = work.session.execute(change, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount


def _move_window(work: Work, row: Round, paused_at: datetime, length: timedelta) -> None:
    longest = windows.most_granted(work.session, row.id)
    terms = msgspec.convert(row.terms, RoundTerms, strict=False)
    row.terms = msgspec.to_builtins(contest_rules.after_pause(terms, paused_at, length, longest))
    row.closes_at = contest_rules.after_pause_at(row.closes_at, paused_at, length, longest)


def _scope(granted: Extension) -> list[ColumnElement[bool]]:
    if granted.person_id:
        return [Attempt.person_id == granted.person_id]
    if granted.unit_id:
        return [Attempt.person_id.in_(select(Person.id).where(Person.unit_id == granted.unit_id))]
    return []


def _reason(reason: str) -> str:
    told = clean_line(reason, LONGEST_REASON)
    if not told:
        raise NoReason
    return told


def _unit_id(work: Work, code: str) -> int:
    found = work.session.scalar(select(Unit.id).where(Unit.code == code.strip()))
    if found is None:
        raise NobodyOfThatCode
    return found


def _person_id(work: Work, code: str) -> int:
    mine = select(Person.id).join(Account, Account.id == Person.account_id).where(Account.code == tidy_code(code))
    found = work.session.scalar(mine)
    if found is None:
        raise NobodyOfThatCode
    return found


def _went_on_at(work: Work, row: Round) -> datetime | None:
    """Return when the round last went on: a moment that was paused once is not paused again."""
    went_on = select(AuditRecord.at).where(
        AuditRecord.subject == f"round:{row.ref}", AuditRecord.verb == "resume_round"
    )
    return work.session.scalar(went_on.order_by(AuditRecord.at.desc()).limit(1))
