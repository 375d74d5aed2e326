"""A bank as read from files: what could be read, where it stood, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from quizapp.banks.rules import BankHead, Question, faults
from quizapp.foundation.i18n import N_


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing wrong, where it stands, and what it is about."""

    place: Place
    message: str
    values: dict[str, str] = field(default_factory=dict)
    code: str = ""

    def __str__(self) -> str:
        about = f"{self.code}: " if self.code else ""
        return f"{self.place}: {about}{self.message % self.values if self.values else self.message}"


@dataclass(frozen=True)
class Located:
    """A question and where it stands."""

    question: Question
    place: Place


@dataclass
class Draft:
    """Everything read from one bank's files."""

    head: BankHead | None = None
    questions: list[Located] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def blame(self, place: Place, message: str, code: str = "", **values: str) -> None:
        """Note one thing wrong."""
        self.problems.append(Problem(place, message, values, code))

    def check(self) -> "Draft":
        """Add what the rules find wrong with each question and with the bank as a whole; return the draft."""
        self.problems.extend(self._unfit())
        self.problems.extend(self._repeated())
        if not self.questions and not self.problems:
            self.blame(Place("bank.yaml", 1), N_("Ngân hàng không có câu hỏi nào."))
        return self

    def _unfit(self) -> Iterator[Problem]:
        for located in self.questions:
            for fault in faults(located.question):
                yield Problem(located.place, fault, code=located.question.code)

    def _repeated(self) -> Iterator[Problem]:
        seen: dict[str, Place] = {}
        for located in self.questions:
            code = located.question.code
            if code in seen:
                values = {"place": str(seen[code])}
                yield Problem(located.place, N_("Mã câu hỏi đã dùng ở %(place)s."), values, code)
            seen.setdefault(code, located.place)
