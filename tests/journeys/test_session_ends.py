"""The session ends in mid-work: the text stays, and goes out when its owner – and nobody else – is back."""

from playwright.sync_api import Browser

from tests.journeys.hall import SAVED, Hall, Pupil, come_in, words

BEFORE = "Trước khi hết phiên. "
AFTER = "Sau khi hết phiên em vẫn viết."


def lose_the_session(hall: Hall, chromium: Browser) -> Pupil:
    pupil = come_in(hall, chromium)
    pupil.arrive()
    pupil.open_essay()
    pupil.page.keyboard.type(BEFORE)
    pupil.hears(SAVED)
    pupil.context.clear_cookies()
    pupil.page.keyboard.type(AFTER)
    pupil.hears("Cần đăng nhập lại – 1 câu chưa gửi")
    return pupil


def test_signing_in_again_in_another_tab(hall: Hall, chromium: Browser) -> None:
    pupil = lose_the_session(hall, chromium)
    with pupil.context.expect_page() as opened:
        pupil.page.get_by_role("link", name="Đăng nhập lại (mở thẻ mới)").click()
    pupil.sign_in(opened.value)
    pupil.hears(SAVED)
    assert words(hall.stored(pupil)[41]) == BEFORE + AFTER
    pupil.context.close()


def test_signing_in_again_in_the_same_tab(hall: Hall, chromium: Browser) -> None:
    pupil = lose_the_session(hall, chromium)
    pupil.page.get_by_role("link", name="Đăng nhập ngay tại thẻ này").click()
    pupil.sign_in()
    pupil.page.wait_for_url("**/essay")
    pupil.hears(SAVED)
    assert pupil.page.locator(".ProseMirror").inner_text() == BEFORE + AFTER
    assert words(hall.stored(pupil)[41]) == BEFORE + AFTER
    pupil.context.close()


def test_somebody_else_signs_in_on_the_same_machine(hall: Hall, chromium: Browser) -> None:
    """What the first pupil left is neither shown to the second nor sent in their name; it waits for its owner."""
    first = lose_the_session(hall, chromium)
    sent: list[str] = []
    second = Pupil(hall, hall.cards.pop(), first.context, first.context.new_page())
    second.page.goto(f"{hall.address}/sign-in")
    first.context.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    second.sign_in()
    first.hears("Tài khoản khác đang đăng nhập – 1 câu chưa gửi")
    assert first.page.locator("#notice-somebody-else").is_visible()
    assert sent == []
    assert second.page.get_by_text("Trên máy này còn câu trả lời chưa gửi").is_hidden()
    second.page.get_by_role("button", name="Đăng xuất").click()  # nothing of theirs waits: no question is asked
    second.page.wait_for_url("**/")
    second.page.goto(f"{hall.address}/sign-in")
    first.sign_in(second.page)
    first.hears(SAVED)
    assert words(hall.stored(first)[41]) == BEFORE + AFTER
    first.context.close()
