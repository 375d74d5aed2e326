"""Many at the same instant: exactly one effect, and the same answer for everybody.

QUIZAPP_THREADS and QUIZAPP_ROUNDS say how many and how often; 64 and 200 are the full counts.
"""

import os
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from quizapp.attempts import overdue, queries, rules, services
from quizapp.attempts.models import Attempt, Receipt
from quizapp.attempts.rules import AttemptClosed, Saved, StaleWrite
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.models import AuditRecord, Told
from quizapp.house import House
from quizapp.judging import queries as judging_queries
from quizapp.judging import services as judging
from quizapp.judging.models import Script, ScriptMark
from quizapp.judging.rules import ScriptTaken
from quizapp.worker.loop import work_off
from tests.factories import Card, Visitor, answer_all, enter, hand_in, round_of, start
from tests.together import at_once

THREADS = int(os.environ.get("QUIZAPP_THREADS", "32"))
ROUNDS = int(os.environ.get("QUIZAPP_ROUNDS", "5"))
ITEMS = 40
TABS = 50


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


def number_of(house: House, table: type[Any], *where: Any) -> int:
    with house.store.reading() as view:
        return view.session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def audited(house: House, verb: str) -> int:
    return number_of(house, AuditRecord, AuditRecord.verb == verb)


def choose(house: House, card: Card, ref: str, no: int, seq: int, choice: list[int]) -> Saved | None:
    """Save, and return what was stored; ``None`` if something newer is."""
    try:
        return house.saving.choice(card.actor, ref, no, seq, choice).saved
    except StaleWrite:
        return None


def stored(house: House, ref: str, no: int) -> Saved | None:
    with house.store.reading() as view:
        return queries.get_attempt(view.session, queries.get_row(view.session, ref)).items[no - 1].saved


def roomy_item(house: House, ref: str) -> int:
    """Return the number of a single-choice item with four options or more."""
    with house.store.reading() as view:
        paper = queries.get_attempt(view.session, queries.get_row(view.session, ref))
    return next(item.no for item in paper.items if item.kind == "single" and len(item.options) >= 4)


def test_starting_at_once_opens_one_attempt(house: House) -> None:
    ref = round_of(house).ref
    for turn in range(ROUNDS):
        card = enter(house)
        opened = at_once(THREADS, lambda n, who=card: services.start_once(house.store, who.actor, ref, Random(n)))  # type: ignore[misc]
        assert len({name for name, _new in opened}) == 1
        assert Counter(new for _name, new in opened) == {True: 1, False: THREADS - 1}
        assert number_of(house, Attempt) == audited(house, "start_attempt") == turn + 1


