"""Papers and answers written small: what is read back is what was written, and little of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.attempts.rules import Saved, keeps_version
from quizapp.attempts.sheet import EMPTY, Answers, Place, read_paper, write_paper

BEGAN = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)

orders = st.integers(2, 20).flatmap(lambda count: st.permutations(range(count)))
places = st.builds(Place, st.integers(1, 2**40), st.sampled_from(["single", "multiple"]), orders.map(tuple))
choices = st.sets(st.integers(0, 19)).map(lambda chosen: tuple(sorted(chosen)))
moments = st.integers(0, 90 * 24 * 3600 * 10**6).map(lambda after: BEGAN + timedelta(microseconds=after))


def written(answers: dict[int, Saved]) -> Answers:
    sheet = Answers(EMPTY, BEGAN)
    for saved in answers.values():
        sheet.put(saved)
    return sheet


@given(st.lists(places, max_size=60))
def test_a_paper_is_read_as_it_was_written(paper: list[Place]) -> None:
    assert read_paper(write_paper(paper)) == paper


@given(st.dictionaries(st.integers(1, 200), st.tuples(st.integers(1, 2**31 - 1), choices, moments)))
def test_answers_are_read_as_they_were_written(given_: dict[int, tuple[int, tuple[int, ...], datetime]]) -> None:
    answers = {no: Saved(no, seq, at, choice=choice) for no, (seq, choice, at) in given_.items()}
    sheet = written(answers)
    assert Answers(sheet.text(), BEGAN).all() == answers
    assert {no: sheet.get(no) for no in answers} == answers


def test_forty_answers_after_three_weeks_take_less_than_a_thousand_bytes() -> None:
    late = BEGAN + timedelta(days=21, microseconds=123_456)
    answers = {no: Saved(no, 9, late, choice=(no % 4,)) for no in range(1, 41)}
    assert len(written(answers).text()) < 1000


def test_on_an_empty_sheet_there_is_no_answer() -> None:
    assert (Answers(EMPTY, BEGAN).all(), Answers(EMPTY, BEGAN).get(1)) == ({}, None)


@pytest.mark.parametrize("text", ["12", "12x01", "s", "twelve s01"])
def test_what_is_no_paper_is_not_guessed_at(text: str) -> None:
    with pytest.raises(ValueError):
        read_paper(text)


# ── which earlier texts are kept ──


def text(words: int, minute: float) -> Saved:
    return Saved(41, 7, BEGAN + timedelta(minutes=minute), html="…", words=words)


@pytest.mark.parametrize(
    ("words", "minute", "last_kept", "now", "kept"),
    [
        (100, 4.9, None, 101, False),
        (100, 5, None, 101, True),
        (100, 9.9, 5, 101, False),
        (100, 10, 5, 101, True),
        (100, 1, None, 80, True),
        (100, 1, None, 81, False),
        (1000, 1, None, 901, False),
        (1000, 1, None, 900, True),
        (1000, 20_000, 19_001, 1000, False),
        (1000, 20_000, 19_000, 1000, True),
    ],
    ids=[
        "the first minutes",
        "five minutes after the start",
        "soon after one that is kept",
        "five minutes after it",
        "twenty of a hundred words gone",
        "nineteen of them",
        "less than a tenth of a thousand",
        "a tenth",
        "after two weeks, soon",
        "after two weeks, a twentieth of them later",
    ],
)
def test_a_text_is_kept_when_much_goes_or_time_has_passed(
    words: int, minute: float, last_kept: float | None, now: int, kept: bool
) -> None:
    last = None if last_kept is None else BEGAN + timedelta(minutes=last_kept)
    assert keeps_version(text(words, minute), last, BEGAN, now) is kept
