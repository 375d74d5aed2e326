"""How a paper is drawn, when a round is open, and for whom it closes when."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from msgspec.structs import replace

from quizapp.banks.models import Item, ItemVersion
from quizapp.contests import queries
from quizapp.contests.checks import CATEGORIES
from quizapp.contests.presets import read_preset
from quizapp.contests.rules import (
    Candidate,
    Draw,
    PoolTooSmall,
    RoundTerms,
    audience_of,
    check_pool,
    closing,
    draw_paper,
    state_at,
)
from quizapp.contests.services import NoEssayPrompt, create_contest
from quizapp.foundation.access import SYSTEM
from quizapp.foundation.errors import NotAllowed
from quizapp.house import House
from tests.factories import enter, round_of

TERMS = RoundTerms(
    enter={"secondary": ("staff", "grade-6")},
    draw=(Draw(("general",), 3), Draw(("justice", "labour"), 5)),
    item_points=Decimal(1),
    rubric=(),
)

BOTH, STAFF, STUDENT = ("staff", "student"), ("staff",), ("student",)
# Twenty items in each part: ten for all, five for staff alone, five for pupils alone.
POOL = [
    Candidate(100 * stratum + no, "single", stratum, BOTH if no < 10 else STAFF if no < 15 else STUDENT, 3 + no % 3)
    for stratum in (0, 1)
    for no in range(20)
]
AUDIENCE = {candidate.version_id: candidate.audience for candidate in POOL}
SEEDS = range(200)


@pytest.mark.parametrize("audience", ["student", "staff"])
def test_every_paper_has_three_of_the_first_part_then_five_of_the_second(audience: str) -> None:
    for seed in SEEDS:
        drawn = [item.version_id for item in draw_paper(TERMS, POOL, audience, Random(seed))]
        assert [version // 100 for version in drawn] == [0] * 3 + [1] * 5
        assert len(set(drawn)) == 8


@pytest.mark.parametrize("audience", ["student", "staff"])
def test_nobody_ever_draws_what_is_meant_for_others(audience: str) -> None:
    for seed in SEEDS:
        drawn = draw_paper(TERMS, POOL, audience, Random(seed))
        assert all(audience in AUDIENCE[item.version_id] for item in drawn)


@pytest.mark.parametrize("audience", ["student", "staff"])
def test_everything_that_suits_them_is_drawn_for_somebody(audience: str) -> None:
    drawn = {item.version_id for seed in SEEDS for item in draw_paper(TERMS, POOL, audience, Random(seed))}
    assert drawn == {version for version, suits in AUDIENCE.items() if audience in suits}


def test_every_order_of_the_options_comes_about_and_none_much_more_often() -> None:
    papers = [draw_paper(TERMS, POOL, "student", Random(seed)) for seed in range(600)]
    orders = Counter(item.order for paper in papers for item in paper if len(item.order) == 3)
    assert set(orders) == {(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)}
    assert max(orders.values()) < 1.3 * min(orders.values())


def test_the_order_of_an_items_options_is_a_permutation_of_all_of_them() -> None:
    options = {candidate.version_id: candidate.options for candidate in POOL}
    for seed in SEEDS:
        for item in draw_paper(TERMS, POOL, "staff", Random(seed)):
            assert sorted(item.order) == list(range(options[item.version_id]))


def test_the_same_chance_draws_the_same_paper() -> None:
    assert draw_paper(TERMS, POOL, "staff", Random(7)) == draw_paper(TERMS, POOL, "staff", Random(7))


def test_the_real_rounds_never_give_a_pupil_what_is_for_teachers(house: House) -> None:
    view = round_of(house)
    with house.store.reading() as work:
        pool = queries.candidates(work.session, view.id)
        audience = dict(work.session.query(ItemVersion.id, ItemVersion.audience).all())
    assert any(one.audience == STAFF for one in pool), "the banks hold items for teachers alone, or this shows nothing"
    for seed in SEEDS:
        drawn = draw_paper(view.terms, pool, "student", Random(seed))
        assert len(drawn) == 40
        assert all("student" in audience[item.version_id] for item in drawn)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_teacher_is_staff_and_every_grade_is_a_pupil(category: str) -> None:
    assert audience_of(category) == ("staff" if category == "staff" else "student")


def test_a_pool_that_suffices_is_let_through() -> None:
    check_pool(TERMS, POOL, ["staff", "student"])


@pytest.mark.parametrize(
    ("first", "second", "audience", "sentence"),
    [
        (16, 5, "staff", "phần 1 cần 16 câu cho đối tượng staff nhưng chỉ có 15."),
        (3, 16, "student", "phần 2 cần 16 câu cho đối tượng student nhưng chỉ có 15."),
        (99, 99, "student", "phần 1 cần 99 câu cho đối tượng student nhưng chỉ có 15."),
    ],
)
def test_a_pool_that_falls_short_is_told_by_part_and_number(
    first: int, second: int, audience: str, sentence: str
) -> None:
    terms = replace(TERMS, draw=(Draw(("general",), first), Draw(("justice", "labour"), second)))
    with pytest.raises(PoolTooSmall) as refusal:
        check_pool(terms, POOL, [audience])
    assert sentence in str(refusal.value)


def test_exactly_enough_is_enough() -> None:
    check_pool(replace(TERMS, draw=(Draw(("general",), 15), Draw(("labour",), 15))), POOL, ["staff", "student"])


def test_no_contest_without_banks(empty_house: House) -> None:
    with pytest.raises(PoolTooSmall), empty_house.store.unit_of_work(SYSTEM) as work:
        create_contest(work, read_preset("ha-noi-2019"))
    with empty_house.store.reading() as view:
        assert queries.list_rounds(view.session) == []


def test_no_contest_without_its_prompt(house: House) -> None:
    preset = read_preset("ha-noi-2019")
    terms = preset.rounds[0].terms
    assert terms.essay
    lost = replace(terms, essay=replace(terms.essay, items=("chung-tl-99",)))
    with pytest.raises(NoEssayPrompt, match="chung-tl-99"), house.store.unit_of_work(SYSTEM) as work:
        create_contest(work, replace(preset, slug="khac", rounds=(replace(preset.rounds[0], terms=lost),)))


def test_only_an_administrator_makes_a_contest(house: House) -> None:
    with pytest.raises(NotAllowed), house.store.unit_of_work(enter(house).actor) as work:
        create_contest(work, replace(read_preset("ha-noi-2019"), slug="khac"))


def test_only_what_was_in_force_on_the_contests_day_is_drawn_from(house: House) -> None:
    preset = replace(read_preset("ha-noi-2019"), slug="khac", as_of=date(2010, 1, 1))
    with pytest.raises(PoolTooSmall), house.store.unit_of_work(SYSTEM) as work:
        create_contest(work, preset)


def test_the_pool_is_frozen_when_the_round_is_made(house: House) -> None:
    view = round_of(house)
    with house.store.unit_of_work(SYSTEM) as work:
        before = queries.candidates(work.session, view.id)
        for item in work.session.query(Item):
            item.current = 0
    with house.store.reading() as work:
        assert queries.candidates(work.session, view.id) == before


OPENS, CLOSES = datetime(2019, 8, 1, tzinfo=UTC), datetime(2019, 8, 20, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS - TICK, "soon"),
        (OPENS, "open"),
        (CLOSES - TICK, "open"),
        (CLOSES, "closed"),
        (CLOSES + TICK, "closed"),
    ],
    ids=["a tick before", "as it opens", "the last tick", "as it closes", "after"],
)
def test_a_round_opens_on_the_stroke_and_is_over_on_the_stroke(now: datetime, state: str) -> None:
    assert state_at(now, OPENS, CLOSES) == state


@pytest.mark.parametrize(
    ("unit_kind", "closes_at"),
    [("office", CLOSES + timedelta(days=2)), ("secondary", CLOSES), (None, CLOSES), ("", CLOSES)],
)
def test_each_kind_of_unit_has_its_closing(unit_kind: str | None, closes_at: datetime) -> None:
    terms = replace(TERMS, closes_by_unit_kind={"office": CLOSES + timedelta(days=2)})
    assert closing(terms, CLOSES, unit_kind) == closes_at
