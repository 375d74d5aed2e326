"""Two tabs of one paper: both show the truth, they do not fight, and one succeeds the other."""

from playwright.sync_api import Browser

from tests.journeys.hall import SAVED, Hall, come_in
from tests.journeys.hands import eventually


def test_what_is_answered_in_one_tab_is_seen_in_the_other(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.arrive()
    sent: list[str] = []
    pupil.context.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    other = pupil.context.new_page()
    pupil.open_questions(other)
    no = pupil.first_of("single")
    pupil.tick(no, 1)
    eventually(other, lambda: pupil.chosen(no, other) == [1] and pupil.said(other).startswith(SAVED))
    pupil.tick(no, 3, other)
    eventually(pupil.page, lambda: pupil.chosen(no) == [3] and pupil.said().startswith(SAVED))
    assert (hall.stored(pupil)[no], len(sent)) == ([3], 2)
    pupil.context.set_offline(True)
    pupil.tick(no, 0)
    pupil.hears("Đang chờ mạng – 1 câu chưa gửi")
    eventually(other, lambda: "câu chưa gửi" in pupil.said(other) or pupil.said(other) == "Đang lưu…")
    pupil.page.close(run_before_unload=False)
    pupil.context.set_offline(False)
    eventually(other, lambda: pupil.said(other).startswith(SAVED))
    pupil.page = other
    assert hall.stored(pupil)[no] == [0]
    assert other.locator(".conflict").count() == 0
    pupil.context.close()


def test_handed_in_in_one_tab_is_closed_in_the_other(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.arrive()
    pupil.tick(1, 1)
    pupil.page.get_by_role("button", name="Xem lại sau câu 1", exact=True).click()
    pupil.hears(SAVED)
    assert "quizapp:flags" in pupil.kept()
    other = pupil.context.new_page()
    other.goto(f"{hall.address}/attempts/{pupil.ref}/review")
    other.locator("#sure").check()
    other.get_by_role("button", name="Nộp bài").click()
    other.wait_for_url("**/receipt")
    pupil.page.get_by_role("heading", name="Bài thi đã đóng").wait_for()
    assert pupil.page.locator("#item-1 input").first.is_disabled()
    eventually(other, lambda: pupil.kept() == "[]")
    pupil.context.close()
