"""What a question is, and when it is fit to be asked. Plain data, plain checks."""

import hashlib
import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from quizapp.foundation.i18n import N_


class Kind(StrEnum):
    """What is asked for: one option, several, or a text."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    ESSAY = "essay"


DOMAINS = ("general", "education", "justice", "labour")
DIFFICULTIES = ("recognise", "understand", "apply")
AUDIENCES = ("student", "staff")


@dataclass(frozen=True)
class LegalBasis:
    """The article a question rests on: the original document, not a later copy of it."""

    document: str
    article: str


@dataclass(frozen=True)
class Option:
    """One answer on offer. ``id`` is the bank's own and never reaches a contestant."""

    id: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question as its author wrote it.

    ``valid_from`` is the first day on which its answer is right, ``valid_to`` the first on which it no longer is
    (``None``: no end known).
    """

    code: str
    kind: Kind
    audience: tuple[str, ...]
    difficulty: str
    topic: str
    stem: str
    legal_basis: tuple[LegalBasis, ...]
    source: str
    valid_from: date
    valid_to: date | None = None
    options: tuple[Option, ...] = ()
    key: tuple[str, ...] = ()
    explanation: str = ""
    outline: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool:
        """Tell whether the answer was right on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class BankHead:
    """What a bank says of itself."""

    slug: str
    title_vi: str
    title_en: str
    domain: str
    as_of: date


def fingerprint(question: Question) -> str:
    """Return the SHA-256 of everything the question says; equal fingerprints are equal questions."""
    said = json.dumps(asdict(question), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(unicodedata.normalize("NFC", said).encode()).hexdigest()


def faults(question: Question) -> list[str]:
    """Return what makes the question unfit to be asked, as sentences; empty when it is fit."""
    found = [sentence for broken, sentence in _common(question) if broken]
    own = _essay(question) if question.kind is Kind.ESSAY else _choice(question)
    return found + [sentence for broken, sentence in own if broken]


def _common(question: Question) -> list[tuple[bool, str]]:
    ends_early = question.valid_to is not None and question.valid_to <= question.valid_from
    return [
        (not question.stem, N_("Thiếu nội dung câu hỏi (stem).")),
        (not question.legal_basis, N_("Thiếu căn cứ pháp lý (legal_basis).")),
        (not question.source, N_("Thiếu nguồn (source).")),
        (not question.audience, N_("Thiếu đối tượng (audience).")),
        (ends_early, N_("Ngày hết hiệu lực (valid_to) phải sau ngày có hiệu lực (valid_from).")),
    ]


def _choice(question: Question) -> list[tuple[bool, str]]:
    ids = [option.id for option in question.options]
    texts = [option.text.casefold() for option in question.options]
    right = len(set(question.key))
    return [
        (not 2 <= len(ids) <= 8, N_("Câu trắc nghiệm cần từ 2 đến 8 phương án.")),
        (len(set(texts)) < len(texts), N_("Có hai phương án giống nhau.")),
        (not set(question.key) <= set(ids), N_("Đáp án (key) không có trong các phương án.")),
        (right < len(question.key), N_("Đáp án (key) ghi một phương án hai lần.")),
        (question.kind is Kind.SINGLE and right != 1, N_("Câu một lựa chọn phải có đúng một đáp án.")),
        (question.kind is Kind.MULTIPLE and right < 2, N_("Câu nhiều lựa chọn phải có ít nhất hai đáp án.")),
        (
            question.kind is Kind.MULTIPLE and right == len(ids),
            N_("Câu nhiều lựa chọn không thể đúng tất cả phương án."),
        ),
        (not question.explanation, N_("Thiếu lời giải thích (explanation).")),
        (bool(question.outline), N_("Gợi ý chấm (outline) chỉ dành cho câu tự luận.")),
    ]


def _essay(question: Question) -> list[tuple[bool, str]]:
    return [
        (
            bool(question.options or question.key or question.explanation),
            N_("Câu tự luận không có phương án, đáp án hay lời giải thích."),
        ),
        (not question.outline, N_("Câu tự luận cần gợi ý chấm (outline).")),
    ]
