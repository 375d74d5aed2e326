"""Previewing and loading a bank: a verdict per question, then all or nothing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from quizapp.banks import queries
from quizapp.banks.draft import Draft, Located, Place, Problem
from quizapp.banks.models import Bank, Item, ItemVersion
from quizapp.banks.rules import BankHead, Question, fingerprint
from quizapp.foundation.access import Role
from quizapp.foundation.errors import BadInput, require
from quizapp.foundation.i18n import N_
from quizapp.foundation.work import Work


class Verdict(StrEnum):
    """What loading would do with a question."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Judged:
    """A question, where it stands, and what loading would do with it."""

    code: str
    place: Place
    verdict: Verdict
    stem: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What loading a draft would do. It would do nothing at all if there is one problem."""

    head: BankHead | None
    judged: tuple[Judged, ...]
    problems: tuple[Problem, ...]

    @property
    def fit(self) -> bool:
        """Whether the bank can be loaded."""
        return self.head is not None and not self.problems

    def count(self, verdict: Verdict | str) -> int:
        """Return how many questions have ``verdict``."""
        return sum(judged.verdict == verdict for judged in self.judged)


class BankRefused(BadInput):
    """The bank has problems; nothing of it was loaded."""

    message = N_("Ngân hàng câu hỏi còn lỗi nên chưa nạp câu nào.")

    def __init__(self, preview: Preview) -> None:
        super().__init__()
        self.preview = preview


def preview(work: Work, draft: Draft) -> Preview:
    """Compare ``draft`` with what is loaded, changing nothing."""
    codes = [located.question.code for located in draft.questions]
    known = queries.known_fingerprints(work.session, codes)
    slug = draft.head.slug if draft.head else ""
    problems = [*draft.problems, *_foreign(draft, known, slug)]
    judged = tuple(_judge(located, known, problems) for located in draft.questions)
    return Preview(draft.head, judged, tuple(problems))


def load(work: Work, draft: Draft) -> Preview:
    """Load ``draft``: new questions, and a new version of each changed one. Loading the same again changes nothing.

    Raises:
        BankRefused: if anything is wrong with it; nothing is loaded then.
    """
    require(work.actor.has(Role.ADMINISTRATOR))
    seen = preview(work, draft)
    if not seen.fit or seen.head is None:
        raise BankRefused(seen)
    bank = _bank(work, seen.head)
    verdicts = {judged.code: judged.verdict for judged in seen.judged}
    for located in draft.questions:
        if verdicts[located.question.code] is not Verdict.UNCHANGED:
            _add_version(work, bank, located.question)
    changed = {str(verdict): seen.count(verdict) for verdict in (Verdict.NEW, Verdict.CHANGED)}
    if any(changed.values()):
        work.audit("load_bank", f"bank:{bank.slug}", **changed)
    return seen


def _foreign(draft: Draft, known: Mapping[str, tuple[str, str]], slug: str) -> list[Problem]:
    message = N_("Mã câu hỏi này thuộc ngân hàng «%(bank)s».")
    others = [
        (located, known[located.question.code][0]) for located in draft.questions if located.question.code in known
    ]
    return [Problem(at.place, message, {"bank": bank}, at.question.code) for at, bank in others if bank != slug]


def _judge(located: Located, known: Mapping[str, tuple[str, str]], problems: list[Problem]) -> Judged:
    question = located.question
    own = tuple(problem for problem in problems if problem.code == question.code)
    before = known.get(question.code)
    if own:
        verdict = Verdict.REFUSED
    elif before is None:
        verdict = Verdict.NEW
    else:
        verdict = Verdict.UNCHANGED if before[1] == fingerprint(question) else Verdict.CHANGED
    return Judged(question.code, located.place, verdict, question.stem, own)


def _bank(work: Work, head: BankHead) -> Bank:
    bank = work.session.scalar(select(Bank).where(Bank.slug == head.slug).with_for_update())
    if bank is None:
        bank = Bank(slug=head.slug, loaded_at=work.now)
        work.session.add(bank)
    bank.title = {"vi": head.title_vi, "en": head.title_en}
    bank.domain, bank.as_of = head.domain, head.as_of
    work.session.flush()
    return bank


def _add_version(work: Work, bank: Bank, question: Question) -> None:
    item = work.session.scalar(select(Item).where(Item.code == question.code))
    if item is None:
        item = Item(bank_id=bank.id, code=question.code, current=0)
        work.session.add(item)
    item.current += 1
    work.session.flush()
    work.session.add(ItemVersion(item_id=item.id, number=item.current, made_at=work.now, **_columns(question)))


def _columns(question: Question) -> dict[str, Any]:
    body: dict[str, Any] = {"stem": question.stem}
    if question.options:
        body["options"] = [[option.id, option.text] for option in question.options]
    return {
        "fingerprint": fingerprint(question),
        "kind": question.kind.value,
        "difficulty": question.difficulty,
        "audience": list(question.audience),
        "valid_from": question.valid_from,
        "valid_to": question.valid_to,
        "body": body,
        "answer_key": list(question.key) or None,
        "notes": {
            "topic": question.topic,
            "explanation": question.explanation,
            "outline": list(question.outline),
            "legal_basis": [asdict(basis) for basis in question.legal_basis],
            "source": question.source,
        },
    }
