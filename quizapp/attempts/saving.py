"""Saving answers: the one gate through which every change of a paper goes, many at a time.

Saves that come together are judged one by one and stored in one transaction (``foundation.together``), on the straight
road (``foundation.road``): who asks, whether they may, whether it is in time and newer than what is there – then one
write a sheet. Whoever changes anything else of an attempt locks its sheet first, as this does.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from quizapp.attempts import policy, rules, sheet
from quizapp.attempts.glance import LOCK
from quizapp.attempts.rules import AttemptState, Saved
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import ContestError, NotFound, require
from quizapp.foundation.road import Lane, Road, Row
from quizapp.foundation.sanitize import clean_essay, count_words, plain_text
from quizapp.foundation.together import Together
from quizapp.foundation.work import TROUBLE, Store, answering
from quizapp.roster import sessions

# How much is kept aside of one attempt: more than any device has ever owed, less than could fill a disk.
MOST_SET_ASIDE = 200

# A change waits no longer than this for its batch; one that seems to have is dated by a clock that is behind.
SLOWEST = timedelta(seconds=10)

_HIGH_WATER = "SELECT at FROM high_water"
_PAPERS = """
    SELECT a.ref, a.id, a.contest_id, a.person_id, a.state, a.started_at, a.deadline_at, r.paused_at, a.paper,
           a.essay_version_id, s.answers
    FROM attempts AS a
    JOIN rounds AS r ON r.id = a.round_id
    JOIN answer_sheets AS s ON s.attempt_id = a.id AND s.contest_id = a.contest_id
    WHERE a.ref IN :refs
"""
_ESSAYS = """
    SELECT e.ref, e.no, e.seq, e.saved_at, e.html, e.words, e.last_version_at
    FROM (
        SELECT a.ref, e.no, e.seq, e.saved_at, e.html, e.words, (
            SELECT max(v.saved_at) FROM essay_versions AS v WHERE v.attempt_id = a.id AND v.contest_id = a.contest_id
        ) AS last_version_at
        FROM attempts AS a JOIN essays AS e ON e.attempt_id = a.id AND e.contest_id = a.contest_id
        WHERE a.ref IN :refs
    ) AS e
"""
_RESTORED = """
    SELECT c.attempt, c.seq
    FROM ROWS :candidates AS c (attempt bigint, contest bigint, seq int, words int, html text)
    JOIN essay_versions AS v ON v.attempt_id = c.attempt AND v.contest_id = c.contest
    WHERE v.words = c.words AND v.html = c.html
"""
_STORE_SHEETS = """
    UPDATE answer_sheets AS s SET answers = v.answers
    FROM ROWS :sheets AS v (attempt bigint, contest bigint, answers text)
    WHERE s.attempt_id = v.attempt AND s.contest_id = v.contest
"""
_STORE_ESSAYS = """
    INSERT INTO essays (attempt_id, contest_id, no, seq, html, words, saved_at)
    SELECT v.attempt, v.contest, v.no, v.seq, v.html, v.words, v.saved_at
    FROM ROWS :essays AS v
         (attempt bigint, contest bigint, no int, seq int, html text, words int, saved_at timestamptz)
    WHERE true ON CONFLICT (attempt_id, contest_id) DO UPDATE
    SET seq = excluded.seq, html = excluded.html, words = excluded.words, saved_at = excluded.saved_at
"""
_KEEP_VERSIONS = """
    INSERT INTO essay_versions (attempt_id, contest_id, seq, html, words, saved_at)
    SELECT v.attempt, v.contest, v.seq, v.html, v.words, v.saved_at
    FROM ROWS :versions AS v (attempt bigint, contest bigint, seq int, html text, words int, saved_at timestamptz)
    WHERE true ON CONFLICT (attempt_id, seq, contest_id) DO NOTHING
"""
_ASIDE = """
    SELECT a.ref, k.no, k.digest
    FROM attempts AS a JOIN set_aside AS k ON k.attempt_id = a.id AND k.contest_id = a.contest_id
    WHERE a.ref IN :refs
