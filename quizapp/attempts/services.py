"""Starting. Saving and handing in have desks of their own, ``attempts.saving`` and ``attempts.closing``."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from quizapp.attempts import rules, sheet, windows
from quizapp.attempts.models import AnswerSheet, Attempt
from quizapp.attempts.rules import AttemptState
from quizapp.contests import policy as contest_policy
from quizapp.contests import queries as contests
from quizapp.contests import rules as contest_rules
from quizapp.contests.queries import RoundView
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import RuleBroken, require
from quizapp.foundation.i18n import N_
from quizapp.foundation.refs import new_ref
from quizapp.foundation.work import Store, Work


class RoundNotOpen(RuleBroken):
    """The window has not opened yet, or is over."""

    message = N_("Vòng thi chưa mở hoặc đã kết thúc nên chưa bắt đầu bài làm nào.")
    slug = "round-not-open"


class RoundPaused(RuleBroken):
    """The round stands still; nobody starts until it goes on."""

    message = N_(
        "Vòng thi đang tạm dừng nên chưa bắt đầu bài làm nào. Hãy chờ ban tổ chức cho thi tiếp; "
        "thời gian tạm dừng không tính vào giờ làm bài."
    )
    slug = "round-paused"


class NoAttemptLeft(RuleBroken):
    """All attempts the round allows are used up."""

    message = N_("Bạn đã dùng hết số lần thi của vòng này. Bài đã nộp vẫn được giữ.")
    slug = "no-attempt-left"


def start(work: Work, round_ref: str, chance: Random) -> tuple[str, bool]:
    """Open an attempt, or return the one that is open; return (its public name, whether it is new).

    Raises:
        RoundNotOpen, RoundPaused, NoAttemptLeft: as they say.
        NotAllowed: if the actor does not take part in this round.
    """
    view = contests.get_round(work.session, round_ref, hold=True)
    require(contest_policy.may_enter(work.actor, view.terms))
    theirs = select(Attempt).where(Attempt.round_id == view.id, Attempt.person_id == work.actor.person_id)
    attempts = work.session.scalars(theirs.order_by(Attempt.number)).all()
    for attempt in attempts:
        if attempt.state == AttemptState.OPEN:
            return attempt.ref, False
    granted = windows.allowance(work.session, work.actor, view.id)
    closes_at = contest_rules.closing(view.terms, view.closes_at, work.actor.unit_kind, granted.window)
    if contest_rules.state_at(work.now, view.opens_at, closes_at, view.paused_at) != "open":
        raise RoundNotOpen
    if view.paused_at:
        raise RoundPaused
    if len(attempts) >= view.terms.attempts_allowed:
        raise NoAttemptLeft
    allowed = timedelta(minutes=view.terms.allowed_min) if view.terms.allowed_min else None
    deadline_at = rules.deadline(work.now, allowed, granted.sitting, closes_at)
    attempt = _new_attempt(work, view, len(attempts) + 1, deadline_at, chance)
    work.audit("start_attempt", f"attempt:{attempt.ref}", number=attempt.number)
    return attempt.ref, True


def start_once(store: Store, actor: Actor, round_ref: str, chance: Random) -> tuple[str, bool]:
    """Do as :func:`start` in a unit of work of its own; of two at the same instant, both get the one attempt."""
    try:
        with store.unit_of_work(actor) as work:
            return start(work, round_ref, chance)
    except IntegrityError:
        with store.unit_of_work(actor) as work:
            return start(work, round_ref, chance)


def _new_attempt(work: Work, view: RoundView, number: int, deadline_at: datetime, chance: Random) -> Attempt:
    actor = work.actor
    audience = contest_rules.audience_of(actor.category or "")
    drawn = contest_rules.draw_paper(view.terms, contests.candidates(work.session, view.id), audience, chance)
    row = Attempt(ref=new_ref(), round_id=view.id, person_id=actor.person_id, number=number, state=AttemptState.OPEN)
    row.started_at, row.deadline_at = work.now, deadline_at
    row.paper = sheet.write_paper(sheet.Place(item.version_id, item.kind, item.order) for item in drawn)
    row.contest_id, row.essay_version_id = view.contest_id, view.essay_version_id
    work.session.add(row)
    work.session.flush()
    work.session.add(AnswerSheet(attempt_id=row.id, contest_id=row.contest_id, answers=sheet.EMPTY))
    work.session.flush()
    return row
