"""A machine whose clock is a day fast or a day slow: the time left is the server's, and every answer arrives."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from quizapp.foundation import clock as clocks
from tests.journeys.hall import SAVED, Hall, come_in, words
from tests.journeys.hands import eventually

TEXT = "Đồng hồ của máy này sai một ngày. "


@pytest.mark.parametrize("wrong_by", [timedelta(days=1), timedelta(days=-1)], ids=["a day fast", "a day slow"])
def test_a_clock_that_is_wrong_by_a_day(hall: Hall, chromium: Browser, wrong_by: timedelta) -> None:
    pupil = come_in(hall, chromium)
    pupil.page.clock.install(time=clocks.now() + wrong_by)
    pupil.arrive()
    left = pupil.page.locator("#time-left")
    eventually(pupil.page, lambda: left.inner_text() in ("Còn 59 phút", "Còn 58 phút"))
    pupil.tick(3, 1)
    pupil.open_essay()
    pupil.page.keyboard.type(TEXT)
    pupil.page.clock.fast_forward(2_000)
    pupil.hears(SAVED)
    pupil.page.clock.set_system_time(clocks.now() - wrong_by)  # somebody sets the clock while the page is open
    pupil.context.set_offline(True)
    pupil.page.keyboard.type(TEXT)
    pupil.page.clock.fast_forward(5_000)
    pupil.hears("Đang chờ mạng – 1 câu chưa gửi")
    pupil.context.set_offline(False)
    pupil.page.clock.fast_forward(60_000)
    pupil.hears(SAVED)
    stored = hall.stored(pupil)
    assert (stored[3], words(stored[41])) == ([1], TEXT * 2)
    pupil.context.close()
