"""The server loses its power while a pupil types: the page says so, waits, and sends when the server is back."""

from playwright.sync_api import Browser

from tests.journeys.hall import SAVED, Hall, come_in, words

BEFORE = "Trước khi mất điện. "
DURING = "Trong lúc máy chủ khởi động lại. "
AFTER = "Sau khi có điện."


def test_a_server_that_restarts_in_mid_typing(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.arrive()
    pupil.open_essay()
    pupil.page.keyboard.type(BEFORE)
    hall.pull_the_plug()
    pupil.page.keyboard.type(DURING)
    pupil.hears("Đang chờ mạng – 1 câu chưa gửi")
    hall.plug_in()
    pupil.page.keyboard.type(AFTER)
    pupil.hears(SAVED)
    assert words(hall.stored(pupil)[41]) == BEFORE + DURING + AFTER
    assert pupil.page.locator(".conflict").count() == 0
    pupil.context.close()
