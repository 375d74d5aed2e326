"""Entries from the command line."""

from pathlib import Path

import click

from quizapp.attempts import queries as attempts
from quizapp.cli.opening import open_house
from quizapp.entries import services
from quizapp.entries.pdf import render_entry
from quizapp.foundation.errors import NotFound
from quizapp.foundation.refs import new_ref


@click.group()
def entry() -> None:
    """Print entries."""


@entry.command()
@click.argument("attempt")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to write the PDF.")
@click.option("--blind", is_flag=True, help="Leave out who wrote it.")
def pdf(attempt: str, out: Path, blind: bool) -> None:
    """Write the A4 entry of a handed-in ATTEMPT (its name in the address, or its receipt code)."""
    house = open_house()
    try:
        with house.store.reading() as view:
            row = attempts.find_row(view.session, attempt)
            document = services.document(view, row.id, house.settings.address)
    except NotFound:
        raise click.ClickException("Không có bài đã nộp nào mang mã này.") from None
    out.write_bytes(render_entry(document.blind(new_ref()) if blind else document))
    click.echo(str(out))
