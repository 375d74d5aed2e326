"""The blind queue: whose script comes when, who holds it how long, and what is sent off."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from quizapp.attempts import queries as attempts
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.errors import NotAllowed, NotFound
from quizapp.house import House
from quizapp.judging import queries, services
from quizapp.judging.models import Script, ScriptMark
from quizapp.judging.rules import LEASE, MarksRefused, ScriptTaken
from tests.banks.bank_files import everything
from tests.factories import Card, Clock, enter, hand_in, start

FULL = {name: Decimal(points) for name, points in (("content", 8), ("practice", 4), ("ideas", 5), ("form", 3))}
ESSAY = "<p>Em thấy dịch vụ công trực tuyến rất tiện lợi.</p>"


def write(house: House, unit: str = "THCS-A", essay: str | None = ESSAY) -> str | None:
    """Have somebody of ``unit`` write and hand in, queue it, and return the script's name."""
    card = enter(house, unit=unit, category="staff")
    ref = start(house, card)
    if essay is not None:
        house.saving.essay(card.actor, ref, 41, 1, essay)
    hand_in(house, card, ref)
    with house.store.unit_of_work(SYSTEM) as work:
        script = services.queue_essay(work, attempts.get_row(work.session, ref).id)
        return script.ref if script else None


def take(house: House, judge: Card) -> str | None:
    with house.store.unit_of_work(judge.actor) as work:
        return services.take_next(work)


def send(house: House, judge: Card, ref: str, marks: dict[str, Decimal] = FULL) -> Decimal:
    with house.store.unit_of_work(judge.actor) as work:
        return services.send_marks(work, ref, marks)


def release(house: House, judge: Card, ref: str) -> None:
    with house.store.unit_of_work(judge.actor) as work:
        services.release(work, ref)


def new_judge(house: House, unit: str = "PGD") -> Card:
    return enter(house, Role.JUDGE, unit=unit, category="staff")


@pytest.fixture
def judge(house: House) -> Card:
    return new_judge(house)


def drain(house: House, judge: Card) -> list[str]:
    """Return the scripts in the order in which one judge gets them."""
    order = []
    while ref := take(house, judge):
        order.append(ref)
        send(house, judge, ref)
    return order


def test_the_order_tells_nothing_of_when_it_was_written_and_never_changes(house: House, judge: Card) -> None:
    written = [write(house) for _ in range(8)]
    assert drain(house, judge) == sorted(filter(None, written))


def test_a_judge_who_holds_one_gets_that_one_again(house: House, judge: Card, clock: Clock) -> None:
    write(house), write(house)
    first = take(house, judge)
    clock.pass_(hours=1)
    assert take(house, judge) == first


def test_taking_it_again_begins_the_lease_anew(house: House, judge: Card, clock: Clock) -> None:
    write(house)
    first = take(house, judge)
    clock.instant += LEASE * 0.9
    take(house, judge)
    clock.instant += LEASE * 0.9
    assert take(house, new_judge(house)) is None
    clock.instant += LEASE * 0.1
    assert take(house, new_judge(house)) == first


def test_two_judges_never_hold_the_same(house: House, judge: Card) -> None:
    write(house), write(house)
    held = {take(house, judge), take(house, new_judge(house))}
    assert len(held) == 2 and None not in held
    assert take(house, new_judge(house)) is None


def test_a_judge_never_meets_their_own_school(house: House) -> None:
    own = new_judge(house, "THCS-A")
    write(house, "THCS-A")
    other = write(house, "THCS-B")
    assert drain(house, own) == [other]
    with house.store.reading() as view:
        assert queries.desk(view.session, own.actor, view.now).waiting == 0


def test_not_even_by_its_name(house: House, judge: Card) -> None:
    ref = write(house, "THCS-A")
    assert take(house, judge) == ref
    with pytest.raises(NotAllowed):
        send(house, new_judge(house, "THCS-A"), ref)


@pytest.mark.parametrize("essay", [None, "", "<p></p>", "<p>   </p>", "<ul><li></li></ul>"])
def test_an_empty_essay_is_never_queued(house: House, judge: Card, essay: str | None) -> None:
    assert write(house, essay=essay) is None
    assert take(house, judge) is None


def test_queueing_again_changes_nothing(house: House) -> None:
    write(house)
    before = everything(house)
    with house.store.unit_of_work(SYSTEM) as work:
        services.queue_essay(work, work.session.scalars(select(Script.attempt_id)).one())
    assert everything(house) == before


