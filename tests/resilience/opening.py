"""What an installation needs before anybody can take a paper today: open rounds, and people."""

import json
from datetime import timedelta

from sqlalchemy import update

from quizapp.contests.models import Round
from quizapp.foundation import clock as clocks
from quizapp.house import House
from tests.resilience.programs import Installation


def invented(installation: Installation, count: int) -> list[dict[str, str]]:
    """Return the cards of ``count`` participants that the program invents."""
    path = installation.folder / "cards.json"
    ran = installation.run("demo", "--participants", str(count), "--json", str(path))
    assert ran.returncode == 0, ran.stderr
    cards: list[dict[str, str]] = json.loads(path.read_text("utf-8"))["participants"]
    return cards


def open_rounds(house: House) -> None:
    """Open every round for days around now, and close the house."""
    now = clocks.now()
    with house.engine.begin() as connection:
        connection.execute(update(Round).values(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=9)))
    house.engine.dispose()
