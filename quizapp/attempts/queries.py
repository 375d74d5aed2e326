"""Attempts as their owners, the graders and the printers read them. No key is anywhere near."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.attempts import policy, sheet
from quizapp.attempts.models import AnswerSheet, Attempt, Essay, EssayVersion, Receipt
from quizapp.attempts.rules import Answer, AttemptState, Saved, record
from quizapp.banks import queries as banks
from quizapp.contests.models import Contest, Round
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import NotFound, require
from quizapp.foundation.refs import tidy_code
from quizapp.foundation.sanitize import plain_text


@dataclass(frozen=True)
class PaperItem:
    """A choice item as this paper shows it, and what is stored for it."""

    no: int
    version_id: int
    kind: str
    stem: str
    # In this paper's own order; the bank's ids stay on the server.
    options: tuple[str, ...]
    saved: Saved | None


@dataclass(frozen=True)
class EssayItem:
    """The essay's prompt and what is stored for it."""

    no: int
    version_id: int
    stem: str
    saved: Saved | None


@dataclass(frozen=True)
class AttemptView:
    """A whole attempt."""

    id: int
    ref: str
    round_id: int
    person_id: int
    state: AttemptState
    started_at: datetime
    deadline_at: datetime
    handed_in_at: datetime | None
    items: tuple[PaperItem, ...]
    essay: EssayItem | None


@dataclass(frozen=True)
class Version:
    """An earlier text of the essay; ``html`` only where one was asked for."""

    seq: int
    saved_at: datetime
    words: int
    html: str = ""


@dataclass(frozen=True)
class TimeView:
    """How an attempt stands in time."""

    state: AttemptState
    deadline_at: datetime
    paused: bool


@dataclass(frozen=True)
class Late:
    """An attempt whose time is up."""

    id: int
    ref: str
    deadline_at: datetime


@dataclass(frozen=True)
class ReceiptView:
    """A receipt: nothing in it tells who."""

    code: str
    handed_in_at: datetime
    sha256: str


@dataclass(frozen=True)
class PublicReceipt(ReceiptView):
    """A receipt as anyone may see it who knows its code."""

    contest_title: Mapping[str, str]


def get_row(session: Session, ref: str, *, lock: bool = False) -> Attempt:
    """Return the attempt's row, locked for this transaction if asked.

    Raises:
        NotFound: if there is none.
    """
    if lock:
        # The sheet stands for the attempt: every save locks it and nothing else.
        mine = (AnswerSheet.attempt_id == Attempt.id) & (AnswerSheet.contest_id == Attempt.contest_id)
        held = select(AnswerSheet.attempt_id).join(Attempt, mine).where(Attempt.ref == ref)
        session.execute(held.with_for_update(of=AnswerSheet))
    row = session.scalar(select(Attempt).where(Attempt.ref == ref))
    if row is None:
        raise NotFound
    return row


def get_own_row(session: Session, actor: Actor, ref: str, *, lock: bool = False) -> Attempt:
    """Return the row of the actor's own attempt, locked for this transaction if asked.

    Raises:
        NotFound, NotAllowed: if there is none, or it is somebody else's.
    """
    row = get_row(session, ref, lock=lock)
    require(policy.may_see(actor, row.person_id))
    return row


def find_row(session: Session, name: str) -> Attempt:
    """Return the attempt that is called ``name`` in addresses or on its receipt.

    Raises:
        NotFound: if there is none.
    """
    code = select(Receipt.attempt_id).where(Receipt.code == tidy_code(name)).scalar_subquery()
    row = session.scalar(select(Attempt).where((Attempt.ref == name) | (Attempt.id == code)))
    if row is None:
        raise NotFound
    return row


def get_attempt(session: Session, row: Attempt) -> AttemptView:
    """Return all of an attempt: four statements, however many items it has."""
    places = sheet.read_paper(row.paper)
    asked = banks.asked(session, [place.version_id for place in places] + [row.essay_version_id or 0])
    saved = _saved_choices(session, row)
    essay = saved_essay(session, row.id) if row.essay_version_id else None
    return put_together(row, places, asked, saved, essay)


class Facts(Protocol):
    """What of an attempt does not change with every answer: its row, or what was read instead of it."""

    @property
    def id(self) -> int: ...
    @property
    def ref(self) -> str: ...
    @property
    def round_id(self) -> int: ...
    @property
    def person_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def deadline_at(self) -> datetime: ...
    @property
    def handed_in_at(self) -> datetime | None: ...
    @property
    def essay_version_id(self) -> int | None: ...


def put_together(
    row: Facts,
    places: Sequence[sheet.Place],
    asked: Mapping[int, banks.Asked],
    saved: Mapping[int, Saved],
    essay: Saved | None,
) -> AttemptView:
    """Return an attempt from its parts."""
    items = tuple(_item(no, asked[place.version_id], place.order, saved.get(no)) for no, place in enumerate(places, 1))
    prompt = asked[row.essay_version_id] if row.essay_version_id else None
    essay_item = EssayItem(len(items) + 1, prompt.version_id, prompt.stem, essay) if prompt else None
    times = (row.started_at, row.deadline_at, row.handed_in_at)
    state = AttemptState(row.state)
    return AttemptView(row.id, row.ref, row.round_id, row.person_id, state, *times, items, essay_item)


def by_id(session: Session, attempt_id: int) -> AttemptView:
    """Return the attempt with ``attempt_id``."""
    return get_attempt(session, session.get_one(Attempt, attempt_id))


def answers(attempt: AttemptView) -> list[Answer]:
    """Return what was answered, in the paper's order and in words, as the receipt vouches for it."""
    told = [Answer(item.no, item.stem, chosen_texts(item)) for item in attempt.items]
    if attempt.essay:
        html = attempt.essay.saved.html if attempt.essay.saved else ""
        told.append(Answer(attempt.essay.no, attempt.essay.stem, (), plain_text(html or "")))
    return told


