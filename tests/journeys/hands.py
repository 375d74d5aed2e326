"""What a visitor does without a mouse, and what an accessibility checker sees."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from quizapp.config import ROOT
from tests.journeys.site import Site

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

# More Tabs than the longest page has stops: who needs more is going round in circles.
MOST_TABS = 400


class Hands:
    """A visitor at a keyboard. Every page they come to is checked by axe and may be photographed."""

    def __init__(self, browser: Browser, site: Site, size: dict[str, int], pictures: Path | None = None) -> None:
        self.site, self.pictures = site, pictures
        self.context: BrowserContext = browser.new_context(viewport=size, locale="vi-VN", accept_downloads=True)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        # The end of an address that the visitor knows not to be there.
        self.known_missing = "nothing is"
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", lambda answer: self._missing(answer.status, answer.url))

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.site.address + path)

    def look(self, name: str) -> None:
        """Look at the page: accessible by axe's rules and no wider than the screen. Take a picture if wanted."""
        if self.pictures:
            self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        self.page.evaluate(AXE.read_text("utf-8"))
        assert self.complaints == []
        found = self.page.evaluate("async () => (await axe.run(document)).violations")
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == [], name
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"

    def go_to(self, selector: str) -> None:
        """Press Tab until the element behind ``selector`` has the focus."""
        self._tab_until(f"element => element.matches({selector!r})")

    def go_to_text(self, text: str) -> None:
        """Press Tab until a link or button that says ``text`` has the focus."""
        self._tab_until(f"element => element.textContent.trim() === {text!r}")

    def press(self, text: str, *, leads_to: str) -> None:
        """Go to what says ``text``, press Enter, and arrive at an address that ends like ``leads_to``."""
        self.go_to_text(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(leads_to)

    def type(self, text: str) -> None:
        """Type on the keyboard."""
        self.page.keyboard.type(text)

    def until(self, told: str) -> None:
        """Wait until the page says ``told``."""
        self.page.get_by_text(told).first.wait_for()

    def sign_in(self, role: str, arrive: str) -> None:
        """Sign in with the printed code and PIN, by keyboard."""
        code, pin = self.site.card(role)
        self.open("/sign-in")
        self.go_to("#code")
        self.type(code.lower().replace("-", ""))
        self.go_to("#pin")
        self.type(pin)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(arrive)

    def _missing(self, status: int, url: str) -> None:
        if status in (404, 500) and not url.endswith(self.known_missing):
            self.complaints.append(f"{status}: {url}")

    def _tab_until(self, is_it: str) -> None:
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(f"({is_it})(document.activeElement)"):
                return
        raise AssertionError(f"the keyboard does not reach {is_it}")


def eventually(page: Page, condition: Callable[[], bool], tries: int = 100) -> None:
    """Wait for ``condition``, looking every fifth of a second."""
    for _ in range(tries):
        if condition():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it never came true")
