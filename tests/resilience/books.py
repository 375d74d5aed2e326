"""Keeping the books on a server: what it acknowledged against what it holds. Every fault is a sentence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from quizapp.attempts import queries, rules
from quizapp.attempts.models import Attempt, Receipt
from quizapp.entries.models import Entry
from quizapp.foundation.errors import ContestError
from quizapp.foundation.models import AuditRecord, Job, Told
from quizapp.grading.models import ChoiceScore
from quizapp.house import House
from quizapp.judging.models import Script
from quizapp.worker.reactions import REACTIONS

# What the browser sends for an item: positions, or the essay's HTML.
Content = tuple[int, ...] | str

ONCE = ("hand_in", "mark_choices", "queue_essay", "make_entry")


@dataclass
class Ledger:
    """What one contestant sent, and what was acknowledged to them."""

    attempt: str = ""
    # Item → number of the change → everything ever sent under it.
    sent: dict[int, dict[int, list[Content]]] = field(default_factory=dict)
    # Item → the newest change that was answered with 2xx.
    acknowledged: dict[int, tuple[int, Content]] = field(default_factory=dict)
    receipts: list[tuple[str, str]] = field(default_factory=list)

    def note_sent(self, no: int, seq: int, content: Content) -> None:
        """Note a change before it is sent."""
        self.sent.setdefault(no, {}).setdefault(seq, []).append(content)

    def note_acknowledged(self, no: int, seq: int, content: Content) -> None:
        """Note a change that was answered with 2xx."""
        self.acknowledged[no] = (seq, content)


def losses(ledger: Ledger, stored: Mapping[int, tuple[int, Content]]) -> list[str]:
    """Return what was acknowledged and is not there, and what is there though nobody sent it."""
    faults = []
    for no, (seq, content) in ledger.acknowledged.items():
        kept = stored.get(no)
        if kept is None or kept[0] < seq:
            faults.append(f"item {no}: change {seq} was acknowledged, change {kept[0] if kept else 0} is stored")
        elif kept[0] == seq and kept[1] != content:
            faults.append(f"item {no}: change {seq} was acknowledged with other content than is stored")
    for no, (seq, content) in stored.items():
        if content not in ledger.sent.get(no, {}).get(seq, []):
            faults.append(f"item {no}: what is stored as change {seq} was never sent")
    return faults


def audit(house: House, ledgers: Sequence[Ledger]) -> list[str]:
    """Hold every ledger against the database: attempts, answers, receipts."""
    faults = []
    for ledger in ledgers:
        with house.store.reading() as view:
            row = view.session.scalar(select(Attempt).where(Attempt.ref == ledger.attempt))
            if row is None:
                faults.append("an attempt was acknowledged and is not there")
                continue
            faults += losses(ledger, _stored(queries.get_attempt(view.session, row)))
            receipt = queries.receipt_of(view.session, row.id)
            kept = {(receipt.code, receipt.sha256)} if receipt else set()
            if set(ledger.receipts) - kept:
                faults.append("a receipt was acknowledged and is not there")
            if receipt and receipt.sha256 != rules.digest(queries.record_of(view.session, row)):
                faults.append("a receipt does not vouch for what is stored")
    return faults


def unfinished(house: House) -> list[str]:
    """Hold every handed-in attempt (with an essay) against its jobs, one score, one script, one entry and its file."""
    faults = []
    with house.store.reading() as view:
        handed_in = view.session.scalars(select(Receipt.attempt_id)).all()
        told = view.session.scalars(select(Told.body)).all()
        jobs = view.session.execute(select(Job.name, Job.state)).all()
        verbs = Counter(view.session.scalars(select(AuditRecord.verb).where(AuditRecord.verb.in_(ONCE))))
        entries = view.session.execute(select(Entry.id, Entry.storage_key, Entry.bytes)).all()
        for table in (ChoiceScore, Script, Entry):
            each = dict(view.session.execute(select(table.attempt_id, func.count()).group_by(table.attempt_id)).all())
            if each != dict.fromkeys(handed_in, 1):
                faults.append(f"{table.__tablename__}: not one for each attempt")
    if sorted(body["attempt_id"] for body in told) != sorted(handed_in):
        faults.append("not every hand-in was told exactly once")
    due = Counter(dict.fromkeys(REACTIONS["AttemptHandedIn"], len(handed_in)))
    if Counter(name for name, state in jobs if state == "done") != due or len(jobs) != due.total():
        faults.append(f"jobs: {Counter(jobs)} instead of each done once for {len(handed_in)} attempts")
    if verbs != dict.fromkeys(ONCE, len(handed_in)):
        faults.append(f"effects: {verbs} instead of each once for {len(handed_in)} attempts")
    return faults + [fault for entry in entries if (fault := _file_fault(house, *entry))]


def damage(house: House) -> list[str]:
    """Return what the embedded database finds wrong with itself."""
    if house.engine.dialect.name != "sqlite":
        return []
    with house.engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [line for line in found if line != "ok"] + [f"foreign key: {row}" for row in orphans]


def _stored(paper: queries.AttemptView) -> dict[int, tuple[int, Content]]:
    held: dict[int, tuple[int, Content]] = {
        item.no: (item.saved.seq, item.saved.choice) for item in paper.items if item.saved
    }
    if paper.essay and paper.essay.saved:
        held[paper.essay.no] = (paper.essay.saved.seq, paper.essay.saved.html or "")
    return held


def _file_fault(house: House, number: int, key: str, size: int) -> str:
    try:
        pdf = house.storage.get(key)
    except ContestError as error:
        return f"entry {number}: {type(error).__name__}"
    whole = pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF") and len(pdf) == size
    return "" if whole else f"entry {number}: no whole PDF"
