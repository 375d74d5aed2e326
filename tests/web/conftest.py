"""A second house that is the first one's twin, and a world in which chance repeats itself."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy.engine import make_url

from quizapp.foundation import refs
from quizapp.house import House
from quizapp.web.api import views as api
from quizapp.web.contestant import views as contestant
from tests.conftest import Stores
from tests.factories import Clock


@pytest.fixture
def twin(stores: Stores, house: House, clock: Clock, tmp_path: Path) -> Iterator[Callable[[], House]]:
    """Copy ``house`` as it stands: same rows, same files, same secrets, same clock."""
    made: list[House] = []

    def copy() -> House:
        house.engine.dispose()
        data = tmp_path / f"twin-{len(made)}"
        shutil.copytree(house.settings.data, data)
        url = make_url(house.settings.database_url)
        if stores.kind == "sqlite":
            url = url.set(database=str(data / "quizapp.db"))
        else:
            copied = f"{url.database}_twin_{len(made)}"
            stores._ask("CREATE DATABASE {} TEMPLATE {}", copied, url.database or "")
            url = url.set(database=copied)
        made.append(House(replace(house.settings, data=data, database_url=url.render_as_string(False)), clock))
        return made[-1]

    yield copy
    for house_ in made:
        house_.engine.dispose()
        stores.drop(house_.settings)


class SeededSecrets:
    """The ``secrets`` that public names are made of, repeatable."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)
        self.choice = chance.choice
        self.token_urlsafe = lambda size: chance.randbytes(size).hex()


@pytest.fixture
def same_chance(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let chance begin anew from one seed whenever it is called; signatures carry one and the same second."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: 1_564_621_200)

    def again() -> None:
        monkeypatch.setattr(refs, "secrets", SeededSecrets(2019))
        for room in (api, contestant):
            monkeypatch.setattr(room, "CHANCE", Random(2019))

    assert refs.secrets is secrets
    return again
