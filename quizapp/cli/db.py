"""The schema."""

import tempfile
from pathlib import Path

import click
from alembic import command
from sqlalchemy import Engine, inspect

from quizapp import migrations
from quizapp.cli.opening import open_house
from quizapp.foundation.db import make_engine


@click.group()
def db() -> None:
    """Look after the database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    migrations.upgrade(open_house().engine)
    click.echo("Cơ sở dữ liệu đã ở phiên bản mới nhất.")


@db.command()
def check() -> None:
    """Walk a throw-away database up, down and up again, and compare it with the models."""
    with tempfile.TemporaryDirectory() as folder:
        walk(make_engine(f"sqlite:///{Path(folder) / 'check.db'}"))
    click.echo("Các bước chuyển đổi chạy lên, xuống và khớp với mô hình.")


def walk(engine: Engine) -> None:
    """Migrate ``engine`` up, down and up again; fail if anything is left over or differs from the models."""
    settings = migrations.config(engine)
    command.upgrade(settings, "head")
    command.check(settings)
    command.downgrade(settings, "base")
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    if left:
        raise click.ClickException(f"downgrade leaves tables behind: {', '.join(sorted(left))}")
    command.upgrade(settings, "head")
