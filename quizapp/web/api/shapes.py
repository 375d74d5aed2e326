"""What goes in and out besides papers. Unknown names in a body are refused: nobody assigns what was not asked for."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from quizapp.attempts.saving import Kept
from quizapp.web.shared.papers import Moment, Shape

Seq = Annotated[
    int, Meta(ge=1, le=2**31 - 1, description="The stored number + 1; grows with every change of this item.")
]
Position = Annotated[int, Meta(ge=0, le=99)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The base of everything that comes in."""


class Empty(Body, frozen=True):
    """An empty object."""


class SignIn(Body, frozen=True):
    """The code and PIN from the slip."""

    code: Annotated[str, Meta(min_length=1, max_length=40)]
    pin: Annotated[str, Meta(min_length=1, max_length=40)]


class SaveResponse(Body, frozen=True):
    """A change of one item: ``choice`` (positions in the paper's own order) or ``html`` (the essay)."""

    seq: Seq
    choice: Annotated[list[Position], Meta(max_length=20)] | None = None
    html: Annotated[str, Meta(max_length=400_000)] | None = None


class Settings(Body, frozen=True):
    """How pages shall look for this person; ``text_size`` in per cent."""

    text_size: Literal["100", "125", "150", "200"]
    contrast: Literal["normal", "high"]
    face: Literal["standard", "readable"]
    motion: Literal["full", "reduced"]


class SessionOut(Shape, frozen=True):
    """Who is signed in, and the token that every unsafe request must carry as ``X-CSRFToken``."""

    signed_in: bool
    csrf: str
    name: str | None
    roles: tuple[str, ...]


class RoundOut(Shape, frozen=True):
    """A round the person may enter."""

    ref: str
    contest: str
    title: str
    kind: Literal["sitting", "written"]
    opens_at: Moment
    closes_at: Moment
    state: Literal["soon", "open", "closed"]
    paused: bool
    attempt: str | None


class RoundsOut(Shape, frozen=True):
    """The rounds the person may enter."""

    rounds: tuple[RoundOut, ...]


class SavedOut(Shape, frozen=True, omit_defaults=True):
    """What was stored, durably, before this was sent; and the deadline, which may have been moved meanwhile."""

    no: int
    seq: int
    saved_at: Moment
    deadline: Moment
    words: int | None = None


def saved_out(kept: Kept) -> SavedOut:
    """Return what is told of a change that was stored."""
    saved = kept.saved
    return SavedOut(no=saved.no, seq=saved.seq, saved_at=saved.saved_at, deadline=kept.deadline_at, words=saved.words)


class TimeOut(Shape, frozen=True):
    """How an attempt stands in time. While its round is ``paused`` no deadline passes; afterwards it lies later."""

    server_time: Moment
    deadline: Moment
    state: Literal["open", "handed_in", "void"]
    paused: bool


class VersionOut(Shape, frozen=True):
    """An earlier text of an essay, without its words; ``seq`` is the number it was saved under."""

    ref: str
    saved_at: Moment
    words: int
    seq: int


class VersionsOut(Shape, frozen=True):
    """The earlier texts that were kept, the newest first."""

    versions: tuple[VersionOut, ...]


class VersionText(Shape, frozen=True):
    """One earlier text (cleaned HTML). Saving it as a new change brings it back; what it replaces is kept then."""

    ref: str
    saved_at: Moment
    words: int
    html: str


class PublicReceipt(Shape, frozen=True):
    """A receipt as anyone may see it who knows its code."""

    code: str
    contest: str
    handed_in_at: Moment
    sha256: str


class Newer(Shape, frozen=True, omit_defaults=True):
    """What is stored of an item: ``choice`` of a choice item, ``html`` and ``words`` of the essay."""

    seq: int
    saved_at: Moment
    choice: tuple[int, ...] | None = None
    html: str | None = None
    words: int | None = None


class Problem(Shape, frozen=True, omit_defaults=True):
    """An error (RFC 9457): what happened, what was kept, what to do next, in the reader's language.

    ``newer`` comes with ``urn:quizapp:stale`` alone: the work that a save would have overwritten.
    """

    type: str
    title: str
    detail: str
    status: int
    newer: Newer | None = None
