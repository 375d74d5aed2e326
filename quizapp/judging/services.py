"""Queueing essays, taking the next script, sending marks."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select

from quizapp.accounts.models import Account
from quizapp.attempts import queries as attempts
from quizapp.attempts.models import Attempt
from quizapp.foundation.errors import require
from quizapp.foundation.refs import new_ref
from quizapp.foundation.work import Work
from quizapp.judging import policy, queries, rules
from quizapp.judging.models import Script, ScriptMark
from quizapp.judging.rules import ScriptState, ScriptTaken
from quizapp.roster.models import Person


def queue_essay(work: Work, attempt_id: int) -> Script | None:
    """Put the attempt's essay into the queue, unless there is none or it is empty. Queueing again changes nothing."""
    known = work.session.scalar(select(Script).where(Script.attempt_id == attempt_id))
    essay = attempts.saved_essay(work.session, attempt_id)
    if known or essay is None or not essay.words:
        return known
    attempt = work.session.get_one(Attempt, attempt_id)
    unit = work.session.scalars(select(Person.unit_id).where(Person.id == attempt.person_id)).one()
    script = Script(ref=new_ref(), attempt_id=attempt_id, round_id=attempt.round_id, author_unit_id=unit)
    script.state, script.queued_at = ScriptState.WAITING, work.now
    work.session.add(script)
    work.audit("queue_essay", f"script:{script.ref}")
    return script


def take_next(work: Work) -> str | None:
    """Give the judge the script they hold already, else the next free one; ``None`` when nothing waits for them."""
    require(policy.may_judge(work.actor))
    _wait_for_own_turn(work)
    script = queries.held_script(work.session, work.actor, work.now, lock=True)
    if script is None:
        script = queries.next_script(work.session, work.actor, work.now)
        if script is None:
            return None
        work.audit("take_script", f"script:{script.ref}")
    script.state, script.judge_id = ScriptState.HELD, work.actor.account_id
    script.held_until = work.now + rules.LEASE
    return script.ref


def send_marks(work: Work, ref: str, marks: Mapping[str, Decimal]) -> Decimal:
    """Store the judge's marks for the script they hold and return the total. Sending the same again changes nothing.

    Raises:
        ScriptTaken: if the judge does not hold it any more.
        MarksRefused: if the marks do not fit the rubric.
        NotAllowed: if it comes from the judge's own unit.
    """
    script = queries.get_script(work.session, ref, lock=True)
    require(policy.may_mark(work.actor, script.author_unit_id))
    total = rules.check_marks(queries.rubric_of(work.session, script.round_id), marks)
    if script.judge_id != work.actor.account_id or script.state == ScriptState.WAITING:
        raise ScriptTaken
    if script.state == ScriptState.MARKED:
        return _same_again(work, script, marks, total)
    _record(work, script, marks, total)
    return total


def release(work: Work, ref: str) -> None:
    """Put a held script back into the queue, unmarked.

    Raises:
        ScriptTaken: if the judge does not hold it.
    """
    script = queries.get_script(work.session, ref, lock=True)
    require(policy.may_judge(work.actor))
    if script.state != ScriptState.HELD or script.judge_id != work.actor.account_id:
        raise ScriptTaken
    script.state, script.judge_id, script.held_until = ScriptState.WAITING, None, None
    work.audit("release_script", f"script:{ref}")


def _wait_for_own_turn(work: Work) -> None:
    # A judge holds one script: of two requests at the same instant the second waits, and finds what the first took.
    mine = select(Account.id).where(Account.id == work.actor.account_id)
    work.session.execute(mine.with_for_update(key_share=True))


def _same_again(work: Work, script: Script, marks: Mapping[str, Decimal], total: Decimal) -> Decimal:
    known = select(ScriptMark.criterion, ScriptMark.points).where(ScriptMark.script_id == script.id)
    if {name: points for name, points in work.session.execute(known)} != dict(marks):
        raise ScriptTaken
    return total


def _record(work: Work, script: Script, marks: Mapping[str, Decimal], total: Decimal) -> None:
    own = {"script_id": script.id, "judge_id": work.actor.account_id}
    work.session.add_all(ScriptMark(**own, criterion=name, points=points) for name, points in sorted(marks.items()))
    script.state, script.total, script.marked_at = ScriptState.MARKED, total, work.now
    script.held_until = None
    work.audit("mark_script", f"script:{script.ref}", total=str(total))
