"""Making entries: what stands on the paper, printing it, keeping it."""

from sqlalchemy import select

from quizapp.attempts import queries as attempts
from quizapp.attempts.models import Attempt
from quizapp.attempts.queries import AttemptView, chosen_texts
from quizapp.contests import queries as contests
from quizapp.entries.document import Answer, EntryDocument, Margins, Receipt, Variant
from quizapp.entries.models import Entry
from quizapp.entries.pdf import render_entry
from quizapp.foundation.clock import written
from quizapp.foundation.errors import NotFound
from quizapp.foundation.storage import Storage
from quizapp.foundation.work import Work
from quizapp.roster import queries as roster
from quizapp.roster.queries import Particulars


def document(view: Work, attempt_id: int, address: str) -> EntryDocument:
    """Return what stands on the named entry of a handed-in attempt.

    Raises:
        NotFound: if the attempt is not handed in.
    """
    attempt = attempts.by_id(view.session, attempt_id)
    receipt = attempts.receipt_of(view.session, attempt_id)
    if receipt is None:
        raise NotFound
    around = contests.round_by_id(view.session, attempt.round_id)
    essay = attempt.essay.saved if attempt.essay else None
    return EntryDocument(
        contest_title=around.contest_title["vi"],
        round_title=around.title["vi"],
        organiser=around.organisers,
        variant=Variant.NAMED,
        entry_code=receipt.code,
        particulars=_particulars(roster.particulars(view.session, attempt.person_id)),
        answers=_answers(attempt),
        essay_prompt=attempt.essay.stem if attempt.essay else "",
        essay_html=(essay.html or "") if essay else "",
        words=(essay.words or 0) if essay else 0,
        receipt=Receipt(receipt.code, written(receipt.handed_in_at), receipt.sha256),
        verify_url=f"{address}/receipts/{receipt.code}",
        margins_mm=Margins(*around.margins_mm),
    )


def print_entry(document: EntryDocument, storage: Storage) -> tuple[str, int]:
    """Draw the entry and keep the file; return its storage key and its size in bytes. Opens no transaction."""
    pdf = render_entry(document)
    return storage.put(pdf, ".pdf"), len(pdf)


def keep(work: Work, attempt_id: int, variant: Variant, key: str, size: int) -> None:
    """Record that the entry is made. Recording it again replaces nothing: the same content is the same file."""
    mine = (Entry.attempt_id == attempt_id, Entry.variant == variant)
    if work.session.scalar(select(Entry.id).where(*mine)):
        return
    entry = Entry(attempt_id=attempt_id, variant=variant, storage_key=key, bytes=size, made_at=work.now)
    work.session.add(entry)
    ref = work.session.scalars(select(Attempt.ref).where(Attempt.id == attempt_id)).one()
    work.audit("make_entry", f"attempt:{ref}", variant=variant, key=key)


def _particulars(person: Particulars) -> tuple[tuple[str, str], ...]:
    born = f"{person.birth_date.day}/{person.birth_date.month}/{person.birth_date.year}" if person.birth_date else ""
    place = "Chức vụ" if person.category == "staff" else "Lớp"
    told = (
        ("Họ và tên", person.full_name),
        ("Ngày sinh", born),
        (place, person.class_name),
        ("Đơn vị", person.unit_name),
    )
    return tuple((label, value) for label, value in told if value)


def _answers(attempt: AttemptView) -> tuple[Answer, ...]:
    return tuple(Answer(item.no, item.stem, chosen_texts(item)) for item in attempt.items)
