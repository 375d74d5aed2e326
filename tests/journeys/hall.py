"""An examination hall: a server that can be killed and started again, and pupils whose machines meet misfortune."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page
from sqlalchemy import update

from quizapp.contests.models import Round
from quizapp.foundation import clock as clocks
from tests.journeys.hands import eventually
from tests.resilience.programs import Installation, Program

Card = dict[str, str]

SAVED = "Đã lưu lúc"

KEPT = """() => new Promise((resolve, reject) => {
    const asked = indexedDB.open("quizapp");
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
        const all = asked.result.transaction("unsent").objectStore("unsent").getAll();
        const breath = Object.entries(localStorage).filter(([key]) => key.startsWith("quizapp:"));
        all.onsuccess = () => resolve(JSON.stringify([...all.result, ...breath]));
    };
})"""


@dataclass
class Hall:
    """The hall: its server, and the cards of pupils who have not come yet."""

    installation: Installation
    server: Program
    cards: list[Card]

    @property
    def address(self) -> str:
        """Where its pages are."""
        return self.installation.address

    def pull_the_plug(self) -> None:
        """Kill the server as a power cut would."""
        self.server.kill()

    def plug_in(self) -> None:
        """Start the server again."""
        self.server = self.installation.serve()

    def stored(self, pupil: "Pupil") -> dict[int, Any]:
        """Return what the server holds of the pupil's paper, item by item, as another machine of theirs is told."""
        with requests.Session() as machine:
            machine.trust_env = False
            api = f"{self.address}/api/v1"
            machine.headers["X-CSRFToken"] = machine.get(f"{api}/session", timeout=20).json()["csrf"]
            signed_in = machine.post(f"{api}/session", json=pupil.slip, timeout=20)
            signed_in.raise_for_status()
            paper = machine.get(f"{api}/attempts/{pupil.ref}", timeout=20)
            paper.raise_for_status()
            return {item["no"]: item.get("html", item.get("choice")) for item in paper.json()["items"]}


@dataclass
class Pupil:
    """Somebody with a card at a machine. ``ref`` is their paper, once begun."""

    hall: Hall
    card: Card
    context: BrowserContext
    page: Page
    ref: str = ""
    complaints: list[str] = field(default_factory=list)

    @property
    def slip(self) -> Card:
        """What stands on the card and opens the door."""
        return {"code": self.card["code"], "pin": self.card["pin"]}

    def sign_in(self, page: Page | None = None) -> None:
        """Type code and PIN on the page that asks for them."""
        page = page or self.page
        page.locator("#code").fill(self.card["code"])
        page.locator("#pin").fill(self.card["pin"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def arrive(self) -> None:
        """Sign in and begin the sitting; the page of the choice items is open then."""
        self.page.goto(f"{self.hall.address}/sign-in")
        self.sign_in()
        self.page.get_by_role("link", name="Đọc thể lệ và bắt đầu").first.click()
        self.page.get_by_role("button", name="Bắt đầu làm bài").click()
        self.page.wait_for_url("**/attempts/*")
        self.ref = self.page.url.rsplit("/", 1)[1]

    def open_questions(self, page: Page | None = None) -> None:
        """Open the page of the choice items."""
        page = page or self.page
        page.goto(f"{self.hall.address}/attempts/{self.ref}")
        page.locator("#answers").wait_for()

    def open_essay(self, page: Page | None = None) -> Locator:
        """Open the essay and put the cursor at its end."""
        page = page or self.page
        page.goto(f"{self.hall.address}/attempts/{self.ref}/essay")
        return at_the_end(page)

    def tick(self, no: int, at: int, page: Page | None = None) -> None:
        """Choose the option at ``at`` (from 0) of item ``no``."""
        (page or self.page).locator(f"#item-{no} input").nth(at).check()

    def first_of(self, kind: str) -> int:
        """Return the number of the paper's first item of ``kind``; every paper has an order of its own."""
        return int(self.page.locator(f'[data-kind="{kind}"]').first.get_attribute("data-no") or 0)

    def chosen(self, no: int, page: Page | None = None) -> list[int]:
        """Return what the page shows as chosen in item ``no``."""
        boxes = (page or self.page).locator(f"#item-{no} input")
        return [at for at in range(boxes.count()) if boxes.nth(at).is_checked()]

    def said(self, page: Page | None = None) -> str:
        """Return the line that tells the truth about saving."""
        return (page or self.page).locator("#saving").inner_text()

    def kept(self) -> str:
        """Return everything that this machine keeps of unsent answers and flags, of anybody."""
        return str(self.page.evaluate(KEPT))

    def hears(self, told: str, page: Page | None = None) -> None:
        """Wait until the line about saving begins with ``told``."""
        eventually(page or self.page, lambda: self.said(page).startswith(told))


def at_the_end(page: Page) -> Locator:
    """Put the cursor at the end of the essay."""
    sheet = page.locator(".ProseMirror")
    sheet.wait_for()
    sheet.focus()
    page.keyboard.press("Control+End")
    return sheet


def come_in(hall: Hall, browser: Browser, card: Card | None = None, **machine: Any) -> Pupil:
    """Let a pupil with a card of their own – or ``card`` – sit down at a machine."""
    context = browser.new_context(locale="vi-VN", **machine)
    return seat(hall, context, card)


def seat(hall: Hall, context: BrowserContext, card: Card | None = None) -> Pupil:
    """Let a pupil sit down at the machine whose browser is ``context``."""
    page = context.pages[0] if context.pages else context.new_page()
    pupil = Pupil(hall, card or hall.cards.pop(), context, page)
    context.on("weberror", lambda error: pupil.complaints.append(str(error.error)))
    return pupil


def words(stored: str) -> str:
    """Return the words of a stored essay, its paragraphs as lines."""
    return html.unescape(re.sub(r"<[^>]+>", "", stored.replace("</p><p>", "\n"))).replace("\xa0", " ")


def open_the_rounds(installation: Installation) -> None:
    """Let the contests of 2019 be open today: the server's clock is the real one."""
    house = installation.open_house()
    now = clocks.now()
    with house.engine.begin() as connection:
        connection.execute(update(Round).values(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=9)))
    house.engine.dispose()


def until_stored(pupil: Pupil, no: int, fits: Callable[[Any], bool]) -> Any:
    """Wait until what the server holds of item ``no`` fits, and return it."""
    eventually(pupil.page, lambda: fits(pupil.hall.stored(pupil)[no]), tries=40)
    return pupil.hall.stored(pupil)[no]
