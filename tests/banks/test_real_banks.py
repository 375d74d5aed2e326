"""The banks that come with the program, as a contest of 20 August 2019 needs them."""

import unicodedata
from collections import Counter
from datetime import date

import pytest

from quizapp.banks import loader
from quizapp.banks.draft import Draft
from quizapp.banks.formats import native
from quizapp.banks.rules import DOMAINS, Kind, Question
from quizapp.config import ROOT

DAY = date(2019, 8, 20)


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    folders = sorted(path.parent for path in (ROOT / "question_banks").glob("*/bank.yaml"))
    return [native.read(loader.from_folder(folder)) for folder in folders]


@pytest.fixture(scope="module")
def questions(drafts: list[Draft]) -> list[Question]:
    return [located.question for draft in drafts for located in draft.questions]


@pytest.fixture(scope="module")
def choices(questions: list[Question]) -> list[Question]:
    return [question for question in questions if question.kind is not Kind.ESSAY]


@pytest.fixture(scope="module")
def singles(questions: list[Question]) -> list[Question]:
    return [question for question in questions if question.kind is Kind.SINGLE]


def test_nothing_is_wrong_with_them(drafts: list[Draft]) -> None:
    assert [str(problem) for draft in drafts for problem in draft.problems] == []


def test_they_are_four_one_for_each_domain(drafts: list[Draft]) -> None:
    assert sorted(draft.head.domain for draft in drafts if draft.head) == sorted(DOMAINS)


def test_there_are_enough_of_them(questions: list[Question], choices: list[Question]) -> None:
    assert len(choices) >= 120
    assert len(questions) - len(choices) >= 8
    assert {question.kind for question in choices} == {Kind.SINGLE, Kind.MULTIPLE}


def test_every_bank_has_choices_and_an_essay(drafts: list[Draft]) -> None:
    for draft in drafts:
        assert {located.question.kind for located in draft.questions} == set(Kind)


def test_no_id_is_used_twice_over_all_banks(questions: list[Question]) -> None:
    assert [code for code, times in Counter(question.code for question in questions).items() if times > 1] == []


def test_every_answer_is_right_on_the_contests_day(questions: list[Question]) -> None:
    assert [question.code for question in questions if not question.in_force(DAY)] == []


def test_every_question_rests_on_an_article_and_tells_where_it_was_read(questions: list[Question]) -> None:
    for question in questions:
        assert question.source, question.code
        assert question.legal_basis, question.code
        assert all("Điều" in basis.article or "Phụ lục" in basis.article for basis in question.legal_basis)


def test_every_choice_is_explained_and_every_essay_has_an_outline(questions: list[Question]) -> None:
    for question in questions:
        if question.kind is Kind.ESSAY:
            assert 4 <= len(question.outline) <= 7, question.code
        else:
            assert question.explanation, question.code


def test_all_words_are_composed(drafts: list[Draft]) -> None:
    for folder in (ROOT / "question_banks").glob("*/bank.yaml"):
        for name, data in loader.from_folder(folder.parent).items():
            assert unicodedata.is_normalized("NFC", data.decode()), name


def test_the_letter_does_not_betray_the_key(singles: list[Question]) -> None:
    letters = Counter(question.key[0] for question in singles)
    assert set(letters) == {"a", "b", "c", "d"}
    assert max(letters.values()) <= 0.35 * len(singles)


def test_the_length_does_not_betray_the_key(singles: list[Question]) -> None:
    longest = [question.code for question in singles if key_is_longest(question)]
    assert len(longest) <= 0.35 * len(singles)


def key_is_longest(question: Question) -> bool:
    lengths = {option.id: len(option.text) for option in question.options}
    key = lengths.pop(question.key[0])
    return key > max(lengths.values())


def test_no_option_points_at_another(choices: list[Question]) -> None:
    pointing = ("tất cả các đáp án", "cả a và", "cả hai ý", "các ý trên", "đáp án trên", "không có đáp án")
    for question in choices:
        for option in question.options:
            assert not any(words in option.text.casefold() for words in pointing), question.code


def test_the_essays_kept_the_paragraphs_their_authors_wrote(questions: list[Question]) -> None:
    essays = [question for question in questions if question.kind is Kind.ESSAY]
    assert any("\n\n" in essay.stem for essay in essays)
    assert not any("\n" in essay.stem.replace("\n\n", " ") for essay in essays)
