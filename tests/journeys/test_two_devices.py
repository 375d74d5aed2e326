"""One pupil at two machines: neither overwrites the other, and the pupil decides with both texts before them."""

from playwright.sync_api import Browser

from tests.journeys.hall import SAVED, Hall, Pupil, come_in, words
from tests.journeys.hands import eventually

COMMON = "Em viết ở trường. "
AT_HOME = "Ở nhà em viết thêm trên máy của bố."
AT_SCHOOL = "Ở trường em viết tiếp khi mất mạng."


def at_school_and_at_home(hall: Hall, chromium: Browser) -> tuple[Pupil, Pupil]:
    """Begin at school, lose the network there, go on at home, and let the school's network come back."""
    school = come_in(hall, chromium)
    school.arrive()
    school.open_essay()
    school.page.keyboard.type(COMMON)
    school.hears(SAVED)
    school.context.set_offline(True)
    school.page.keyboard.type(AT_SCHOOL)
    school.hears("Đang chờ mạng")
    home = come_in(hall, chromium, school.card)
    home.ref = school.ref
    home.page.goto(f"{hall.address}/sign-in")
    home.sign_in()
    home.open_essay()
    home.page.keyboard.type(AT_HOME)
    home.hears(SAVED)
    school.context.set_offline(False)
    school.page.locator(".conflict").wait_for()
    return school, home


def test_the_text_of_this_machine_is_kept(hall: Hall, chromium: Browser) -> None:
    school, home = at_school_and_at_home(hall, chromium)
    assert words(hall.stored(school)[41]) == COMMON + AT_HOME
    marked = {mark: " ".join(school.page.locator(f".conflict {mark}").all_inner_texts()) for mark in ("del", "ins")}
    assert "khi mất mạng" in marked["del"] and "máy của bố" in marked["ins"]
    school.page.get_by_role("button", name="Giữ bản trên trang này").click()
    school.hears(SAVED)
    assert words(hall.stored(school)[41]) == COMMON + AT_SCHOOL
    school.context.close()
    home.context.close()


def test_the_text_of_the_other_machine_is_taken(hall: Hall, chromium: Browser) -> None:
    school, home = at_school_and_at_home(hall, chromium)
    school.page.get_by_role("button", name="Dùng bản ở máy chủ").click()
    school.hears(SAVED)
    assert school.page.locator(".ProseMirror").inner_text().strip() == COMMON + AT_HOME
    assert words(hall.stored(school)[41]) == COMMON + AT_HOME
    school.page.locator(".ProseMirror").focus()
    school.page.keyboard.press("Control+End")
    school.page.keyboard.type(" Xong.")
    school.hears(SAVED)
    assert words(hall.stored(school)[41]) == COMMON + AT_HOME + " Xong."
    school.context.close()
    home.context.close()


def test_what_was_unsent_when_the_paper_was_handed_in_elsewhere(hall: Hall, chromium: Browser) -> None:
    """It is offered to the server, which keeps it aside; the page says it came too late, and then keeps nothing."""
    school = come_in(hall, chromium)
    school.arrive()
    school.context.set_offline(True)
    school.tick(2, 1)
    school.hears("Đang chờ mạng – 1 câu chưa gửi")
    home = come_in(hall, chromium, school.card)
    home.page.goto(f"{hall.address}/sign-in")
    home.sign_in()
    home.page.goto(f"{hall.address}/attempts/{school.ref}/review")
    home.page.locator("#sure").check()
    home.page.get_by_role("button", name="Nộp bài").click()
    home.page.wait_for_url("**/receipt")
    school.context.set_offline(False)
    school.hears("Bài thi đã đóng – 1 câu gửi đến sau giờ")
    assert '"late":"c1"' in school.kept()
    school.page.goto(f"{hall.address}/attempts/{school.ref}/receipt")
    eventually(school.page, lambda: school.kept() == "[]")
    school.context.close()
    home.context.close()
