"""The worker."""

import click

from quizapp.house import open_house
from quizapp.worker.loop import run_worker


@click.command()
def worker() -> None:
    """Do what is due: marking, queueing, printing, closing overdue sittings."""
    run_worker(open_house())
