"""A machine that keeps nothing, or has no room left: the page says so plainly, and every answer still arrives."""

from playwright.sync_api import Browser

from tests.journeys.hall import SAVED, Hall, come_in, words

BEFORE = "Máy này không cho lưu. "
DURING = "Mất mạng một lúc. "
AFTER = "Có mạng rồi."

# As browsers behave where the owner forbids pages to keep anything.
REFUSED = """
    const refuse = () => { throw new DOMException("denied", "SecurityError"); };
    Object.defineProperty(window, "indexedDB", { get: refuse });
    Object.defineProperty(window, "localStorage", { get: refuse });
"""

# As browsers behave when the disk is full: every write is turned away, while ``full``.
FULL = """
    window.full = false;
    const turnedAway = (put) => function (...words) {
        if (window.full) throw new DOMException("no room", "QuotaExceededError");
        return put.apply(this, words);
    };
    IDBObjectStore.prototype.put = turnedAway(IDBObjectStore.prototype.put);
    Storage.prototype.setItem = turnedAway(Storage.prototype.setItem);
"""


def test_a_browser_that_refuses_to_keep_anything(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.context.add_init_script(REFUSED)
    pupil.arrive()
    pupil.page.get_by_role("heading", name="Máy này không giữ được câu trả lời").wait_for()
    assert pupil.page.get_by_text("có thể vì đây là cửa sổ riêng tư").is_visible()
    pupil.tick(5, 2)
    pupil.hears(SAVED)
    pupil.open_essay()
    pupil.page.keyboard.type(BEFORE)
    pupil.hears(SAVED)
    pupil.context.set_offline(True)
    pupil.page.keyboard.type(DURING)
    pupil.hears("Đang chờ mạng – 1 câu chưa gửi")
    pupil.context.set_offline(False)
    pupil.page.keyboard.type(AFTER)
    pupil.hears(SAVED)
    stored = hall.stored(pupil)
    assert (stored[5], words(stored[41])) == ([2], BEFORE + DURING + AFTER)
    assert pupil.complaints == []
    pupil.context.close()


def test_a_machine_whose_storage_is_full(hall: Hall, chromium: Browser) -> None:
    pupil = come_in(hall, chromium)
    pupil.context.add_init_script(FULL)
    pupil.arrive()
    pupil.open_essay()
    pupil.page.keyboard.type(BEFORE)
    pupil.hears(SAVED)
    pupil.page.evaluate("full = true")
    pupil.context.set_offline(True)
    pupil.page.keyboard.type(DURING)
    pupil.page.get_by_text("Bộ nhớ của máy đã đầy").wait_for()
    pupil.hears("Đang chờ mạng – 1 câu chưa gửi")
    pupil.page.evaluate("full = false")
    pupil.page.get_by_text("Bộ nhớ của máy đã đầy").wait_for(state="hidden")
    pupil.context.set_offline(False)
    pupil.page.keyboard.type(AFTER)
    pupil.hears(SAVED)
    assert words(hall.stored(pupil)[41]) == BEFORE + DURING + AFTER
    pupil.context.close()