def chosen_texts(item: PaperItem) -> tuple[str, ...]:
    """Return the words of the chosen options."""
    return tuple(item.options[position] for position in item.saved.choice) if item.saved else ()


def record_of(session: Session, row: Attempt) -> bytes:
    """Return the record of a handed-in attempt, the very bytes its receipt vouches for.

    Raises:
        NotFound: if it is not handed in.
    """
    if row.handed_in_at is None:
        raise NotFound
    return record(row.ref, row.started_at, row.handed_in_at, answers(get_attempt(session, row)))


def places(session: Session, attempt_id: int) -> list[sheet.Place]:
    """Return version and option order of each choice item; what grading needs to read positions."""
    return sheet.read_paper(session.get_one(Attempt, attempt_id).paper)


def saved_essay(session: Session, attempt_id: int) -> Saved | None:
    """Return the stored essay."""
    mine = (Essay.attempt_id == Attempt.id) & (Essay.contest_id == Attempt.contest_id)
    essay = session.scalar(select(Essay).join(Attempt, mine).where(Attempt.id == attempt_id))
    return Saved(essay.no, essay.seq, essay.saved_at, html=essay.html, words=essay.words) if essay else None


def essay_versions(session: Session, row: Attempt) -> list[Version]:
    """Return the earlier texts of the essay, newest first, without their words."""
    kept = select(EssayVersion.seq, EssayVersion.saved_at, EssayVersion.words)
    mine = (EssayVersion.attempt_id == row.id, EssayVersion.contest_id == row.contest_id)
    return [Version(*found) for found in session.execute(kept.where(*mine).order_by(EssayVersion.seq.desc()))]


def essay_version(session: Session, row: Attempt, seq: int) -> Version:
    """Return one earlier text.

    Raises:
        NotFound: if none is kept under this number.
    """
    found = session.get(EssayVersion, (row.id, seq, row.contest_id))
    if found is None:
        raise NotFound
    return Version(found.seq, found.saved_at, found.words, found.html)


def receipt_by_code(session: Session, code: str) -> PublicReceipt | None:
    """Return the receipt behind a code, or ``None``."""
    query = (
        select(Receipt.code, Receipt.handed_in_at, Receipt.content_sha256, Contest.title)
        .join(Attempt, Attempt.id == Receipt.attempt_id)
        .join(Round, Round.id == Attempt.round_id)
        .join(Contest, Contest.id == Round.contest_id)
        .where(Receipt.code == code)
    )
    row = session.execute(query).first()
    return PublicReceipt(*row) if row else None


def receipt_of(session: Session, attempt_id: int) -> ReceiptView | None:
    """Return the receipt of an attempt, if it was handed in."""
    row = session.get(Receipt, attempt_id)
    return ReceiptView(row.code, row.handed_in_at, row.content_sha256) if row else None


def mine(session: Session, person_id: int) -> dict[int, tuple[str, AttemptState, datetime]]:
    """Return round id → (name, state, deadline) of a person's latest attempt at each round."""
    query = select(Attempt).where(Attempt.person_id == person_id).order_by(Attempt.number)
    return {row.round_id: (row.ref, AttemptState(row.state), row.deadline_at) for row in session.scalars(query)}


def overdue(session: Session, now: datetime, limit: int, after: Late | None = None) -> list[Late]:
    """Return open attempts whose deadline has come, the oldest first, from the one ``after`` on.

    While their round is paused nobody's time is up.
    """
    late = select(Attempt.id, Attempt.ref, Attempt.deadline_at).join(Round, Round.id == Attempt.round_id)
    late = late.where(Attempt.state == "open", Attempt.deadline_at <= now, Round.paused_at.is_(None))
    if after:
        later = (Attempt.deadline_at > after.deadline_at) | (Attempt.id > after.id)
        late = late.where(Attempt.deadline_at >= after.deadline_at, later)
    return [Late(*row) for row in session.execute(late.order_by(Attempt.deadline_at, Attempt.id).limit(limit))]


def time_of(session: Session, actor: Actor, ref: str) -> TimeView:
    """Return how the actor's own attempt stands in time.

    Raises:
        NotFound, NotAllowed: if there is none, or it is somebody else's.
    """
    asked = select(Attempt.person_id, Attempt.state, Attempt.deadline_at, Round.paused_at)
    row = session.execute(asked.join(Round, Round.id == Attempt.round_id).where(Attempt.ref == ref)).first()
    if row is None:
        raise NotFound
    require(policy.may_see(actor, row.person_id))
    return TimeView(AttemptState(row.state), row.deadline_at, row.paused_at is not None)


def own_essay(session: Session, actor: Actor, ref: str, no: int) -> Attempt:
    """Return the row of the actor's own attempt whose item ``no`` is an essay.

    Raises:
        NotFound, NotAllowed: if there is none, or it is somebody else's.
    """
    row = get_own_row(session, actor, ref)
    if row.essay_version_id is None or no != len(row.paper.split()) + 1:
        raise NotFound
    return row


def _saved_choices(session: Session, row: Attempt) -> dict[int, Saved]:
    mine = (AnswerSheet.attempt_id == row.id, AnswerSheet.contest_id == row.contest_id)
    answers = session.scalars(select(AnswerSheet.answers).where(*mine)).one()
    return sheet.Answers(answers, row.started_at).all()


def _item(no: int, asked: banks.Asked, order: Sequence[int], saved: Saved | None) -> PaperItem:
    options = tuple(asked.options[position][1] for position in order)
    return PaperItem(no, asked.version_id, asked.kind, asked.stem, options, saved)