"""
_SET_ASIDE = """
    INSERT INTO set_aside (attempt_id, contest_id, no, digest, reason, seq, content, came_at)
    SELECT v.attempt, v.contest, v.no, v.digest, v.reason, v.seq, v.content, v.came_at
    FROM ROWS :aside AS v
         (attempt bigint, contest bigint, no int, digest text, reason text, seq int, content text, came_at timestamptz)
    WHERE (SELECT count(*) FROM set_aside AS k WHERE k.attempt_id = v.attempt AND k.contest_id = v.contest) < :most
    ON CONFLICT (attempt_id, no, digest, contest_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one item that somebody sends: ``choice`` of a choice item, ``html`` (cleaned) of the essay.

    ``who`` is an actor, or the hash of a session's token, which is then looked up beside everything else. ``came_at``
    is the instant at which all of it had arrived.
    """

    who: Actor | str
    ref: str
    no: int
    seq: int
    came_at: datetime
    choice: tuple[int, ...] | None = None
    html: str | None = None
    words: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What was stored, and the deadline as it stands now: it may have been moved."""

    saved: Saved
    deadline_at: datetime


@dataclass(slots=True)
class _Paper:
    """An attempt while changes to it are being judged."""

    id: int
    contest_id: int
    person_id: int
    state: AttemptState
    started_at: datetime
    deadline_at: datetime
    paused_at: datetime | None
    words: list[str]
    has_essay: bool
    answers: sheet.Answers
    essay: Saved | None = None
    last_version_at: datetime | None = None


@dataclass(slots=True)
class _Writes:
    """What a batch will write, once all of it is judged.

    ``restored`` holds (attempt, number of the change) of those changes that bring an earlier text back.
    """

    restored: set[tuple[int, int]] = field(default_factory=set)
    sheets: dict[int, _Paper] = field(default_factory=dict)
    essays: dict[int, dict[str, Any]] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)


class SavingDesk:
    """Where answers are handed over. One a process."""

    def __init__(self, store: Store) -> None:
        self._store, self._road = store, Road(store.engine)
        self._together: Together[Change, Kept] = Together(self._save_all, shared=TROUBLE)

    def choice(self, who: Actor | str, ref: str, no: int, seq: int, choice: Sequence[int]) -> Kept:
        """Store the answer to choice item ``no``, numbered ``seq`` by the client; the same again is answered the same.

        Raises:
            SignedOut, NotFound, NotAllowed: by who asks.
            AttemptClosed, StaleWrite, NotAnAnswer: as they say; nothing that counts is changed then.
            StoreBusy: nothing was stored.
        """
        return self._do(Change(who, ref, no, seq, self._store.clock(), choice=tuple(choice)))

    def essay(self, who: Actor | str, ref: str, no: int, seq: int, html: str) -> Kept:
        """Store the essay, cleaned; the same again is answered the same. One over the word limit is stored too.

        Raises:
            TextRefused: if it cannot be kept at all; and as :meth:`choice`.
        """
        came_at = self._store.clock()
        clean = clean_essay(html)
        words = count_words(plain_text(clean))
        return self._do(Change(who, ref, no, seq, came_at, html=clean, words=words))

    def _do(self, change: Change) -> Kept:
        with answering():
            return self._together.do(change)

    def _save_all(self, changes: Sequence[Change]) -> list[Kept | Exception]:
        with self._store.place(), self._road.transaction() as lane:
            papers, actors = _facts(lane, changes, self._store.clock())
            changes = self._dated(lane, changes)
            writes = _Writes(restored=_restored(lane, changes, papers))
            outcomes: list[Kept | Exception] = [_judge(change, papers, actors, writes) for change in changes]
            _write(lane, writes)
            return _told_truly(lane, changes, outcomes) if writes.aside else outcomes

    def _dated(self, lane: Lane, changes: Sequence[Change]) -> Sequence[Change]:
        """Return the changes as this installation's time has them, whatever this machine's clock says."""
        marks = lane.rows(_HIGH_WATER)
        if not marks:
            return changes
        at = lane.instant(marks[0][0])
        self._store.clock.not_before(at)
        return [replace(one, came_at=at) if at - one.came_at > SLOWEST else one for one in changes]


def _facts(lane: Lane, changes: Sequence[Change], now: datetime) -> tuple[dict[str, _Paper], dict[str, Actor]]:
    refs = sorted({change.ref for change in changes})
    written = sorted({change.ref for change in changes if change.html is not None})
    if not lane.embedded:
        lane.rows(LOCK, refs=refs)
    actors = sessions.actors(lane, [change.who for change in changes if isinstance(change.who, str)], now)
    papers = {row[0]: _paper(lane, row) for row in lane.rows(_PAPERS, refs=refs)}
    for ref, no, seq, saved_at, html, words, last in lane.rows(_ESSAYS, refs=written) if written else ():
        papers[ref].essay = Saved(no, seq, lane.instant(saved_at), html=html, words=words)
        papers[ref].last_version_at = lane.instant(last)
    return papers, actors


def _paper(lane: Lane, row: Row) -> _Paper:
    _ref, id_, contest, person, state, started, deadline, paused, paper, essay, answers = row
    started_at = lane.instant(started)
    instants = (started_at, lane.instant(deadline), lane.instant(paused))
    answered = sheet.Answers(answers, started_at)
    return _Paper(id_, contest, person, AttemptState(state), *instants, paper.split(), essay is not None, answered)


def _restored(lane: Lane, changes: Sequence[Change], papers: dict[str, _Paper]) -> set[tuple[int, int]]:
    candidates = []
    for change in changes:
        paper = papers.get(change.ref)
        if change.html is not None and paper is not None and paper.last_version_at is not None:
            row = {"attempt": paper.id, "contest": paper.contest_id, "seq": change.seq}
            candidates.append(row | {"words": change.words, "html": change.html})
    return {(row[0], row[1]) for row in lane.rows(_RESTORED, candidates=candidates)} if candidates else set()


