"""A whole installation, started as a newcomer starts it, and a real browser to visit it with."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from quizapp.config import ROOT
from tests import services
from tests.conftest import EMPTY, FULL, Stores
from tests.journeys.hall import Hall, open_the_rounds
from tests.journeys.site import Site
from tests.resilience.opening import invented
from tests.resilience.programs import Installation

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

CARD = re.compile(r"^ {2}(\S.*?) +([A-Z0-9]{4}-[A-Z0-9]{4}) +(\d{6})$")


@pytest.fixture(scope="module")
def site(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run ``quizapp up`` – the last step of ``make run`` – with a data folder of its own, until the module is done."""
    settings = stores.copy(EMPTY, tmp_path_factory.mktemp("site"))
    port = _free_port()
    environment = {**os.environ, "QUIZAPP_DATA": str(settings.data), "QUIZAPP_PORT": str(port)}
    environment |= {"QUIZAPP_DATABASE_URL": settings.database_url, "QUIZAPP_REDIS_URL": settings.redis_url or ""}
    running = subprocess.Popen(
        [ROOT / ".venv" / "bin" / "quizapp", "up"], env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    site = Site(f"http://127.0.0.1:{port}", environment)
    try:
        _read_cards(running, site)
        yield site
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)
        if running.stdout:
            running.stdout.close()
        stores.drop(settings)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real Chromium without a window."""
    path = services.chromium_path()
    if path is None:
        services.missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def hall(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall with the real paper and thirty pupils to come, for all stories of one run."""
    folder = tmp_path_factory.mktemp("hall")
    settings = replace(stores.copy(FULL, folder / "data"), port=_free_port())
    settings.data.mkdir(parents=True, exist_ok=True)
    installation = Installation(settings, folder)
    open_the_rounds(installation)
    cards = invented(installation, 30)
    yield Hall(installation, installation.serve(), cards)
    installation.clear()
    stores.drop(settings)


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where to keep pictures of the pages, if somebody wants to look at them ($QUIZAPP_PICTURES)."""
    wanted = os.environ.get("QUIZAPP_PICTURES")
    if not wanted:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read_cards(running: subprocess.Popen[str], site: Site) -> None:
    assert running.stdout
    said = []
    for line in running.stdout:
        said.append(line)
        found = CARD.match(line.rstrip("\n"))
        if found:
            site.cards.append((found[1], found[2], found[3]))
        if "Ctrl-C" in line:
            break
    assert site.cards, "".join(said)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
