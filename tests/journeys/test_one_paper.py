"""One paper's whole way, in a real browser and by keyboard alone: a pupil on a phone, then the judge, then anyone.

The steps are one story, so they are one test: each needs what the one before left behind.
"""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Browser

from tests.journeys.hands import DESKTOP, PHONE, Hands, eventually
from tests.journeys.site import Site

HEADING = "Giúp ông bà nộp hồ sơ trên mạng"
STRONG = "rất thuận tiện"
ITEM = "Tìm đúng thủ tục trước khi bấm nộp"
SENTENCE = "Em đã giúp ông nội tra cứu hồ sơ bằng mã số, không cần đến trụ sở. "


def test_a_pupil_takes_the_paper_and_a_judge_marks_it(site: Site, chromium: Browser, pictures: Path | None) -> None:
    pupil = Hands(chromium, site, PHONE, pictures)
    start(pupil)
    answer_forty(pupil)
    another_device(pupil, chromium)
    write(pupil)
    code = finish(pupil)
    the_paper_is_printed(pupil)
    anyone_checks(Hands(chromium, site, DESKTOP, pictures), code)
    a_judge_marks(Hands(chromium, site, DESKTOP, pictures), pupil)


def start(pupil: Hands) -> None:
    pupil.open("/")
    pupil.look("01-home")
    pupil.open("/sign-in")
    pupil.look("02-sign-in")
    pupil.sign_in("thí sinh – lớp 6", "**/contests")
    pupil.look("03-contests")
    pupil.press("Đọc thể lệ và bắt đầu", leads_to="**/rounds/*")
    pupil.look("04-round")
    pupil.press("Bắt đầu làm bài", leads_to="**/attempts/*")


def answer_forty(pupil: Hands) -> None:
    page = pupil.page
    assert page.locator("fieldset.item").count() == 40
    for item in page.locator("fieldset.item").all():
        item.locator("input").first.focus()
        page.keyboard.press("Space")
    pupil.until("Đã trả lời 40/40 câu")
    eventually(page, lambda: page.locator("#saving").inner_text().startswith("Đã lưu lúc"))
    pupil.look("05-questions")


def another_device(pupil: Hands, chromium: Browser) -> None:
    """On a reload, and on another device, the paper is as it was left."""
    page = pupil.page
    chosen = "() => [...document.querySelectorAll('#answers input:checked')].map(input => input.name + input.value)"
    before = page.evaluate(chosen)
    assert len(before) == 40
    page.reload()
    assert page.evaluate(chosen) == before
    other = Hands(chromium, pupil.site, DESKTOP, pupil.pictures)
    other.sign_in("thí sinh – lớp 6", "**/contests")
    other.page.goto(page.url)
    assert other.page.evaluate(chosen) == before
    other.look("06-questions-on-a-desktop")
    other.context.close()


def write(pupil: Hands) -> None:
    page = pupil.page
    pupil.press("Sang bài viết", leads_to="**/essay")
    page.locator(".ProseMirror").wait_for()
    page.locator(".ProseMirror").focus()
    command(pupil, "heading2")
    pupil.type(HEADING)
    page.keyboard.press("Enter")
    pupil.type("Làm ở nhà ")
    page.keyboard.press("Control+b")
    pupil.type(STRONG)
    page.keyboard.press("Control+b")
    pupil.type(". ")
    page.keyboard.insert_text(SENTENCE * 60)
    page.keyboard.press("Enter")
    command(pupil, "bullets")
    pupil.type(ITEM)
    saved = page.locator("#saving")
    eventually(page, lambda: saved.inner_text().startswith("Đã lưu lúc"))
    pupil.look("07-essay")
    words = 8 + 3 + 3 + 60 * len(SENTENCE.split()) + len(ITEM.split())
    assert re.search(rf"{words:,}".replace(",", r"\."), page.locator("[data-words]").inner_text())
    page.reload()
    page.locator(".ProseMirror h2").wait_for()
    assert page.locator(".ProseMirror strong").inner_text() == STRONG
    assert page.locator(".ProseMirror li").inner_text() == ITEM


def command(pupil: Hands, name: str) -> None:
    """Choose a command of the toolbar as the keyboard does, and come back to the text."""
    page = pupil.page
    page.locator(f'[data-command="{name}"]').focus()
    page.keyboard.press("Enter")
    page.locator(".ProseMirror").focus()
    page.keyboard.press("Control+End")


def finish(pupil: Hands) -> str:
    page = pupil.page
    page.goto(page.url.replace("/essay", "/review"))
    pupil.look("08-review")
    pupil.go_to("#sure")
    page.keyboard.press("Space")
    pupil.press("Nộp bài", leads_to="**/receipt")
    eventually(page, lambda: re.fullmatch(r"\d+/40 điểm", page.locator("#score").inner_text()) is not None)
    eventually(page, lambda: page.locator("#entry-link").is_visible())
    pupil.look("09-receipt")
    found = re.search(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}", page.locator("main").inner_text())
    assert found
    return found[0]


def the_paper_is_printed(pupil: Hands) -> None:
    answer = pupil.context.request.get(pupil.site.address + pupil.page.locator("#entry-link").get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    text = reading(answer.body(), "pdftotext", "-layout", "-", "-")
    typed = " ".join(text.split())
    for sentence in (HEADING, STRONG, ITEM):
        assert sentence in typed
    assert typed.count("tra cứu hồ sơ bằng mã số") == 60
    info = reading(answer.body(), "pdfinfo", "-")
    assert re.search(r"Page size: +595\.\d+ x 841\.\d+ pts \(A4\)", info)
    fonts = [line.split()[0] for line in reading(answer.body(), "pdffonts", "-").splitlines()[2:]]
    assert fonts and all(re.fullmatch(r"[A-Z]{6}\+(Liberation-?Serif|TimesNewRoman).*", font) for font in fonts)


def reading(pdf: bytes, *command: str) -> str:
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def anyone_checks(anyone: Hands, code: str) -> None:
    anyone.open("/receipts")
    anyone.look("10-receipts")
    anyone.go_to("#code")
    anyone.type(code.lower())
    anyone.page.keyboard.press("Enter")
    anyone.page.wait_for_url("**/receipts/*")
    anyone.until("Biên nhận có thật")
    anyone.look("11-receipt-checked")


def a_judge_marks(judge: Hands, pupil: Hands) -> None:
    page = judge.page
    judge.sign_in("giám khảo", "**/judge")
    eventually(page, lambda: bool(page.reload()) and "Có 1 bài đang chờ chấm." in page.locator("main").inner_text())
    judge.look("12-judge-desk")
    judge.press("Nhận bài tiếp theo", leads_to="**/judge/scripts/*")
    judge.look("13-judge-script")
    seen = page.content()
    assert HEADING in seen
    for name in (pupil.site.card("thí sinh – lớp 6")[0], "Trường THCS"):
        assert name not in seen
    # The class is too short a word to look for among random tokens; read it as the judge would.
    assert "6A1" not in page.locator("body").inner_text()
    for criterion, points in {"content": "7,5", "practice": "3", "ideas": "9", "form": "2,25"}.items():
        judge.go_to(f"#mark-{criterion}")
        judge.type(points)
    judge.press("Gửi điểm rồi nghỉ", leads_to="**/judge/scripts/*")
    judge.until("Điểm chưa hợp lệ")
    judge.look("14-judge-corrects")
    page.locator("#mark-ideas").fill("4")
    judge.press("Gửi điểm rồi nghỉ", leads_to="**/judge")
    judge.until("16,75")
    judge.look("15-judge-done")
