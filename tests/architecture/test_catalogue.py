"""English is complete: every sentence has its English, the same word each time, and the pages say it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from bs4 import BeautifulSoup

from quizapp.foundation.access import Role
from quizapp.house import House
from scripts import check_translations as check
from tests.factories import Visitor, enter, round_of
from tests.judging.test_queue import write

IN_ENGLISH = {"X-Language": "en"}


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every sentence that pages, forms and errors mark."""
    pot: Path = tmp_path_factory.mktemp("catalogue") / "messages.pot"
    check.extract(pot)
    return check.read(pot)


@pytest.fixture(scope="module")
def english() -> dict[str, tuple[str, ...]]:
    """Each Vietnamese sentence with its English, singular and plural."""
    return {
        check.first(message): check.forms(message.string or "") for message in check.read(check.ENGLISH) if message.id
    }


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    """Somebody who has pressed «English»."""
    assert visitor.post("/language", lang="en", next="/sign-in").location == "/sign-in"
    return visitor


def words_of(visitor: Visitor, path: str) -> str:
    """Return what stands on a page, with single spaces."""
    return " ".join(BeautifulSoup(visitor.get(path).text, "html.parser").get_text(" ").split())


# ── The catalogue ──


def test_every_sentence_is_translated_and_none_is_left_over(wanted: Catalog) -> None:
    assert list(check.catalogue_troubles(wanted)) == []


def test_no_page_and_no_script_speaks_vietnamese_past_the_catalogue() -> None:
    assert [*check.unmarked_in_templates(), *check.sentences_in_scripts()] == []


@pytest.mark.parametrize(
    "sentence",
    ["Mã dự thi", "Hãy chọn một tệp ZIP.", "Không tìm thấy trang", "%(num)d giờ", "Biên nhận có thật", "Mã phách"],
    ids=["a form's label", "a form's refusal", "an error's title", "a plural", "a page", "a paper"],
)
def test_sentences_are_found_wherever_they_are_marked(wanted: Catalog, sentence: str) -> None:
    assert wanted.get(sentence) is not None


def test_english_holds_no_vietnamese_and_no_straight_quotes(english: dict[str, tuple[str, ...]]) -> None:
    """A straight double quote would end the ``aria-label`` that the sentence stands in."""
    said = {form for forms in english.values() for form in forms} - {"Tiếng Việt"}
    bare = {form: re.sub("Hà Nội|Thanh Xuân", "", form) for form in said}
    assert [form for form, rest in bare.items() if check.VIETNAMESE.search(rest) or '"' in rest] == []


@pytest.mark.parametrize(
    ("vietnamese", "term"),
    [
        ("biên nhận", "receipt"),
        ("ban tổ chức", "organiser"),
        ("bài viết", "essay|writ"),
        ("câu hỏi", "question"),
        ("đáp án", "key"),
        ("giám khảo", "judge"),
        ("hạn nộp", "deadline"),
        ("lĩnh vực", "domain"),
        ("ngân hàng", "banks?"),
        ("nộp bài", "hand(ing|ed)?[ -]in"),
        ("phương án", "options?"),
        ("thang điểm", "rubric"),
        ("thể lệ", "rules"),
        ("tiêu chí", "criteri(on|a)"),
        ("vòng thi", "round"),
    ],
)
def test_one_term_has_one_name(english: dict[str, tuple[str, ...]], vietnamese: str, term: str) -> None:
    about = {first: forms for first, forms in english.items() if vietnamese in first.lower()}
    assert about
    assert [forms for forms in about.values() if not all(re.search(term, form, re.I) for form in forms)] == []


# ── What people read ──


def test_the_sign_in_page_in_english(reader: Visitor) -> None:
    page = words_of(reader, "/sign-in")
    assert "Use the code and the PIN on your contest slip." in page
    assert "Sign-in code" in page
    assert "Lost your slip?" in page
    assert '<html lang="en"' in reader.get("/sign-in").text


def test_vietnamese_is_one_press_away(reader: Visitor) -> None:
    assert "Tiếng Việt" in words_of(reader, "/sign-in")
    reader.post("/language", lang="vi", next="/sign-in")
    assert "Dùng mã và PIN trên phiếu dự thi." in words_of(reader, "/sign-in")


def test_a_form_speaks_the_readers_language_even_where_its_library_does_not(visitor: Visitor) -> None:
    longer = {"code": "A" * 41, "pin": "1"}
    assert "Mã này dài hơn mọi mã có thật." in visitor.post("/sign-in", **longer).text
    visitor.post("/language", lang="en")
    assert "This is longer than any real code." in visitor.post("/sign-in", **longer).text


def test_a_page_that_is_not_there(reader: Visitor) -> None:
    page = words_of(reader, "/nowhere")
    assert "Page not found" in page
    assert "What to do next Please go to the home page." in page


def test_the_json_interface_answers_in_the_language_asked_for(visitor: Visitor) -> None:
    told = visitor.client.get("/api/v1/rounds", headers=IN_ENGLISH).get_json()
    assert told["title"] == "Please sign in"
    assert told["detail"] == "Your session has ended. Please sign in again; what was saved is still there."
    assert visitor.get("/api/v1/rounds").get_json()["title"] == "Cần đăng nhập"


def test_one_script_is_waiting_two_are(house: House, reader: Visitor) -> None:
    judge = reader.sign_in(enter(house, Role.JUDGE, unit="PGD", category="staff"))
    assert "No scripts are waiting at the moment." in words_of(judge, "/judge")
    write(house)
    assert "1 script is waiting." in words_of(judge, "/judge")
    write(house)
    assert "2 scripts are waiting." in words_of(judge, "/judge")


def test_figures_are_written_as_english_does(house: House, reader: Visitor) -> None:
    pupil = reader.sign_in(enter(house))
    page = words_of(pupil, f"/rounds/{round_of(house).ref}")
    assert "at most 1,500 words" in page
    assert "60 minutes" in page
