"""The house for one command: opened for it, and its connections closed when the command is done."""

import click

from quizapp.house import House
from quizapp.house import open_house as _open_house


def open_house() -> House:
    """Open the house that the environment describes until the present command ends."""
    house = _open_house()
    click.get_current_context().call_on_close(house.engine.dispose)
    return house
