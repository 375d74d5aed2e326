"""The administrator's pages: upload, look at every verdict, then load – or learn where the file is wrong."""

import io
import os
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from quizapp.foundation.access import Role
from quizapp.house import House
from tests.banks.bank_files import ESSAY, MULTIPLE, SINGLE, everything, files, spoilt, zipped
from tests.factories import Visitor, enter


@pytest.fixture
def administrator(house: House, visitor: Visitor) -> Visitor:
    return visitor.sign_in(enter(house, Role.ADMINISTRATOR, unit="PGD", category="staff"))


def upload(visitor: Visitor, data: bytes) -> TestResponse:
    sent = {"csrf_token": visitor.token(), "file": FileStorage(io.BytesIO(data), "ngan-hang.zip")}
    boundary, body = encode_multipart(sent)
    return visitor.client.post("/admin/banks", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def preview(visitor: Visitor, data: bytes) -> tuple[str, BeautifulSoup]:
    """Upload and return (the preview's address, its page)."""
    sent = upload(visitor, data)
    assert sent.status_code == 302, sent.text
    return sent.location, BeautifulSoup(visitor.get(sent.location).text, "html.parser")


def rows(page: BeautifulSoup) -> list[tuple[str, str, str]]:
    """Return (id, verdict, file:line) of each line of the preview."""
    cells = [[cell.get_text(strip=True) for cell in row.find_all("td")] for row in page.select("tbody tr")]
    return [(code, verdict, place) for code, verdict, _stem, place in cells]


def stored(house: House) -> list[Path]:
    return [path for path in (house.settings.data / "files").rglob("*") if path.is_file()]


def test_a_bank_is_previewed_and_nothing_has_changed_yet(house: House, administrator: Visitor) -> None:
    before = everything(house)
    _, page = preview(administrator, zipped(files()))
    assert rows(page) == [("tn-001", "Câu mới", "questions/a.yaml:1"), ("tn-tl-01", "Câu mới", "questions/b.yaml:1")]
    assert everything(house) == before


def test_then_it_is_loaded_and_stands_in_the_list(house: House, administrator: Visitor) -> None:
    address, _ = preview(administrator, zipped(files()))
    answer = administrator.post(address)
    assert (answer.status_code, answer.location) == (302, "/admin/banks")
    page = administrator.get("/admin/banks").text
    assert "Đã nạp ngân hàng: 2 câu mới, 0 câu có bản mới." in page
    assert "Ngân hàng thử nghiệm" in page


def test_the_same_file_again_says_so_and_changes_nothing(house: House, administrator: Visitor) -> None:
    address, _ = preview(administrator, zipped(files()))
    administrator.post(address)
    before = everything(house)
    address, page = preview(administrator, zipped(files()))
    assert {verdict for _, verdict, _ in rows(page)} == {"Giữ nguyên"}
    administrator.post(address)
    assert everything(house) == before


def test_an_edit_shows_as_a_new_version_beside_what_stays(administrator: Visitor) -> None:
    administrator.post(preview(administrator, zipped(files()))[0])
    _, page = preview(administrator, zipped(files(spoilt("90 ngày", "91 ngày") + MULTIPLE)))
    assert rows(page) == [
        ("tn-001", "Có bản mới", "questions/a.yaml:1"),
        ("tn-002", "Câu mới", "questions/a.yaml:21"),
        ("tn-tl-01", "Giữ nguyên", "questions/b.yaml:1"),
    ]


def test_a_faulty_bank_is_told_by_file_and_line_and_cannot_be_loaded(house: House, administrator: Visitor) -> None:
    faulty = zipped(files(spoilt("key: [b]", "key: [e]"), spoilt("kind: essay", "kind: song", ESSAY)))
    address, page = preview(administrator, faulty)
    told = [line.get_text(" ", strip=True) for line in page.select(".notice li")]
    assert told == [
        "questions/b.yaml:2 (tn-tl-01): «song» không hợp lệ; hãy chọn một trong: single, multiple, essay.",
        "questions/a.yaml:1 (tn-001): Đáp án (key) không có trong các phương án.",
    ]
    assert rows(page) == [("tn-001", "Có lỗi", "questions/a.yaml:1"), ("tn-tl-01", "Có lỗi", "questions/b.yaml:2")]
    assert page.find("button", string="Nạp ngân hàng này") is None
    before = everything(house)
    assert administrator.post(address).status_code == 422
    assert everything(house) == before


def test_words_from_a_file_are_shown_as_words(administrator: Visitor) -> None:
    sly = SINGLE.replace("15 ngày", "15 <b>ngày</b>").replace("Cha mẹ", "<script>alert(1)</script> %(x)s Cha mẹ")
    _, page = preview(administrator, zipped(files(sly.replace("kind: single", 'kind: "<i>%d</i>"'))))
    assert "«<i>%d</i>» không hợp lệ" in page.get_text()
    _, page = preview(administrator, zipped(files(sly)))
    assert "<script>alert(1)</script> %(x)s Cha mẹ" in page.get_text()


def test_an_empty_form_asks_for_a_file(house: House, administrator: Visitor) -> None:
    answer = administrator.post("/admin/banks")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("#errors a[href='#file']").get_text() == "Hãy chọn một tệp ZIP."
    assert page.select_one("#file")["aria-invalid"] == "true"
    assert stored(house) == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"%PDF-1.7", "Đây không phải ngân hàng câu hỏi"), (zipped({"../x.yaml": b""}), "thành phần không dùng được")],
    ids=["no ZIP", "climbing out"],
)
def test_what_is_no_bank_is_refused_on_the_form_and_not_kept(
    house: House, administrator: Visitor, data: bytes, sentence: str
) -> None:
    answer = upload(administrator, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert stored(house) == []


def test_a_bank_with_pictures_may_be_larger_than_an_essay(administrator: Visitor) -> None:
    _, page = preview(administrator, zipped(files() | {"figures/1.png": os.urandom(3_000_000)}))
    assert len(rows(page)) == 2


def test_only_an_administrator_may_send_so_much(house: House, visitor: Visitor) -> None:
    visitor.sign_in(enter(house))
    assert upload(visitor, os.urandom(3_000_000)).status_code == 413


def test_an_archive_beyond_the_cap_is_refused_in_words(house: House, administrator: Visitor) -> None:
    answer = upload(administrator, zipped(files() | {"figures/1.png": os.urandom(21 * 1024 * 1024)}))
    assert answer.status_code == 413
    assert "vượt quá giới hạn" in answer.text
    assert stored(house) == []


@pytest.mark.parametrize("key", ["0" * 64 + ".zip", "0" * 64], ids=["never stored", "no such file"])
def test_there_is_no_preview_of_what_was_never_sent(administrator: Visitor, key: str) -> None:
    assert administrator.get(f"/admin/banks/{key}").status_code == 404
    assert administrator.post(f"/admin/banks/{key}").status_code == 404


def test_a_preview_lives_under_its_content_so_a_reload_shows_the_same(administrator: Visitor) -> None:
    first, page = preview(administrator, zipped(files()))
    assert rows(BeautifulSoup(administrator.get(first).text, "html.parser")) == rows(page)


def test_what_is_stored_for_others_is_no_bank(house: House, administrator: Visitor) -> None:
    key = house.storage.put(b"%PDF-1.7 somebody's entry", ".pdf")
    answer = administrator.get(f"/admin/banks/{key}")
    assert answer.status_code == 422
    assert "somebody" not in answer.text
