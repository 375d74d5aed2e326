"""The administrator gives more time and pauses a round; a pupil's open page follows by itself."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.journeys.conftest import Site
from tests.journeys.hands import DESKTOP, PHONE, Hands, eventually


def sitting(pupil: Hands) -> str:
    """Return the name of the round against a clock."""
    rounds = pupil.page.request.get(f"{pupil.site.address}/api/v1/rounds").json()["rounds"]
    return next(str(one["ref"]) for one in rounds if one["kind"] == "sitting")


def minutes_left(pupil: Hands) -> int:
    """Return the minutes that the page counts down, in its own words ("Còn 59 phút 12 giây")."""
    words = pupil.page.locator("#time-left").inner_text().split()
    return sum(
        int(n) * {"giờ": 60, "phút": 1}.get(unit, 0) for n, unit in zip(words, words[1:], strict=False) if n.isdigit()
    )


def look_again(pupil: Hands) -> None:
    """Come back to the page as from another tab: it asks for the time then, as it does once a minute."""
    pupil.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_pupils_countdown_follows_what_the_administrator_grants(
    site: Site, chromium: Browser, pictures: Path | None
) -> None:
    pupil, admin = Hands(chromium, site, DESKTOP, pictures), Hands(chromium, site, PHONE, pictures)
    pupil.sign_in("thí sinh – lớp 6", "**/contests")
    ref = sitting(pupil)
    pupil.open(f"/rounds/{ref}")
    pupil.press("Bắt đầu làm bài", leads_to="**/attempts/*")
    eventually(pupil.page, lambda: minutes_left(pupil) in (59, 60))

    admin.sign_in("quản trị viên", "**/admin")
    admin.press("Xem các vòng thi", leads_to="**/admin/rounds")
    admin.look("30-rounds")
    admin.go_to(f"a[href='/admin/rounds/{ref}/time']")
    admin.page.keyboard.press("Enter")
    admin.page.wait_for_url(f"**/admin/rounds/{ref}/time")
    admin.look("31-round-time")
    admin.go_to("#minutes")
    admin.type("25")
    admin.page.select_option("#whom", "unit")
    admin.go_to("#reason")
    admin.type("Mất điện ở điểm thi")
    admin.press("Gia hạn", leads_to=f"**/admin/rounds/{ref}/extend")
    admin.until("Chọn một đơn vị hay một thí sinh thì phải có mã")
    admin.look("32-no-code")
    admin.page.select_option("#whom", "all")
    admin.press("Gia hạn", leads_to=f"**/admin/rounds/{ref}/time")
    admin.until("1 bài đang làm có hạn mới")
    admin.look("33-extended")
    look_again(pupil)
    eventually(pupil.page, lambda: minutes_left(pupil) in (84, 85))
    pupil.look("34-more-time")

    admin.go_to("#pause_reason")
    admin.type("Mất mạng toàn quận")
    admin.press("Tạm dừng vòng thi", leads_to=f"**/admin/rounds/{ref}/time")
    admin.until("Vòng thi đang tạm dừng.")
    admin.look("35-paused")
    look_again(pupil)
    pupil.page.locator("#notice-paused").wait_for(state="visible")
    pupil.look("36-paused-page")
    admin.press("Cho thi tiếp", leads_to=f"**/admin/rounds/{ref}/time")
    admin.until("Vòng thi đã tiếp tục")
    look_again(pupil)
    pupil.page.locator("#notice-paused").wait_for(state="hidden")
    admin.open(f"/admin/attempts/set-aside?round={ref}")
    admin.until("Không có nội dung nào để riêng.")
    admin.look("37-set-aside")
