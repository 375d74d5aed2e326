"""The command line: ``quizapp``."""

import click

from quizapp.cli.bank import bank
from quizapp.cli.database import db
from quizapp.cli.demo import demo
from quizapp.cli.doctor import doctor
from quizapp.cli.entry import entry
from quizapp.cli.run import serve, up, worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run a knowledge contest: question banks, papers, grading, judging, official entries."""


for command in (bank, db, demo, doctor, entry, serve, up, worker):
    main.add_command(command)
