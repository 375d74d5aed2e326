"""What a choice earns: the rule by example and by property, then whole papers with a known key."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.attempts import queries as attempts
from quizapp.banks import queries as banks
from quizapp.banks.models import ItemVersion
from quizapp.contests.models import Round
from quizapp.foundation.access import SYSTEM
from quizapp.grading import queries
from quizapp.grading.models import ChoiceScore
from quizapp.grading.rules import Scheme, mark
from quizapp.grading.services import mark_choices
from quizapp.house import House
from tests.banks.bank_files import everything
from tests.factories import Card, Clock, enter, hand_in, start

ALL: Scheme = "all_or_nothing"
PART: Scheme = "partial"


@pytest.mark.parametrize(
    ("key", "chosen", "points", "scheme", "earned"),
    [
        ("b", "b", "1", ALL, "1.00"),
        ("b", "c", "1", ALL, "0.00"),
        ("b", "", "1", ALL, "0.00"),
        ("bc", "bc", "1", ALL, "1.00"),
        ("bc", "b", "1", ALL, "0.00"),
        ("bc", "bcd", "1", ALL, "0.00"),
        ("b", "b", "0.25", ALL, "0.25"),
        ("b", "b", "1", PART, "1.00"),
        ("b", "c", "1", PART, "0.00"),
        ("bc", "bc", "1", PART, "1.00"),
        ("bc", "b", "1", PART, "0.50"),
        ("bc", "", "1", PART, "0.00"),
        ("bc", "bd", "1", PART, "0.00"),
        ("bc", "bcd", "1", PART, "0.50"),
        ("bc", "ad", "1", PART, "0.00"),
        ("bc", "abcd", "1", PART, "0.00"),
        ("abc", "a", "1", PART, "0.33"),
        ("abc", "ab", "1", PART, "0.67"),
        ("abc", "abd", "1", PART, "0.33"),
        ("bc", "b", "0.25", PART, "0.13"),
        ("bc", "b", "0.5", PART, "0.25"),
    ],
)
def test_what_a_choice_earns(key: str, chosen: str, points: str, scheme: Scheme, earned: str) -> None:
    assert str(mark(set(key), set(chosen), Decimal(points), scheme)) == earned


@pytest.mark.parametrize("scheme", [ALL, PART])
def test_an_item_without_a_key_is_an_error_not_a_gift(scheme: Scheme) -> None:
    with pytest.raises(ValueError, match="without a key"):
        mark(set(), set(), Decimal(1), scheme)


keys = st.sets(st.sampled_from("abcdefgh"), min_size=1)
chosen_sets = st.sets(st.sampled_from("abcdefgh"))
# From a quarter of a point upwards: below 0.04 a share of seven eighths would round to the whole.
marks = st.decimals("0.25", "100", places=2)
schemes = st.sampled_from([ALL, PART])


@given(keys, chosen_sets, marks, schemes)
def test_never_less_than_nothing_nor_more_than_all(
    key: set[str], chosen: set[str], points: Decimal, scheme: Scheme
) -> None:
    assert 0 <= mark(key, chosen, points, scheme) <= points


@given(keys, chosen_sets, marks, schemes)
def test_all_the_points_for_exactly_the_key_and_for_nothing_else(
    key: set[str], chosen: set[str], points: Decimal, scheme: Scheme
) -> None:
    assert (mark(key, chosen, points, scheme) == points) == (key == chosen)


@given(keys, chosen_sets, marks)
def test_part_marks_never_give_less_than_all_or_nothing(key: set[str], chosen: set[str], points: Decimal) -> None:
    assert mark(key, chosen, points, PART) >= mark(key, chosen, points, ALL)


@given(keys, chosen_sets, marks, st.data())
def test_one_more_wrong_option_never_earns_more(
    key: set[str], chosen: set[str], points: Decimal, data: st.DataObject
) -> None:
    wrong = data.draw(st.sampled_from("ijkl"))
    assert mark(key, chosen | {wrong}, points, PART) <= mark(key, chosen, points, PART)


# ── Whole papers ──


def right_answers(house: House, ref: str) -> dict[int, list[int]]:
    """Return item number → the positions of the right options on this paper."""
    with house.store.reading() as view:
        row = attempts.get_row(view.session, ref)
        places = attempts.places(view.session, row.id)
        key = banks.keys(view.session, [place.version_id for place in places])
        asked = banks.asked(view.session, [place.version_id for place in places])
    return {
        no: [
            at
            for at, position in enumerate(place.order)
            if asked[place.version_id].options[position][0] in key[place.version_id]
        ]
        for no, place in enumerate(places, 1)
    }


def sit(house: House, card: Card, spoil: dict[int, list[int]]) -> str:
    """Take the paper with every answer right but those of ``spoil``, hand in, and return its name."""
    ref = start(house, card)
    for no, choice in (right_answers(house, ref) | spoil).items():
        house.saving.choice(card.actor, ref, no, 1, choice)
    hand_in(house, card, ref)
    return ref


def marked(house: House, ref: str) -> ChoiceScore:
    with house.store.unit_of_work(SYSTEM) as work:
        return mark_choices(work, attempts.get_row(work.session, ref).id)


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


def test_forty_right_answers_are_forty_points(house: House, pupil: Card) -> None:
    score = marked(house, sit(house, pupil, {}))
    assert (score.points, score.max_points) == (40, 40)
    assert score.per_item == ["1.00"] * 40


def test_one_taken_back_is_thirty_nine_and_the_score_knows_which(house: House, pupil: Card) -> None:
    score = marked(house, sit(house, pupil, {7: []}))
    assert score.points == 39
    assert [no for no, points in enumerate(score.per_item, 1) if points == "0.00"] == [7]


def test_a_wrong_option_earns_nothing(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    right = right_answers(house, ref)
    no = next(no for no, choice in right.items() if len(choice) == 1)
    wrong = (right[no][0] + 1) % 3
    assert marked(house, sit(house, pupil, {no: [wrong]})).points == 39


def test_a_multiple_item_half_answered_earns_nothing_under_the_rules_of_ha_noi(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    no, choice = next((no, choice) for no, choice in right_answers(house, ref).items() if len(choice) > 1)
    assert marked(house, sit(house, pupil, {no: choice[:1]})).points == 39


def test_where_the_terms_give_part_marks_it_earns_its_share(house: House, pupil: Card) -> None:
    with house.store.unit_of_work(SYSTEM) as work:
        for row in work.session.query(Round):
            row.terms = row.terms | {"multiple": "partial"}
    ref = start(house, pupil)
    no, choice = next((no, choice) for no, choice in right_answers(house, ref).items() if len(choice) > 1)
    share = {2: "0.50", 3: "0.33", 4: "0.25"}[len(choice)]
    assert marked(house, sit(house, pupil, {no: choice[:1]})).per_item[no - 1] == share


def test_an_empty_paper_is_nothing_of_forty(house: House, pupil: Card) -> None:
    ref = start(house, pupil)
    hand_in(house, pupil, ref)
    score = marked(house, ref)
    assert (score.points, score.max_points) == (0, 40)


def test_marking_again_changes_nothing(house: House, clock: Clock, pupil: Card) -> None:
    ref = sit(house, pupil, {})
    marked(house, ref)
    before = everything(house)
    clock.pass_(days=1)
    marked(house, ref)
    assert everything(house) == before


def test_the_key_is_that_of_the_versions_on_the_paper(house: House, pupil: Card) -> None:
    ref = sit(house, pupil, {})
    with house.store.unit_of_work(SYSTEM) as work:
        for version in work.session.query(ItemVersion).filter(ItemVersion.kind != "essay"):
            values = {name: getattr(version, name) for name in ItemVersion.__table__.columns.keys()}
            newer = values | {"number": version.number + 1, "answer_key": ["a", "b"], "kind": "multiple"}
            del newer["id"]
            work.session.add(ItemVersion(**newer))
    assert marked(house, ref).points == 40


def test_what_may_be_shown_is_the_sum_and_no_more(house: House, pupil: Card) -> None:
    open_ = start(house, enter(house))
    ref = sit(house, pupil, {1: []})
    with house.store.reading() as view:
        assert queries.choice_score(view.session, attempts.get_row(view.session, open_).id) is None
        attempt = attempts.get_row(view.session, ref).id
    with house.store.reading() as view:
        assert queries.choice_score(view.session, attempt) == queries.Score(Decimal(39), Decimal(40))


def test_the_score_is_there_with_the_receipt_and_is_what_marking_later_gives(house: House, pupil: Card) -> None:
    """Two ways to the same marks: at the hand-in, and by the job for what was closed without one."""
    ref = sit(house, pupil, {1: [], 2: [], 3: []})
    with house.store.unit_of_work(SYSTEM) as work:
        attempt = attempts.get_row(work.session, ref).id
        told = work.session.get_one(ChoiceScore, attempt)
        first = (told.points, told.max_points, told.per_item)
        work.session.delete(told)
        work.session.flush()
        again = mark_choices(work, attempt)
    assert first == (again.points, again.max_points, again.per_item) == (Decimal(37), Decimal(40), again.per_item)
    assert again.per_item.count("0.00") == 3
