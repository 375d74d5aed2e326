"""The command line: ``quizapp``."""

from importlib import import_module
from typing import Any

import click

COMMANDS = ("bank", "db", "demo", "doctor", "entry", "migrate-store", "round", "serve", "up", "worker")


class _Commands(click.Group):
    """The commands, each in a module of its own name that is imported only when asked for: ``serve`` starts at once.

    They end in a sentence and exit status 1 where the contest refuses, not in a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(import_module(f"quizapp.cli.{name}"), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Exception as error:
            from quizapp.cli.refusals import (
                sentence,  # brings the database's names along, which ``serve`` can do without
            )

            told = sentence(error)
            if told is None:
                raise
            raise click.ClickException(told) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run a knowledge contest: question banks, papers, grading, judging, official entries."""
