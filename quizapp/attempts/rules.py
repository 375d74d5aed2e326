"""The law of the attempt: its states, its deadline, what may be written, and what the receipt vouches for."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quizapp.foundation.errors import BadInput, RuleBroken
from quizapp.foundation.i18n import N_

# How long after a deadline the timetable waits before it hands in: a change that had arrived in time may still be
# waiting for its batch and for the disk. The deadline itself does not move by it.
GRACE = timedelta(seconds=5)


class AttemptState(StrEnum):
    """Where an attempt stands."""

    OPEN = "open"
    HANDED_IN = "handed_in"
    VOID = "void"


MOVES: dict[str, tuple[set[AttemptState], AttemptState]] = {
    "hand_in": ({AttemptState.OPEN}, AttemptState.HANDED_IN),
    "void": ({AttemptState.OPEN, AttemptState.HANDED_IN}, AttemptState.VOID),
}


class AttemptClosed(RuleBroken):
    """The attempt is handed in, void, or past its deadline."""

    message = N_("Bài đã đóng nên không nhận thêm thay đổi. Những gì đã lưu trước đó vẫn được giữ và được chấm.")
    slug = "attempt-closed"


class KeptAside(AttemptClosed):
    """The attempt is closed; what came too late was kept aside and marked, for people to decide about."""

    message = N_(
        "Bài đã đóng nên thay đổi này không được tính. Nội dung đến muộn đã được giữ riêng trên máy chủ để "
        "ban tổ chức xem; những gì đã lưu trước đó vẫn được giữ và được chấm."
    )


class StaleWrite(RuleBroken):
    """Newer work than this is stored already; ``newer`` holds it."""

    message = N_(
        "Câu này đã được sửa ở nơi khác sau khi trang này được mở. Nội dung mới hơn vẫn được giữ; hãy xem và chọn."
    )
    slug = "stale"

    def __init__(self, newer: "Saved") -> None:
        super().__init__()
        self.newer = newer


class NotAnAnswer(BadInput):
    """The answer does not fit the question."""

    message = N_("Câu trả lời không hợp với câu hỏi này. Chưa có gì bị thay đổi.")


@dataclass(frozen=True)
class Saved:
    """What is stored for one item. ``choice`` for choice items, ``html`` for the essay."""

    no: int
    seq: int
    saved_at: datetime
    choice: tuple[int, ...] = ()
    html: str | None = None
    words: int | None = None


@dataclass(frozen=True)
class Answer:
    """One line of the record that the receipt's hash stands for."""

    no: int
    question: str
    chosen: tuple[str, ...]
    text: str | None = None


def next_state(state: AttemptState, move: str) -> AttemptState:
    """Return the state after ``move``.

    Raises:
        AttemptClosed: if the move starts from other states.
    """
    sources, target = MOVES[move]
    if state not in sources:
        raise AttemptClosed
    return target


def deadline(started_at: datetime, allowed: timedelta | None, extra: timedelta, closes_at: datetime) -> datetime:
    """Return the first instant (UTC) that is too late for an answer; the window's end where no clock runs.

    Extra time lengthens the sitting but never outlives the window.
    Source: Plan of the Thanh Xuân education office, 2019, part II.4 ("trước 17h00": the end itself is late).

    Raises:
        ValueError: if ``allowed`` or ``extra`` is negative.
    """
    if min(allowed or timedelta(0), extra) < timedelta(0):
        raise ValueError("a sitting cannot be shorter than nothing")
    return closes_at if allowed is None else min(started_at + allowed + extra, closes_at)


def accept_write(state: AttemptState, came_at: datetime, deadline_at: datetime, paused_at: datetime | None) -> None:
    """Let a write through that came strictly before the deadline of an open attempt. The one gate for every write.

    ``came_at`` is the server's instant at which the whole of it had arrived. While a round is paused, no deadline
    passes that had not passed when it was.

    Raises:
        AttemptClosed: otherwise.
    """
    if state is not AttemptState.OPEN or has_passed(came_at, deadline_at, paused_at):
        raise AttemptClosed


def has_passed(now: datetime, deadline_at: datetime, paused_at: datetime | None) -> bool:
    """Tell whether a deadline is over at ``now``; it itself is late."""
    return now >= deadline_at and (paused_at is None or paused_at >= deadline_at)


def check_choice(kind: str, options: int, choice: Sequence[int]) -> tuple[int, ...]:
    """Return ``choice`` in order: distinct positions from 0 below ``options``, at most one for a single-choice item.

    Raises:
        NotAnAnswer: otherwise.
    """
    within = all(0 <= position < options for position in choice)
    if not within or len(set(choice)) < len(choice) or (kind == "single" and len(choice) > 1):
        raise NotAnAnswer
    return tuple(sorted(choice))


def check_order(stored: Saved | None, seq: int, same: bool) -> bool:
    """Decide what a write numbered ``seq`` does: ``True`` store it, ``False`` it is there already (a retry).

    Raises:
        StaleWrite: if something newer is stored, or something else under the same number.
    """
    if stored is None or seq > stored.seq:
        return True
    if seq == stored.seq and same:
        return False
    raise StaleWrite(stored)


def keeps_version(
    previous: Saved, last_kept_at: datetime | None, began_at: datetime, words: int, restores: bool = False
) -> bool:
    """Tell whether an essay's ``previous`` text is kept when one of ``words`` words replaces it.

    It is when an earlier text takes its place – whoever went back may want to come forward again –, when much is gone –
    a tenth, and twenty words – or when the last one kept is old: five minutes, or a twentieth of the time the attempt
    has lasted, so that weeks of writing leave some two hundred versions and not thousands.
    """
    if restores or (previous.words and previous.words - words >= max(20, previous.words / 10)):
        return True
    spacing = max(timedelta(minutes=5), (previous.saved_at - began_at) / 20)
    return previous.saved_at - (last_kept_at or began_at) >= spacing


def time_used(started_at: datetime, handed_in_at: datetime) -> timedelta:
    """Return the time between start and hand-in in whole seconds; what ties are broken by."""
    return timedelta(seconds=int((handed_in_at - started_at).total_seconds()))


def record(attempt_ref: str, started_at: datetime, handed_in_at: datetime, answers: Collection[Answer]) -> bytes:
    """Return the attempt's content as canonical JSON: UTF-8, names sorted, no spaces. Its SHA-256 is on the receipt."""
    told = {
        "attempt": attempt_ref,
        "started_at": started_at.isoformat(),
        "handed_in_at": handed_in_at.isoformat(),
        "answers": [
            {"no": one.no, "question": one.question, "chosen": one.chosen, "text": one.text} for one in answers
        ],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of a record, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
