"""What judges see: scripts without anybody in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from quizapp.attempts import queries as attempts
from quizapp.attempts.models import Attempt
from quizapp.banks import queries as banks
from quizapp.contests import queries as contests
from quizapp.contests.rules import Criterion
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import NotFound
from quizapp.judging.models import Script
from quizapp.judging.rules import ScriptState


@dataclass(frozen=True)
class BlindScript:
    """A script as its judge reads it. There is no name, school, code or time of writing in it."""

    ref: str
    prompt: str
    outline: tuple[str, ...]
    essay_html: str
    words: int
    word_limit: int
    rubric: tuple[Criterion, ...]


@dataclass(frozen=True)
class Marked:
    """A script the judge has sent off."""

    ref: str
    total: Decimal | None
    marked_at: datetime | None


@dataclass(frozen=True)
class Queue:
    """A judge's desk."""

    waiting: int
    holding: str | None
    marked: tuple[Marked, ...]


def desk(session: Session, judge: Actor, now: datetime) -> Queue:
    """Return how many scripts wait for this judge, which one they hold, and the last ones they sent off."""
    waiting = session.scalar(select(func.count()).select_from(Script).where(_free(now), _not_their_own(judge))) or 0
    held = select(Script.ref).where(
        Script.state == ScriptState.HELD, Script.judge_id == judge.account_id, Script.held_until > now
    )
    done = select(Script.ref, Script.total, Script.marked_at).where(
        Script.state == ScriptState.MARKED, Script.judge_id == judge.account_id
    )
    rows = session.execute(done.order_by(Script.marked_at.desc()).limit(20))
    return Queue(waiting, session.scalar(held), tuple(Marked(*row) for row in rows))


def held_script(session: Session, judge: Actor, now: datetime, *, lock: bool = False) -> Script | None:
    """Return the row of the script the judge holds, if any."""
    query = select(Script).where(
        Script.state == ScriptState.HELD, Script.judge_id == judge.account_id, Script.held_until > now
    )
    return session.scalar(query.with_for_update() if lock else query)


def next_script(session: Session, judge: Actor, now: datetime) -> Script | None:
    """Return the next free script that is not from the judge's own unit, locked; in random order of names."""
    query = select(Script).where(_free(now), _not_their_own(judge)).order_by(Script.ref).limit(1)
    return session.scalar(query.with_for_update(skip_locked=True))


def get_script(session: Session, ref: str, *, lock: bool = False) -> Script:
    """Return a script's row.

    Raises:
        NotFound: if there is none.
    """
    query = select(Script).where(Script.ref == ref)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def rubric_of(session: Session, round_id: int) -> tuple[Criterion, ...]:
    """Return the rubric of a round."""
    return contests.round_by_id(session, round_id).terms.rubric


def blind(session: Session, script: Script) -> BlindScript:
    """Return ``script`` as its judge may read it."""
    view = contests.round_by_id(session, script.round_id)
    essay = attempts.saved_essay(session, script.attempt_id)
    version = session.scalar(select(Attempt.essay_version_id).where(Attempt.id == script.attempt_id))
    if essay is None or version is None or view.terms.essay is None:
        raise NotFound
    prompt: Mapping[int, banks.Asked] = banks.asked(session, [version])
    return BlindScript(
        ref=script.ref,
        prompt=prompt[version].stem,
        outline=banks.outline(session, version),
        essay_html=essay.html or "",
        words=essay.words or 0,
        word_limit=view.terms.essay.word_limit,
        rubric=view.terms.rubric,
    )


def _free(now: datetime) -> ColumnElement[bool]:
    lapsed = and_(Script.state == ScriptState.HELD, Script.held_until <= now)
    return or_(Script.state == ScriptState.WAITING, lapsed)


def _not_their_own(judge: Actor) -> ColumnElement[bool]:
    return Script.author_unit_id != (judge.unit_id or 0)