def test_the_first_save_of_an_item_sent_at_once_is_stored_once(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    for turn in range(ROUNDS):
        no, seq = turn % ITEMS + 1, turn // ITEMS + 1
        answers = at_once(THREADS, lambda _n, no=no, seq=seq: choose(house, pupil, ref, no, seq, [0]))  # type: ignore[misc]
        assert set(answers) == {stored(house, ref, no)}


def test_of_different_answers_under_one_number_one_is_stored(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    no = roomy_item(house, ref)
    for seq in range(1, ROUNDS + 1):
        answers = at_once(THREADS, lambda n, seq=seq: choose(house, pupil, ref, no, seq, [n % 4]))  # type: ignore[misc]
        kept = stored(house, ref, no)
        assert kept and {answer for answer in answers if answer} == {kept}
        assert kept.choice and sum(answer is None for answer in answers) == THREADS - THREADS // 4


def test_the_newest_of_many_numbers_stays_whatever_the_order(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    no = roomy_item(house, ref)
    for turn in range(ROUNDS):
        numbers = Random(turn).sample(range(turn * THREADS + 1, (turn + 1) * THREADS + 1), THREADS)
        at_once(THREADS, lambda n, numbers=numbers: choose(house, pupil, ref, no, numbers[n], [numbers[n] % 4]))  # type: ignore[misc]
        kept = stored(house, ref, no)
        assert kept and (kept.seq, kept.choice) == (max(numbers), (max(numbers) % 4,))


def test_the_first_save_of_the_essay_sent_at_once_is_stored_once(house: House, pupil: Card) -> None:
    ref = start(house, pupil)

    def write(_thread: int) -> Saved:
        return house.saving.essay(pupil.actor, ref, 41, 1, "<p>Nhà em ở gần bộ phận một cửa.</p>").saved

    assert len(set(at_once(THREADS, write))) == 1


def test_handing_in_at_once_gives_everybody_the_one_receipt(house: House) -> None:
    for turn in range(ROUNDS):
        card = enter(house)
        ref = start(house, card)
        codes = at_once(THREADS, lambda _n, who=card, ref=ref: hand_in(house, who, ref))  # type: ignore[misc]
        assert len(set(codes)) == 1
        assert number_of(house, Receipt) == number_of(house, Told) == audited(house, "hand_in") == turn + 1


def test_the_owner_and_the_timetable_hand_in_once_between_them(house: House, clock: Any) -> None:
    sweep: Callable[[], object] = lambda: overdue.hand_in_overdue(house.store)  # noqa: E731
    for turn in range(ROUNDS):
        card = enter(house)
        ref = start(house, card)
        clock.pass_(minutes=61)
        told = at_once(THREADS, lambda n, who=card, ref=ref: sweep() if n % 2 else hand_in(house, who, ref))  # type: ignore[misc]
        assert len({code for code in told if isinstance(code, str)}) == 1
        assert number_of(house, Receipt) == number_of(house, Told) == audited(house, "hand_in") == turn + 1


def test_somebody_who_looks_first_and_writes_later_is_found_out(house: House) -> None:
    """The control: without a lock from the look to the write, more effects than turns."""

    def count_in(_thread: int, turn: int) -> None:
        if audited(house, "hand_in") <= turn:
            with house.store.unit_of_work(SYSTEM) as work:
                work.audit("hand_in", "attempt:control")

    for turn in range(200):
        at_once(THREADS, lambda n, turn=turn: count_in(n, turn))  # type: ignore[misc]
        if audited(house, "hand_in") > turn + 1:
            return
    pytest.fail("nobody came between another's look and write")


def test_what_was_acknowledged_beside_the_hand_in_is_in_the_record(house: House) -> None:
    for _ in range(ROUNDS):
        card = enter(house)
        ref = start(house, card)

        def save_or_hand_in(n: int, card: Card = card, ref: str = ref) -> tuple[int, int] | None:
            if n == THREADS // 2:
                hand_in(house, card, ref)
                return None
            try:
                saved = choose(house, card, ref, n % ITEMS + 1, 1, [0])
            except AttemptClosed:
                return None
            return (saved.no, saved.seq) if saved else None

        acknowledged = {answer for answer in at_once(THREADS, save_or_hand_in) if answer}
        with house.store.reading() as view:
            row = queries.get_row(view.session, ref)
            paper = queries.get_attempt(view.session, row)
            receipt = queries.receipt_of(view.session, row.id)
            assert receipt and receipt.sha256 == rules.digest(queries.record_of(view.session, row))
        assert {(item.no, item.saved.seq) for item in paper.items if item.saved} == acknowledged


# ── judges ──


def queued(house: House, scripts: int) -> None:
    """Let ``scripts`` pupils hand in an essay each, and queue them for the judges."""
    for _ in range(scripts):
        card = enter(house)
        ref = start(house, card)
        answer_all(house, card, ref)
        hand_in(house, card, ref)
    with house.store.unit_of_work(enter(house, Role.JUDGE, unit="PGD", category="staff").actor) as work:
        for attempt_id in work.session.scalars(select(Attempt.id)).all():
            judging.queue_essay(work, attempt_id)


def judge(house: House) -> Card:
    return enter(house, Role.JUDGE, unit="PGD", category="staff", name="Trần Văn Khánh")


def take(house: House, card: Card) -> str | None:
    with house.store.unit_of_work(card.actor) as work:
        return judging.take_next(work)


def marks_of(house: House, share: Decimal) -> dict[str, Decimal]:
    """Return marks for the rubric: ``share`` of every criterion's most."""
    with house.store.reading() as view:
        round_id = view.session.scalars(select(Script.round_id).limit(1)).one()
        return {one.id: one.points * share for one in judging_queries.rubric_of(view.session, round_id)}


def send(house: House, card: Card, ref: str, marks: dict[str, Decimal]) -> Decimal | None:
    """Send marks and return the total; ``None`` if the script is taken."""
    try:
        with house.store.unit_of_work(card.actor) as work:
            return judging.send_marks(work, ref, marks)
    except ScriptTaken:
        return None


def test_no_script_is_given_to_two_judges(house: House) -> None:
    queued(house, 12)
    judges = [judge(house) for _ in range(THREADS)]
    given = [ref for ref in at_once(THREADS, lambda n: take(house, judges[n])) if ref]
    assert len(given) == len(set(given)) == 12


def test_a_judge_who_asks_many_times_at_once_holds_one_script(house: House) -> None:
    queued(house, ROUNDS + 1)
    for _ in range(ROUNDS):
        card = judge(house)
        given = at_once(THREADS, lambda _n, who=card: take(house, who))  # type: ignore[misc]
        assert len(set(given)) == 1
        assert number_of(house, Script, Script.judge_id == card.actor.account_id) == 1


def test_marks_sent_many_times_at_once_are_recorded_once(house: House) -> None:
    queued(house, ROUNDS)
    card = judge(house)
    marks = marks_of(house, Decimal("0.5"))
    for turn in range(ROUNDS):
        ref = take(house, card) or ""
        totals = at_once(THREADS, lambda _n, ref=ref: send(house, card, ref, marks))  # type: ignore[misc]
        assert set(totals) == {sum(marks.values())}
        assert number_of(house, ScriptMark) == (turn + 1) * len(marks)
        assert audited(house, "mark_script") == turn + 1


def test_of_different_marks_sent_at_once_one_is_recorded_and_the_others_are_told(house: House) -> None:
    queued(house, 1)
    card = judge(house)
    ref = take(house, card) or ""
    wanted = [marks_of(house, Decimal(share)) for share in ("0", "0.5")]
    totals = at_once(THREADS, lambda n: send(house, card, ref, wanted[n % 2]))
    assert Counter(total is None for total in totals) == {True: THREADS // 2, False: THREADS // 2}
    assert len(set(totals) - {None}) == 1
    assert audited(house, "mark_script") == 1


def test_marks_that_add_up_alike_are_not_the_same_marks(house: House) -> None:
    queued(house, 1)
    card = judge(house)
    ref = take(house, card) or ""
    sent = marks_of(house, Decimal("0.5"))
    first, second, *_ = sent
    assert send(house, card, ref, sent) is not None
    moved = sent | {first: sent[first] - Decimal("0.25"), second: sent[second] + Decimal("0.25")}
    assert send(house, card, ref, moved) is None


# ── the same through the door ──


def test_a_pupil_with_fifty_tabs_does_everything_once(house: House, app: Flask, pupil: Card) -> None:
    ref = round_of(house).ref
    tabs = [Visitor(app) for _ in range(TABS)]
    sign_in = {"code": pupil.code, "pin": pupil.pin}

    def all_send(method: str, path: str, body: dict[str, Any]) -> list[tuple[int, Any]]:
        tokens = [{"X-CSRFToken": tab.token()} for tab in tabs]
        send = [partial(tab.client.open, path, method=method.upper(), json=body) for tab in tabs]
        answers = at_once(TABS, lambda n: send[n](headers=tokens[n]))
        return [(answer.status_code, answer.get_json()) for answer in answers]

    assert Counter(status for status, _ in all_send("post", "/api/v1/session", sign_in)) == {201: TABS}
    opened = all_send("post", f"/api/v1/rounds/{ref}/attempts", {})
    assert Counter(status for status, _ in opened) == {201: 1, 200: TABS - 1}
    (attempt,) = {told["ref"] for _, told in opened}
    saved = all_send("put", f"/api/v1/attempts/{attempt}/responses/1", {"seq": 1, "choice": [0]})
    assert {(status, told["seq"], told["saved_at"]) for status, told in saved} == {(200, 1, saved[0][1]["saved_at"])}
    receipts = all_send("post", f"/api/v1/attempts/{attempt}/hand-in", {})
    assert {(status, told["code"]) for status, told in receipts} == {(200, receipts[0][1]["code"])}
    assert work_off(house) == 3
