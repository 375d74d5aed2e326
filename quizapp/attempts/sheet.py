"""How a paper and the answers to it are written down: two short texts an attempt.

A contest of a million entries has forty million answers. As rows of their own they would cost their keys and headers
many times over; together they are a few hundred bytes that are read, changed and written in one go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from quizapp.attempts.rules import Saved

# The kinds of choice item, by the letter that stands for them.
_KINDS = {"s": "single", "m": "multiple"}
_LETTERS = {kind: letter for letter, kind in _KINDS.items()}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MICROSECOND = timedelta(microseconds=1)

_pack = msgspec.json.Encoder().encode
_unpack = msgspec.json.Decoder(list[tuple[int, int, int, int]]).decode


@dataclass(frozen=True, slots=True)
class Place:
    """A choice item's place on a paper; ``order`` holds the bank's option positions as this paper shows them."""

    version_id: int
    kind: str
    order: tuple[int, ...]


def write_paper(places: Iterable[Place]) -> str:
    """Return the paper as text, an item a word: version, kind, and one digit an option (``"217s3012 54m102"``)."""
    return " ".join(
        f"{place.version_id}{_LETTERS[place.kind]}{''.join(_DIGITS[position] for position in place.order)}"
        for place in places
    )


def read_paper(text: str) -> list[Place]:
    """Return the places that :func:`write_paper` wrote.

    Raises:
        ValueError: if it is no paper.
    """
    return [read_place(word) for word in text.split()]


@lru_cache(65_536)
def read_place(word: str) -> Place:
    """Return one item's place from its word on the paper.

    Raises:
        ValueError: if it is none.
    """
    version, letter, order = word.partition("s")
    if not letter:
        version, letter, order = word.partition("m")
    if not letter:
        raise ValueError("no kind of item on a paper")
    return Place(int(version), _KINDS[letter], tuple(int(digit, 36) for digit in order))


class Answers:
    """The answers on a sheet. Only what is asked for is unfolded: a save touches one of forty.

    As text they are JSON: ``[no, seq, chosen positions as bits, microseconds since the start]`` each.

    Raises:
        msgspec.DecodeError: if the text is no sheet of answers.
    """

    __slots__ = ("_cells", "_started_at")

    def __init__(self, text: str, started_at: datetime) -> None:
        self._started_at = started_at
        self._cells = {cell[0]: cell for cell in _unpack(text)}

    def get(self, no: int) -> Saved | None:
        """Return the answer to item ``no``."""
        cell = self._cells.get(no)
        return self._saved(cell) if cell else None

    def choice(self, no: int) -> tuple[int, ...]:
        """Return what is chosen for item ``no``: positions in the paper's own order."""
        cell = self._cells.get(no)
        return _positions(cell[2]) if cell else ()

    def is_answered(self, no: int) -> bool:
        """Tell whether anything is chosen for item ``no``."""
        cell = self._cells.get(no)
        return cell is not None and cell[2] > 0

    def all(self) -> dict[int, Saved]:
        """Return item number → answer."""
        return {no: self._saved(cell) for no, cell in self._cells.items()}

    def put(self, saved: Saved) -> None:
        """Write an answer down, in place of the one before."""
        after = (saved.saved_at - self._started_at) // _MICROSECOND
        self._cells[saved.no] = (saved.no, saved.seq, _bits(saved.choice), after)

    def text(self) -> str:
        """Return what to store."""
        return _pack(list(self._cells.values())).decode()

    def _saved(self, cell: tuple[int, int, int, int]) -> Saved:
        no, seq, bits, after = cell
        return Saved(no, seq, self._started_at + timedelta(microseconds=after), choice=_positions(bits))


EMPTY = "[]"


def _bits(choice: Sequence[int]) -> int:
    return sum(1 << position for position in choice)


@lru_cache(4096)
def _positions(bits: int) -> tuple[int, ...]:
    return tuple(position for position in range(bits.bit_length()) if bits >> position & 1)