def test_marks_are_stored_by_criterion_with_their_total(house: House, judge: Card) -> None:
    ref = write(house)
    take(house, judge)
    assert send(house, judge, ref, FULL | {"form": Decimal("2.75")}) == Decimal("19.75")
    with house.store.reading() as view:
        stored = {row.criterion: row.points for row in view.session.scalars(select(ScriptMark))}
        desk = queries.desk(view.session, judge.actor, view.now)
    assert stored == FULL | {"form": Decimal("2.75")}
    assert [(done.ref, done.total) for done in desk.marked] == [(ref, Decimal("19.75"))]
    assert (desk.waiting, desk.holding) == (0, None)


def test_sending_the_same_again_changes_nothing_and_sending_other_marks_is_refused(house: House, judge: Card) -> None:
    ref = write(house)
    take(house, judge)
    send(house, judge, ref)
    before = everything(house)
    assert send(house, judge, ref) == 20
    with pytest.raises(ScriptTaken):
        send(house, judge, ref, FULL | {"form": Decimal(0)})
    assert everything(house) == before


def test_other_marks_with_the_same_total_are_other_marks(house: House, judge: Card) -> None:
    ref = write(house)
    take(house, judge)
    send(house, judge, ref, FULL | {"form": Decimal(2)})
    with pytest.raises(ScriptTaken):
        send(house, judge, ref, FULL | {"ideas": Decimal(4)})


def test_marks_out_of_reach_send_nothing(house: House, judge: Card) -> None:
    ref = write(house)
    take(house, judge)
    before = everything(house)
    with pytest.raises(MarksRefused):
        send(house, judge, ref, FULL | {"form": Decimal(4)})
    assert everything(house) == before


def test_who_does_not_hold_it_cannot_mark_it(house: House, judge: Card) -> None:
    ref = write(house)
    with pytest.raises(ScriptTaken):
        send(house, judge, ref)
    take(house, judge)
    with pytest.raises(ScriptTaken):
        send(house, new_judge(house), ref)


def test_whose_lease_ended_may_still_send_until_somebody_else_takes_it(house: House, clock: Clock) -> None:
    slow, quick = new_judge(house), new_judge(house)
    ref = write(house)
    take(house, slow)
    clock.instant += LEASE
    assert take(house, quick) == ref
    with pytest.raises(ScriptTaken):
        send(house, slow, ref)
    assert send(house, quick, ref) == 20


def test_a_late_judge_whom_nobody_followed_loses_nothing(house: House, judge: Card, clock: Clock) -> None:
    ref = write(house)
    take(house, judge)
    clock.instant += LEASE * 2
    assert send(house, judge, ref) == 20


def test_a_released_script_waits_for_the_next(house: House, judge: Card) -> None:
    ref = write(house)
    take(house, judge)
    release(house, judge, ref)
    with house.store.reading() as view:
        assert queries.desk(view.session, judge.actor, view.now).waiting == 1
    assert take(house, new_judge(house)) == ref


def test_only_its_holder_releases_a_script(house: House, judge: Card) -> None:
    ref = write(house)
    take(house, judge)
    with pytest.raises(ScriptTaken):
        release(house, new_judge(house), ref)
    send(house, judge, ref)
    with pytest.raises(ScriptTaken):
        release(house, judge, ref)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.ADMINISTRATOR])
def test_only_judges_take_scripts(house: House, role: Role) -> None:
    write(house)
    with pytest.raises(NotAllowed):
        take(house, enter(house, role, unit="PGD", category="staff"))


def test_there_is_no_such_script(house: House, judge: Card) -> None:
    with pytest.raises(NotFound):
        send(house, judge, "nowhere")


def test_what_a_judge_reads_holds_the_prompt_in_paragraphs_and_nobody(house: House) -> None:
    write(house)
    with house.store.reading() as view:
        script = view.session.scalars(select(Script)).one()
        blind = queries.blind(view.session, script)
    assert blind.prompt.count("\n\n") == 1
    assert blind.essay_html == ESSAY and blind.word_limit == 1500
    assert len(blind.rubric) == 4 and len(blind.outline) >= 4
    assert "Ánh Tuyết" not in repr(blind) and "Sông Xanh" not in repr(blind)
