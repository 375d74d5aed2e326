"""Twenty minutes without a network in the middle of the essay: the pupil goes on writing, and nothing is lost."""

from playwright.sync_api import Browser

from tests.journeys.hall import SAVED, Hall, come_in, words

BEFORE = "Ông em ở quê chưa biết nộp hồ sơ qua mạng. "
DURING = "Em mở trang dịch vụ công và chỉ từng bước. "
AFTER = "Hôm nay ông đã tự nộp được."


def test_an_essay_written_without_a_network_arrives_when_it_is_back(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.page.clock.install()
    pupil.arrive()
    pupil.tick(1, 0)
    pupil.open_essay()
    pupil.page.keyboard.type(BEFORE)
    pupil.hears(SAVED)
    pupil.context.set_offline(True)
    for minute in range(20):
        pupil.page.keyboard.type(DURING)
        pupil.page.clock.fast_forward(60_000)
        pupil.hears("Đang chờ mạng – 1 câu chưa gửi")
        assert pupil.page.locator("#notice-waiting").is_visible() or minute == 0
    pupil.context.set_offline(False)
    pupil.page.keyboard.type(AFTER)
    pupil.page.clock.fast_forward(60_000)
    pupil.hears(SAVED)
    assert words(hall.stored(pupil)[41]) == BEFORE + DURING * 20 + AFTER
    assert pupil.complaints == []
    pupil.context.close()


def test_forty_answers_given_without_a_network_are_all_sent(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.arrive()
    pupil.context.set_offline(True)
    for no in range(1, 41):
        pupil.tick(no, no % 2)
    pupil.hears("Đang chờ mạng – 40 câu chưa gửi")
    pupil.context.set_offline(False)
    pupil.hears(SAVED)
    stored = hall.stored(pupil)
    assert [stored[no] for no in range(1, 41)] == [[no % 2] for no in range(1, 41)]
    pupil.context.close()
