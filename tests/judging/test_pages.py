"""The judge's pages: marks typed as people type them, nothing lost on a mistake, then the next."""

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from quizapp.foundation.access import Role
from quizapp.house import House
from quizapp.judging.rules import LEASE
from tests.banks.bank_files import everything
from tests.factories import Card, Clock, Visitor, enter
from tests.judging.test_queue import take, write

TYPED = {"mark-content": "6,5", "mark-practice": "3.25", "mark-ideas": "4", "mark-form": " 2,75 "}


@pytest.fixture
def card(house: House) -> Card:
    return enter(house, Role.JUDGE, unit="PGD", category="staff", name="Trần Văn Quân")


@pytest.fixture
def judge(card: Card, visitor: Visitor) -> Visitor:
    return visitor.sign_in(card)


def page_of(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def begin(judge: Visitor) -> str:
    """Press the desk's button and return the address it leads to."""
    answer = judge.post("/judge/next")
    assert answer.status_code == 302
    return str(answer.location)


def typed_in(page: BeautifulSoup) -> dict[str, str]:
    return {str(field["name"]): str(field["value"]) for field in page.select("input[inputmode=decimal]")}


def test_the_desk_counts_what_waits_and_leads_to_it(house: House, judge: Visitor) -> None:
    write(house), write(house)
    assert "Có 2 bài đang chờ chấm." in judge.get("/judge").text
    address = begin(judge)
    assert "Thầy cô đang giữ một bài chưa gửi điểm." in judge.get("/judge").text
    assert begin(judge) == address


def test_nothing_waits_and_the_desk_says_so(judge: Visitor) -> None:
    assert "Hiện không có bài nào chờ chấm." in judge.get("/judge").text
    assert begin(judge) == "/judge"


def test_commas_and_points_are_both_decimal_signs(house: House, judge: Visitor) -> None:
    write(house)
    answer = judge.post(begin(judge), **TYPED)
    assert (answer.status_code, answer.location) == (302, "/judge")
    page = page_of(judge.get("/judge"))
    assert "Đã gửi điểm bài vừa chấm." in page.get_text()
    assert page.select_one("td.figure").get_text() == "16,5"


def test_send_and_next_leads_to_the_next_and_after_the_last_to_the_desk(house: House, judge: Visitor) -> None:
    first, second = sorted(filter(None, (write(house), write(house))))
    address = begin(judge)
    assert address == f"/judge/scripts/{first}"
    answer = judge.post(address, next="1", **TYPED)
    assert answer.location == f"/judge/scripts/{second}"
    assert judge.post(answer.location, next="1", **TYPED).location == "/judge"


@pytest.mark.parametrize("form", ["ba điểm", "", "NaN", "Infinity", "1e1", "1_0", "٣", "2,5,0"])
def test_what_is_no_number_is_told_at_its_field_and_all_that_was_typed_stays(
    house: House, judge: Visitor, form: str
) -> None:
    write(house)
    address = begin(judge)
    before = everything(house)
    answer = judge.post(address, **(TYPED | {"mark-form": form}))
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.select_one("#errors a[href='#mark-form']").get_text().endswith("nhập điểm bằng số, ví dụ 3,5.")
    assert page.select_one("#mark-form")["aria-invalid"] == "true"
    assert typed_in(page) == TYPED | {"mark-form": form}
    assert everything(house) == before


@pytest.mark.parametrize("form", ["3,25", "-1", "2,8", "999999"])
def test_what_is_out_of_reach_is_told_at_its_field_and_all_that_was_typed_stays(
    house: House, judge: Visitor, form: str
) -> None:
    write(house)
    address = begin(judge)
    before = everything(house)
    answer = judge.post(address, **(TYPED | {"mark-form": form}))
    assert answer.status_code == 422
    page = page_of(answer)
    assert "theo bước 0,25. Chưa có gì được gửi." in page.select_one("#errors").get_text()
    assert [link["href"] for link in page.select("#errors a")] == ["#mark-form"]
    assert typed_in(page) == TYPED | {"mark-form": form}
    assert everything(house) == before


def test_a_field_that_was_not_sent_is_asked_for(house: House, judge: Visitor) -> None:
    write(house)
    answer = judge.post(begin(judge), **{name: value for name, value in TYPED.items() if name != "mark-ideas"})
    assert answer.status_code == 422
    assert [link["href"] for link in page_of(answer).select("#errors a")] == ["#mark-ideas"]


def test_pressing_send_twice_sends_once(house: House, judge: Visitor) -> None:
    write(house)
    address = begin(judge)
    judge.post(address, **TYPED)
    before = everything(house)
    assert judge.post(address, **TYPED).location == "/judge"
    assert everything(house) == before


def test_a_released_script_is_gone_from_the_hands(house: House, judge: Visitor) -> None:
    write(house)
    address = begin(judge)
    assert judge.post(f"{address}/release").location == "/judge"
    assert judge.get(address).status_code == 404
    assert "Có 1 bài đang chờ chấm." in judge.get("/judge").text


def test_a_script_that_another_took_is_told_so_and_the_marks_are_not_taken(
    house: House, judge: Visitor, clock: Clock
) -> None:
    write(house)
    address = begin(judge)
    clock.instant += LEASE
    assert take(house, enter(house, Role.JUDGE, unit="PGD", category="staff"))
    before = everything(house)
    assert judge.post(address, **TYPED).status_code in (404, 409)
    assert everything(house) == before


def test_a_script_nobody_gave_out_is_not_shown_by_its_name(house: House, judge: Visitor) -> None:
    ref = write(house)
    assert judge.get(f"/judge/scripts/{ref}").status_code == 404
    assert judge.post(f"/judge/scripts/{ref}", **TYPED).status_code == 404


def test_the_prompt_is_shown_with_its_paragraphs_and_the_author_is_not(house: House, judge: Visitor) -> None:
    write(house)
    page = page_of(judge.get(begin(judge)))
    prompt = page.select_one(".prompt")
    assert "stem" in prompt["class"] and prompt.get_text().count("\n\n") == 1
    assert "Ánh Tuyết" not in page.get_text() and "Sông Xanh" not in page.get_text()
