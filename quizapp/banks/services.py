"""Previewing and loading a bank: a verdict per question, then all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

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
    judged = [_judge(located, known, problems) for located in draft.questions]
    judged += [
        Judged(problem.code, problem.place, Verdict.REFUSED, "", (problem,))
        for problem in draft.problems
        if problem.code and problem.code not in codes
    ]
    return Preview(draft.head, tuple(judged), tuple(problems))


def load(work: Work, draft: Draft) -> Preview:
    """Load ``draft``: new questions, and a new version of each changed one. Loading the same again changes nothing.

    Raises:
        BankRefused: if anything is wrong with it; nothing is loaded then.
    """
    require(work.actor.has(Role.ADMINISTRATOR))
    bank = _locked(work, draft.head)
    seen = preview(work, draft)
    if not seen.fit or seen.head is None:
        raise BankRefused(seen)
    bank = bank or Bank(slug=seen.head.slug, loaded_at=work.now)
    retitled = _describe(work, bank, seen.head)
    verdicts = {judged.code: judged.verdict for judged in seen.judged}
    fresh = [at.question for at in draft.questions if verdicts[at.question.code] is not Verdict.UNCHANGED]
    _add_versions(work, bank, fresh)
    if fresh or retitled:
        changed = {str(verdict): seen.count(verdict) for verdict in (Verdict.NEW, Verdict.CHANGED)}
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


def _locked(work: Work, head: BankHead | None) -> Bank | None:
    """Return the bank's row, locked before anything is compared: two loads at once come one after the other."""
    slug = head.slug if head else ""
    return work.session.scalar(select(Bank).where(Bank.slug == slug).with_for_update())


def _describe(work: Work, bank: Bank, head: BankHead) -> bool:
    """Write down what the bank says of itself; return whether that is news."""
    bank.title = {"vi": head.title_vi, "en": head.title_en}
    bank.domain, bank.as_of = head.domain, head.as_of
    work.session.add(bank)
    news = work.session.is_modified(bank)
    work.session.flush()
    return news


def _add_versions(work: Work, bank: Bank, questions: Sequence[Question]) -> None:
    """Add a version of each question; as many statements for a hundred of them as for two."""
    if not questions:
        return
    theirs = Item.code.in_([question.code for question in questions])
    known = set(work.session.scalars(select(Item.code).where(theirs)))
    new = [{"bank_id": bank.id, "code": at.code, "current": 0} for at in questions if at.code not in known]
    if new:
        work.session.execute(insert(Item), new)
    one_up = update(Item).where(theirs).values(current=Item.current + 1)
    work.session.execute(one_up.execution_options(synchronize_session=False))
    items = {row.code: row for row in work.session.execute(select(Item.code, Item.id, Item.current).where(theirs))}
    work.session.execute(
        insert(ItemVersion),
        [
            {"item_id": items[at.code].id, "number": items[at.code].current, "made_at": work.now, **_columns(at)}
            for at in questions
        ],
    )


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
