"""The administrator loads a corrected bank by page; a visitor errs, and reads English."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import Browser

from quizapp.banks.loader import from_folder
from quizapp.config import ROOT
from tests.journeys.hands import PHONE, Hands
from tests.journeys.site import Site

BANK = from_folder(ROOT / "question_banks" / "giao-duc")
FILE = "questions/quyen-hoc-tap.yaml"


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"giao-duc/{name}", content)
    return data.getvalue()


def with_broken_key() -> bytes:
    return zipped(BANK | {FILE: BANK[FILE].replace(b"  key: [", b"  key: [z, ", 1)})


def with_better_words() -> bytes:
    return zipped(BANK | {FILE: BANK[FILE].replace(b"  explanation: >-\n    ", b"  explanation: >-\n    (2019) ", 1)})


def test_a_bank_is_refused_mended_previewed_and_loaded(site: Site, chromium: Browser, pictures: Path | None) -> None:
    admin = Hands(chromium, site, PHONE, pictures)
    admin.sign_in("quản trị viên", "**/admin")
    admin.look("20-admin")
    admin.press("Xem và nạp ngân hàng câu hỏi", leads_to="**/admin/banks")
    admin.look("21-banks")
    preview(admin, with_broken_key())
    admin.until(FILE)
    admin.look("22-bank-refused")
    assert admin.page.get_by_role("button", name="Nạp ngân hàng này").count() == 0
    admin.open("/admin/banks")
    preview(admin, with_better_words())
    admin.until("Có bản mới")
    admin.look("23-bank-preview")
    admin.press("Nạp ngân hàng này", leads_to="**/admin/banks")
    admin.until("0 câu mới, 1 câu có bản mới")
    preview(admin, with_better_words())
    facts = admin.page.locator("dl.facts").inner_text().split("\n")
    assert facts[facts.index("Giữ nguyên") + 1] == "26"


def preview(admin: Hands, data: bytes) -> None:
    file = {"name": "giao-duc.zip", "mimeType": "application/zip", "buffer": data}
    admin.page.set_input_files("#file", files=[file])  # type: ignore[list-item]
    admin.press("Xem trước", leads_to="**/admin/banks/*")


def test_a_visitor_errs_and_is_told_in_their_language(site: Site, chromium: Browser, pictures: Path | None) -> None:
    visitor = Hands(chromium, site, PHONE, pictures)
    visitor.known_missing = "/khong-co-trang-nay"
    visitor.open("/khong-co-trang-nay")
    visitor.until("Không tìm thấy trang")
    visitor.until("Những gì báo «Đã lưu» vẫn còn nguyên.")
    visitor.look("24-not-found")
    visitor.press("English", leads_to="**/khong-co-trang-nay")
    visitor.until("Page not found")  # first: the address was this one before, too
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    visitor.look("25-not-found-in-english")
