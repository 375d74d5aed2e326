"""A whole attempt with its round's terms, read in one statement: what opening a page and handing in begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import msgspec

from quizapp.attempts import policy, queries, sheet
from quizapp.attempts.queries import AttemptView
from quizapp.attempts.rules import Answer, Saved
from quizapp.banks.queries import Asked
from quizapp.contests.rules import RoundKind, RoundTerms
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import NotFound, require
from quizapp.foundation.road import Lane, Row
from quizapp.foundation.sanitize import plain_text

_ATTEMPT = """
    SELECT a.id, a.ref, a.round_id, a.contest_id, a.person_id, a.state, a.started_at, a.deadline_at, a.handed_in_at,
           a.paper, a.essay_version_id, s.answers, e.seq, e.saved_at, e.html, e.words,
           r.kind, r.paused_at, CAST(r.terms AS text)
    FROM attempts AS a
    JOIN rounds AS r ON r.id = a.round_id
    JOIN answer_sheets AS s ON s.attempt_id = a.id AND s.contest_id = a.contest_id
    LEFT JOIN essays AS e ON e.attempt_id = a.id AND e.contest_id = a.contest_id
    WHERE a.ref IN :refs
"""
# On PostgreSQL: the row that whoever changes anything of an attempt locks first.
LOCK = """
    SELECT s.attempt_id FROM attempts AS a
    JOIN answer_sheets AS s ON s.attempt_id = a.id AND s.contest_id = a.contest_id
    WHERE a.ref IN :refs ORDER BY s.attempt_id FOR UPDATE OF s
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """An attempt as it stands; ``places`` and ``answers`` are its paper, and what was chosen on it."""

    id: int
    ref: str
    round_id: int
    contest_id: int
    person_id: int
    state: str
    started_at: datetime
    deadline_at: datetime
    handed_in_at: datetime | None
    places: list[sheet.Place]
    essay_version_id: int | None
    answers: sheet.Answers
    essay: Saved | None
    kind: RoundKind
    paused_at: datetime | None
    terms: RoundTerms

    @property
    def essay_no(self) -> int:
        """The number of the essay, after the last choice item."""
        return len(self.places) + 1


def own(lane: Lane, actor: Actor, ref: str) -> Glance:
    """Return the actor's own attempt.

    Raises:
        NotFound, NotAllowed: if there is none, or it is somebody else's.
    """
    rows = lane.rows(_ATTEMPT, refs=[ref])
    if not rows:
        raise NotFound
    found = _glance(lane, rows[0])
    require_own(actor, found)
    return found


def require_own(actor: Actor, found: Glance) -> None:
    """Let the attempt's owner through.

    Raises:
        NotAllowed: for anybody else.
    """
    require(policy.may_see(actor, found.person_id))


def held(lane: Lane, refs: Sequence[str]) -> dict[str, Glance]:
    """Return name → attempt, nobody else changing any of them until this transaction ends."""
    if not lane.embedded:
        # More time is written on the attempt itself, without its sheet: hold that, too.
        lane.rows(f"{LOCK}, a", refs=list(refs))
    return {row[1]: _glance(lane, row) for row in lane.rows(_ATTEMPT, refs=list(refs))}


def versions(found: Glance) -> list[int]:
    """Return the versions that the paper asks."""
    essay = [found.essay_version_id] if found.essay_version_id is not None else []
    return [place.version_id for place in found.places] + essay


def answers(found: Glance, asked: Mapping[int, Asked]) -> list[Answer]:
    """Return what was answered, as ``queries.answers`` does of the attempt in words."""
    told = []
    for no, place in enumerate(found.places, 1):
        item, order = asked[place.version_id], place.order
        told.append(Answer(no, item.stem, tuple([item.options[order[at]][1] for at in found.answers.choice(no)])))
    if found.essay_version_id is not None:
        html = (found.essay.html or "") if found.essay else ""
        told.append(Answer(found.essay_no, asked[found.essay_version_id].stem, (), plain_text(html)))
    return told


def in_words(found: Glance, asked: Mapping[int, Asked]) -> AttemptView:
    """Return the attempt with its items in words."""
    return queries.put_together(found, found.places, asked, found.answers.all(), found.essay)


def _glance(lane: Lane, row: Row) -> Glance:
    id_, ref, round_id, contest, person, state, started, deadline, handed_in, paper, essay_version = row[:11]
    answers, seq, saved_at, html, words, kind, paused, terms = row[11:]
    started_at = lane.instant(started)
    places = sheet.read_paper(paper)
    essay = Saved(len(places) + 1, seq, lane.instant(saved_at), html=html, words=words) if seq else None
    instants = (started_at, lane.instant(deadline), lane.instant(handed_in))
    answered = sheet.Answers(answers, started_at)
    about = (RoundKind(kind), lane.instant(paused), terms_of(terms))
    return Glance(id_, ref, round_id, contest, person, state, *instants, places, essay_version, answered, essay, *about)


@lru_cache(256)
def terms_of(text: str) -> RoundTerms:
    """Return a round's terms from their JSON; remembered by it, for a round's papers all have the same."""
    return msgspec.json.decode(text, type=RoundTerms, strict=False)
