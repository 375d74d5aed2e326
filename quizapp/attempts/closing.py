"""Handing in, many at a time: state, receipt, score, the fact told and the audit, all in one transaction.

As with saves, those who hand in at the same moment share one sync (``foundation.together``), and what is done is done
on the straight road. The timetable closes what its owners left open through the same door.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from quizapp.attempts import glance, rules
from quizapp.attempts.events import AttemptHandedIn
from quizapp.attempts.glance import Glance
from quizapp.attempts.queries import ReceiptView
from quizapp.attempts.rules import AttemptState
from quizapp.banks.shelf import Shelf
from quizapp.foundation.access import Actor
from quizapp.foundation.errors import ContestError, NotFound
from quizapp.foundation.refs import new_code
from quizapp.foundation.road import Lane, Road
from quizapp.foundation.together import Together
from quizapp.foundation.work import TROUBLE, Store, answering
from quizapp.roster import sessions

RECEIPT_LENGTH = 16

_RECEIPTS = """
    SELECT a.ref, r.code, r.handed_in_at, r.content_sha256
    FROM attempts AS a JOIN receipts AS r ON r.attempt_id = a.id
    WHERE a.ref IN :refs
"""
_CLOSE = """
    UPDATE attempts AS a SET state = 'handed_in', handed_in_at = v.closed_at
    FROM ROWS :closed AS v (attempt bigint, closed_at timestamptz)
    WHERE a.id = v.attempt
"""
_KEEP_RECEIPTS = """
    INSERT INTO receipts (attempt_id, code, handed_in_at, content_sha256)
    SELECT v.attempt, v.code, v.closed_at, v.sha256
    FROM ROWS :closed AS v (attempt bigint, code text, closed_at timestamptz, sha256 text)
"""
_TELL = """
    INSERT INTO told (name, body, told_at)
    SELECT v.name, v.body, v.at FROM ROWS :facts AS v (name text, body jsonb, at timestamptz)
"""
_AUDIT = """
    INSERT INTO audit_log (at, actor_id, verb, subject, details)
    SELECT v.at, v.actor, v.verb, v.subject, v.details
    FROM ROWS :records AS v (at timestamptz, actor bigint, verb text, subject text, details jsonb)
"""

# What a later stage does with an attempt in the transaction that closes it, for all that are closed together.
Also = Callable[[Lane, Sequence[Glance], datetime], Sequence[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class HandIn:
    """Somebody hands in: an actor, or the hash of a session's token. ``came_at`` is when they did."""

    who: Actor | str
    ref: str
    came_at: datetime


class HandingInDesk:
    """Where attempts are handed in. One a process."""

    def __init__(self, store: Store, shelf: Shelf, also: Also) -> None:
        self._store, self._shelf, self._also, self._road = store, shelf, also, Road(store.engine)
        self._together: Together[HandIn, ReceiptView] = Together(self._hand_in_all, shared=TROUBLE)

    def hand_in(self, who: Actor | str, ref: str) -> ReceiptView:
        """Close the attempt for good, write its receipt and wake the workers. Once handed in, the same comes back.

        After the deadline it counts as handed in at the deadline, as the timetable would have done.

        Raises:
            SignedOut, NotFound, NotAllowed: by who asks.
            AttemptClosed: if the attempt is void.
            StoreBusy: nothing was changed.
        """
        with answering():
            return self._together.do(HandIn(who, ref, self._store.clock()))

    def _hand_in_all(self, asks: Sequence[HandIn]) -> list[ReceiptView | Exception]:
        with self._store.place(), self._road.transaction() as lane:
            now, refs = self._store.clock(), sorted({ask.ref for ask in asks})
            tokens = sessions.actors(lane, [ask.who for ask in asks if isinstance(ask.who, str)], now)
            found = glance.held(lane, refs)
            known = {row[0]: _receipt(lane, row[1:]) for row in lane.rows(_RECEIPTS, refs=refs)}
            closing: dict[str, tuple[Glance, datetime, Actor]] = {}
            verdicts = [_judged(ask, found, known, tokens, closing) for ask in asks]
            receipts = known | close(lane, self._shelf, closing.values(), now, self._also)
        if closing:
            self._store.wake()
        return [verdict or receipts[ask.ref] for ask, verdict in zip(asks, verdicts, strict=True)]


def _judged(
    ask: HandIn,
    found: Mapping[str, Glance],
    known: Mapping[str, ReceiptView],
    tokens: Mapping[str, Actor],
    closing: dict[str, tuple[Glance, datetime, Actor]],
) -> ContestError | None:
    try:
        actor = sessions.participant(ask.who, tokens)
        if ask.ref not in found:
            raise NotFound
        attempt = found[ask.ref]
        glance.require_own(actor, attempt)
        if ask.ref not in known and ask.ref not in closing:
            rules.next_state(AttemptState(attempt.state), "hand_in")
            closing[ask.ref] = (attempt, min(ask.came_at, attempt.deadline_at), actor)
        return None
    except ContestError as refusal:
        return refusal


def close(lane: Lane, shelf: Shelf, closing: Any, now: datetime, also: Also | None = None) -> dict[str, ReceiptView]:
    """Close attempts that are held and open, each as of its instant and by its actor; return name → receipt."""
    held = list(closing)
    if not held:
        return {}
    asked = shelf.asked(lane, [version for attempt, _at, _by in held for version in glance.versions(attempt)])
    receipts, rows, audits = {}, [], []
    for attempt, closed_at, actor in held:
        content = rules.record(attempt.ref, attempt.started_at, closed_at, glance.answers(attempt, asked))
        receipt = ReceiptView(new_code(RECEIPT_LENGTH), closed_at, rules.digest(content))
        receipts[attempt.ref] = receipt
        rows.append({"attempt": attempt.id, "closed_at": closed_at, "code": receipt.code, "sha256": receipt.sha256})
        details = {"receipt": receipt.code, "sha256": receipt.sha256}
        audits.append(_audit(now, actor, "hand_in", attempt, details))
    lane.do(_CLOSE, closed=rows)
    lane.do(_KEEP_RECEIPTS, closed=rows)
    facts = [AttemptHandedIn(attempt.id) for attempt, _at, _by in held]
    lane.do(_TELL, facts=[{"name": type(fact).__name__, "body": asdict(fact), "at": now} for fact in facts])
    if also:
        details_of = also(lane, [attempt for attempt, _at, _by in held], now)
        for (attempt, _at, actor), details in zip(held, details_of, strict=True):
            audits.append(_audit(now, actor, "mark_choices", attempt, details))
    lane.do(_AUDIT, records=audits)
    return receipts


def _audit(now: datetime, actor: Actor, verb: str, attempt: Glance, details: dict[str, Any]) -> dict[str, Any]:
    subject = f"attempt:{attempt.ref}"
    return {"at": now, "actor": actor.account_id, "verb": verb, "subject": subject, "details": details}


def _receipt(lane: Lane, row: Sequence[Any]) -> ReceiptView:
    code, handed_in_at, sha256 = row
    return ReceiptView(code, lane.instant(handed_in_at), sha256)
