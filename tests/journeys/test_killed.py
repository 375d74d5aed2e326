"""The tab, the browser or the whole machine dies while answers wait: they are there when the pupil comes back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, Route, sync_playwright

from tests import services
from tests.journeys.conftest import QUIET
from tests.journeys.hall import SAVED, Hall, Pupil, at_the_end, seat, words
from tests.journeys.hands import eventually
from tests.resilience.programs import children_of

FIRST = "Em giúp bà nộp hồ sơ. "
SECOND = "Mất mạng giữa chừng nhưng em vẫn viết tiếp."


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


def machine(playwright: Playwright, disk: Path) -> BrowserContext:
    """Start the browser of a machine whose disk is ``disk``: what was kept there is there again."""
    path = services.chromium_path()
    if path is None:
        services.missing("Chromium")
    return playwright.chromium.launch_persistent_context(disk, executable_path=path, args=list(QUIET), locale="vi-VN")


def pull_the_plug(disk: Path) -> None:
    """Kill the browser that works on ``disk``, with no time to say farewell."""
    os.kill(browser_on(disk), signal.SIGKILL)


def kill_the_tab(pupil: Pupil, disk: Path) -> None:
    """Kill the process that draws the page, as the system does when memory runs out, and open an empty tab."""
    page = pupil.page
    with page.expect_event("crash"):
        for pid in family(browser_on(disk)):
            if any(b"--type=renderer" in word for word in spoken(pid)):
                os.kill(pid, signal.SIGKILL)
    pupil.page = pupil.context.new_page()
    page.close()


def browser_on(disk: Path) -> int:
    """Return the process of the browser that works on ``disk``."""
    everybody = [int(process.name) for process in Path("/proc").glob("[0-9]*")]
    ours = [pid for pid in everybody if f"--user-data-dir={disk}".encode() in spoken(pid)]
    return next(pid for pid in ours if not any(b"--type=" in word for word in spoken(pid)))


def family(pid: int) -> list[int]:
    """Return the children of ``pid``, their children, and so on."""
    children = children_of(pid)
    return [*children, *(later for child in children for later in family(child))]


def spoken(pid: int) -> list[bytes]:
    """Return the words with which ``pid`` was started; none if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def write_without_network(pupil: Pupil) -> None:
    pupil.arrive()
    pupil.open_essay()
    pupil.page.keyboard.type(FIRST)
    pupil.hears(SAVED)
    pupil.context.set_offline(True)
    pupil.page.keyboard.type(SECOND)
    pupil.hears("Đang chờ mạng – 1 câu chưa gửi")


def test_a_tab_that_crashes(hall: Hall, playwright: Playwright, tmp_path: Path) -> None:
    """The renderer dies as it does when memory runs out; the page is opened anew and sends what it had kept."""
    disk = tmp_path / "disk"
    pupil = seat(hall, machine(playwright, disk))
    write_without_network(pupil)
    kill_the_tab(pupil, disk)
    pupil.context.set_offline(False)
    pupil.open_essay()
    pupil.hears(SAVED)
    assert words(hall.stored(pupil)[41]) == FIRST + SECOND
    pupil.context.close()


def test_a_machine_that_loses_its_power(hall: Hall, playwright: Playwright, tmp_path: Path) -> None:
    """The whole browser is killed. The session is gone with it; the text is not."""
    disk = tmp_path / "disk"
    pupil = seat(hall, machine(playwright, disk))
    write_without_network(pupil)
    pull_the_plug(disk)
    reborn = seat(hall, machine(playwright, disk), pupil.card)
    reborn.ref = pupil.ref
    reborn.page.goto(f"{hall.address}/sign-in")
    reborn.sign_in()
    reborn.page.goto(f"{hall.address}/contests")
    reborn.page.get_by_text("Trên máy này còn câu trả lời chưa gửi").wait_for()
    reborn.open_essay()
    reborn.hears(SAVED)
    assert words(hall.stored(reborn)[41]) == FIRST + SECOND
    eventually(reborn.page, lambda: reborn.kept() == "[]")
    reborn.context.close()


def test_a_tab_that_dies_while_its_answer_is_on_the_way(hall: Hall, playwright: Playwright, tmp_path: Path) -> None:
    """The server has it, the tab never heard so: opened again, the page asks the pupil nothing and goes on."""
    disk = tmp_path / "disk"
    pupil = seat(hall, machine(playwright, disk))
    pupil.arrive()
    pupil.open_essay()

    def swallow(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]

    pupil.context.route("**/responses/*", swallow)
    pupil.page.keyboard.type(FIRST)
    eventually(
        pupil.page, lambda: words(hall.stored(pupil)[41]) == FIRST.rstrip() or words(hall.stored(pupil)[41]) == FIRST
    )
    pupil.page.keyboard.type(SECOND)
    pupil.page.wait_for_timeout(500)
    kill_the_tab(pupil, disk)
    pupil.context.unroute("**/responses/*")
    pupil.open_essay()
    at_the_end(pupil.page)
    pupil.hears(SAVED)
    assert words(hall.stored(pupil)[41]) == FIRST + SECOND
    assert pupil.page.locator(".conflict").count() == 0
    pupil.context.close()


def swallow(route: Route) -> None:
    """Let the request reach the server, and never bring its answer home."""
    route.fetch()
