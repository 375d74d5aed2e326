"""What stands on an entry's paper: plain data, nothing to look up."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Variant(StrEnum):
    """Whose eyes the paper is for: the participant and the organisers, or the judges."""

    NAMED = "named"
    BLIND = "blind"


@dataclass(frozen=True)
class Margins:
    """The page's white edges, in millimetres.

    The default lies within what administrative papers use (top and bottom 20-25, left 30-35, right 15-20; Decree
    30/2020/NĐ-CP, annex I), though an entry need not follow it: 30 on the left leaves room for binding, 20 on the right
    keeps the lines of 14 pt at about 80 signs, and 25 at the foot holds the page number without crowding the text.
    """

    top: float = 20
    right: float = 20
    bottom: float = 25
    left: float = 30

    def __post_init__(self) -> None:
        if not all(10 <= edge <= 60 for edge in (self.top, self.right, self.bottom, self.left)):
            raise ValueError("a margin must be between 10 and 60 mm, or the text leaves the paper")


@dataclass(frozen=True)
class Answer:
    """One multiple-choice item as the participant left it; ``chosen`` is empty when it was not answered."""

    no: int
    stem: str
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Receipt:
    """The proof of handing in; ``handed_in_at`` is already written as people read it, ``sha256`` is hexadecimal."""

    code: str
    handed_in_at: str
    sha256: str


@dataclass(frozen=True)
class EntryDocument:
    """An entry ready for paper. No key and no score has a place in it.

    ``organiser`` runs from the higher body to the one that organises; ``particulars`` are (label, value) in the order
    of the paper; ``essay_html`` comes cleaned from ``foundation.sanitize``; ``entry_code`` stands at the foot of every
    page. A blind entry carries a script code there, and neither particulars nor receipt.
    """

    contest_title: str
    round_title: str
    organiser: tuple[str, ...]
    variant: Variant
    entry_code: str
    particulars: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]
    essay_prompt: str
    essay_html: str
    words: int
    receipt: Receipt | None
    verify_url: str | None
    margins_mm: Margins = Margins()

    def __post_init__(self) -> None:
        if self.variant is Variant.BLIND and (self.particulars or self.receipt or self.verify_url):
            raise ValueError("a blind entry must not tell whose it is")

    def blind(self, script_code: str) -> "EntryDocument":
        """Return the same work for the judges, known by ``script_code`` alone."""
        return replace(
            self, variant=Variant.BLIND, entry_code=script_code, particulars=(), receipt=None, verify_url=None
        )
