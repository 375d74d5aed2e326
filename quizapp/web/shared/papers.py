"""An attempt as the browser sees it. A list of what may leave the server: nothing else does, the key least of all."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from quizapp.attempts.queries import AttemptView, PaperItem, ReceiptView
from quizapp.attempts.rules import time_used
from quizapp.contests.queries import RoundView
from quizapp.grading.queries import Score

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


def attempt_out(attempt: AttemptView, view: RoundView, now: datetime) -> AttemptOut:
    """Return the attempt as it may leave the server."""
    items: list[ChoiceOut | MultipleOut | EssayOut] = [_choice(item) for item in attempt.items]
    if attempt.essay and view.terms.essay:
        saved = attempt.essay.saved
        items.append(
            EssayOut(
                no=attempt.essay.no,
                stem=attempt.essay.stem,
                word_limit=view.terms.essay.word_limit,
                html=(saved.html or "") if saved else "",
                words=(saved.words or 0) if saved else 0,
                seq=saved.seq if saved else 0,
                saved_at=saved.saved_at if saved else None,
            )
        )
    return AttemptOut(
        ref=attempt.ref,
        state=attempt.state.value,
        kind=view.kind.value,
        started_at=attempt.started_at,
        deadline=attempt.deadline_at,
        server_time=now,
        items=tuple(items),
    )


def receipt_out(
    receipt: ReceiptView, attempt: AttemptView, view: RoundView, score: Score | None, verify_url: str, entry: EntryOut
) -> ReceiptOut:
    """Return the receipt; ``verify_url`` is the page on which anyone can check it."""
    shown = "choices_score" in view.terms.shows
    used = time_used(attempt.started_at, receipt.handed_in_at)
    return ReceiptOut(
        code=receipt.code,
        handed_in_at=receipt.handed_in_at,
        sha256=receipt.sha256,
        verify_url=verify_url,
        time_used_s=int(used.total_seconds()) if "time_used" in view.terms.shows else None,
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
