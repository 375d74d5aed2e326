"""An attempt as the browser sees it. A list of what may leave the server: nothing else does, the key least of all."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from quizapp.attempts.glance import Glance
from quizapp.attempts.queries import AttemptView, PaperItem
from quizapp.attempts.rules import time_used
from quizapp.contests.rules import RoundKind, RoundTerms
from quizapp.entries.handed_in import HandedIn

# An instant as it goes out: RFC 3339 with its zone, described so.
Moment = Annotated[datetime, Meta(tz=True)]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The base of everything that goes out."""


class ChoiceOut(Shape, frozen=True, tag_field="kind", tag="single"):
    """A choice item with one answer; ``choice`` holds positions in ``options``, from 0."""

    no: int
    stem: str
    options: tuple[str, ...]
    choice: tuple[int, ...]
    seq: int
    saved_at: Moment | None


class MultipleOut(ChoiceOut, frozen=True, tag_field="kind", tag="multiple"):
    """A choice item with several answers."""


class EssayOut(Shape, frozen=True, tag_field="kind", tag="essay"):
    """The essay: its prompt and the text as stored (cleaned HTML)."""

    no: int
    stem: str
    word_limit: int
    html: str
    words: int
    seq: int
    saved_at: Moment | None


class AttemptOut(Shape, frozen=True):
    """A whole attempt as its owner sees it."""

    ref: str
    state: Literal["open", "handed_in", "void"]
    kind: Literal["sitting", "written"]
    started_at: Moment
    deadline: Moment
    server_time: Moment
    items: tuple[ChoiceOut | MultipleOut | EssayOut, ...]


class ScoreOut(Shape, frozen=True):
    """Points as decimal text."""

    points: str
    max: str


class EntryOut(Shape, frozen=True):
    """The PDF: being made, where it is, or that it could not be made (the hand-in stands all the same)."""

    state: Literal["waiting", "ready", "failed"]
    url: str | None


class ReceiptOut(Shape, frozen=True):
    """The receipt with what the round shows after hand-in."""

    code: str
    handed_in_at: Moment
    sha256: str
    verify_url: str
    time_used_s: int | None
    score_shown: bool
    score: ScoreOut | None
    entry: EntryOut


def attempt_out(attempt: AttemptView, kind: RoundKind, terms: RoundTerms, now: datetime) -> AttemptOut:
    """Return the attempt as it may leave the server."""
    items: list[ChoiceOut | MultipleOut | EssayOut] = [_choice(item) for item in attempt.items]
    if attempt.essay and terms.essay:
        saved = attempt.essay.saved
        items.append(
            EssayOut(
                no=attempt.essay.no,
                stem=attempt.essay.stem,
                word_limit=terms.essay.word_limit,
                html=(saved.html or "") if saved else "",
                words=(saved.words or 0) if saved else 0,
                seq=saved.seq if saved else 0,
                saved_at=saved.saved_at if saved else None,
            )
        )
    return AttemptOut(
        ref=attempt.ref,
        state=attempt.state.value,
        kind=kind.value,
        started_at=attempt.started_at,
        deadline=attempt.deadline_at,
        server_time=now,
        items=tuple(items),
    )


class DataItem(Shape, frozen=True, omit_defaults=True):
    """What a page's scripts need of an item: where it stands, not its words."""

    no: int
    kind: str
    seq: int
    saved_at: Moment | None
    choice: tuple[int, ...] | None = None
    html: str | None = None


class PageData(Shape, frozen=True):
    """What a page's scripts need of an attempt."""

    ref: str
    state: str
    kind: str
    started_at: Moment
    deadline: Moment
    server_time: Moment
    items: tuple[DataItem, ...]


def page_data(found: Glance, now: datetime) -> PageData:
    """Return what the scripts of a paper's pages need."""
    items = [_data_item(found, no, place.kind) for no, place in enumerate(found.places, 1)]
    if found.essay_version_id is not None:
        essay = found.essay
        html, seq, saved_at = (essay.html or "", essay.seq, essay.saved_at) if essay else ("", 0, None)
        items.append(DataItem(no=found.essay_no, kind="essay", seq=seq, saved_at=saved_at, html=html))
    return PageData(
        ref=found.ref,
        state=found.state,
        kind=found.kind,
        started_at=found.started_at,
        deadline=found.deadline_at,
        server_time=now,
        items=tuple(items),
    )


def _data_item(found: Glance, no: int, kind: str) -> DataItem:
    saved = found.answers.get(no)
    if saved is None:
        return DataItem(no=no, kind=kind, seq=0, saved_at=None, choice=())
    return DataItem(no=no, kind=kind, seq=saved.seq, saved_at=saved.saved_at, choice=saved.choice)


def receipt_out(found: HandedIn, verify_url: str, entry: EntryOut) -> ReceiptOut:
    """Return the receipt; ``verify_url`` is the page on which anyone can check it."""
    receipt, shows, score = found.receipt, found.terms.shows, found.score
    used = time_used(found.started_at, receipt.handed_in_at)
    shown = "choices_score" in shows
    return ReceiptOut(
        code=receipt.code,
        handed_in_at=receipt.handed_in_at,
        sha256=receipt.sha256,
        verify_url=verify_url,
        time_used_s=int(used.total_seconds()) if "time_used" in shows else None,
        score_shown=shown,
        score=ScoreOut(points=_plain(score.points), max=_plain(score.max_points)) if score and shown else None,
        entry=entry,
    )


def as_dict(shape: Shape) -> dict[str, Any]:
    """Return ``shape`` for a template: plain values, instants still instants."""
    told: dict[str, Any] = msgspec.to_builtins(shape, builtin_types=(datetime,))
    return told


def _plain(marks: object) -> str:
    text = f"{marks:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _choice(item: PaperItem) -> ChoiceOut | MultipleOut:
    shape = ChoiceOut if item.kind == "single" else MultipleOut
    saved = item.saved
    return shape(
        no=item.no,
        stem=item.stem,
        options=item.options,
        choice=saved.choice if saved else (),
        seq=saved.seq if saved else 0,
        saved_at=saved.saved_at if saved else None,
    )
