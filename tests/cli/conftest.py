"""The command line in a house of the test's own."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from quizapp.cli import main
from quizapp.house import House

Command = Callable[..., Result]


def environment(house: House) -> dict[str, str]:
    """Return what tells a process which house is meant."""
    told = house.settings
    return {
        "QUIZAPP_DATA": str(told.data),
        "QUIZAPP_DATABASE_URL": told.database_url,
        "QUIZAPP_REDIS_URL": told.redis_url or "",
        "QUIZAPP_SECRET_KEY": told.secret_key,
    }


def in_house(house: House) -> Command:
    def run(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words], env=environment(house))

    return run


@pytest.fixture
def quizapp(house: House) -> Iterator[Command]:
    """Run ``quizapp`` in the house with banks and contests."""
    yield in_house(house)


@pytest.fixture
def quizapp_empty(empty_house: House) -> Iterator[Command]:
    """Run ``quizapp`` in the house with nothing in it."""
    yield in_house(empty_house)