def _judge(change: Change, papers: dict[str, _Paper], actors: dict[str, Actor], writes: _Writes) -> Kept | ContestError:
    try:
        paper = papers.get(change.ref)
        actor = sessions.participant(change.who, actors)
        if paper is None:
            raise NotFound
        require(policy.may_see(actor, paper.person_id))
        saved = _choose(change, paper, writes) if change.html is None else _compose(change, paper, writes)
        return Kept(saved, paper.deadline_at)
    except ContestError as refusal:
        return refusal


def _choose(change: Change, paper: _Paper, writes: _Writes) -> Saved:
    if not 1 <= change.no <= len(paper.words):
        raise rules.NotAnAnswer
    place = sheet.read_place(paper.words[change.no - 1])
    positions = rules.check_choice(place.kind, len(place.order), change.choice or ())
    stored = paper.answers.get(change.no)
    if stored and stored.seq == change.seq and stored.choice == positions:
        return stored  # a retry, also one that comes after the end: it was stored in time
    _require_in_time(change, paper, writes, ",".join(map(str, positions)))
    if stored and not rules.check_order(stored, change.seq, same=False):
        return stored
    saved = Saved(change.no, change.seq, change.came_at, choice=positions)
    paper.answers.put(saved)
    writes.sheets[paper.id] = paper
    return saved


def _compose(change: Change, paper: _Paper, writes: _Writes) -> Saved:
    if not paper.has_essay or change.no != len(paper.words) + 1:
        raise rules.NotAnAnswer
    stored, html = paper.essay, change.html or ""
    if stored and stored.seq == change.seq and stored.html == html:
        return stored
    _require_in_time(change, paper, writes, html)
    if stored and change.seq <= stored.seq:
        if html != stored.html:
            _set_aside(change, paper, writes, html, "stale")
        raise rules.StaleWrite(stored)
    saved = Saved(change.no, change.seq, change.came_at, html=html, words=change.words)
    restores = (paper.id, change.seq) in writes.restored
    if stored and rules.keeps_version(stored, paper.last_version_at, paper.started_at, change.words, restores):
        writes.versions.append(_essay_row(paper, stored))
        paper.last_version_at = stored.saved_at
    paper.essay = saved
    writes.essays[paper.id] = _essay_row(paper, saved)
    return saved


def _require_in_time(change: Change, paper: _Paper, writes: _Writes, content: str) -> None:
    try:
        rules.accept_write(paper.state, change.came_at, paper.deadline_at, paper.paused_at)
    except rules.AttemptClosed:
        if paper.state is AttemptState.VOID:
            raise
        _set_aside(change, paper, writes, content, "late")
        raise rules.KeptAside from None


def _set_aside(change: Change, paper: _Paper, writes: _Writes, content: str, reason: str) -> None:
    row = {"attempt": paper.id, "contest": paper.contest_id, "no": change.no, "reason": reason, "seq": change.seq}
    digest = _digest(content)
    writes.aside.append(row | {"digest": digest, "content": content, "came_at": change.came_at})


def _told_truly(lane: Lane, changes: Sequence[Change], outcomes: Sequence[Kept | Exception]) -> list[Kept | Exception]:
    """Say that something was kept aside only where it was: there is an end to how much is kept of one attempt."""
    there = {(ref, no, digest) for ref, no, digest in lane.rows(_ASIDE, refs=sorted({one.ref for one in changes}))}
    return [
        rules.AttemptClosed()
        if isinstance(outcome, rules.KeptAside) and (change.ref, change.no, _digest(_content(change))) not in there
        else outcome
        for change, outcome in zip(changes, outcomes, strict=True)
    ]


def _content(change: Change) -> str:
    return ",".join(map(str, sorted(change.choice or ()))) if change.html is None else change.html


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _essay_row(paper: _Paper, saved: Saved) -> dict[str, Any]:
    row = {"attempt": paper.id, "contest": paper.contest_id, "no": saved.no, "seq": saved.seq}
    return row | {"html": saved.html, "words": saved.words, "saved_at": saved.saved_at}


def _write(lane: Lane, writes: _Writes) -> None:
    if writes.sheets:
        lane.do(_STORE_SHEETS, sheets=[_sheet_row(paper) for paper in writes.sheets.values()])
    if writes.essays:
        lane.do(_STORE_ESSAYS, essays=list(writes.essays.values()))
    if writes.versions:
        lane.do(_KEEP_VERSIONS, versions=writes.versions)
    if writes.aside:
        lane.do(_SET_ASIDE, aside=writes.aside, most=MOST_SET_ASIDE)


def _sheet_row(paper: _Paper) -> dict[str, Any]:
    return {"attempt": paper.id, "contest": paper.contest_id, "answers": paper.answers.text()}
