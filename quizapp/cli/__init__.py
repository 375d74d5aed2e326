"""The command line: ``quizapp``."""

from typing import Any

import click
from sqlalchemy.exc import ProgrammingError

from quizapp.cli.bank import bank
from quizapp.cli.database import db
from quizapp.cli.demo import demo
from quizapp.cli.doctor import doctor
from quizapp.cli.entry import entry
from quizapp.cli.run import serve, up, worker
from quizapp.foundation.errors import ContestError
from quizapp.foundation.work import StoreBusy


class _Sentences(click.Group):
    """A group whose commands end in a sentence and exit status 1 where the contest refuses, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (StoreBusy, ProgrammingError) as error:
            raise click.ClickException(_unusable(error)) from None
        except ContestError as refusal:
            raise click.ClickException(str(refusal)) from None


def _unusable(error: Exception) -> str:
    told = error.__cause__ if isinstance(error, StoreBusy) else error
    reason = str(getattr(told, "orig", told)).splitlines()[0]
    return f"Cơ sở dữ liệu chưa dùng được ({reason}). Chạy `quizapp db upgrade`, rồi `quizapp doctor` nếu vẫn vậy."


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run a knowledge contest: question banks, papers, grading, judging, official entries."""


for command in (bank, db, demo, doctor, entry, serve, up, worker):
    main.add_command(command)
