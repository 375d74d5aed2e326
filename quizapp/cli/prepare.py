"""From an empty folder to a contest one can try: schema, banks, demonstration."""

import click

from quizapp import migrations
from quizapp.cli.bank import load_draft, read
from quizapp.config import ROOT
from quizapp.house import House


def prepare(house: House) -> None:
    """Bring the schema up to date and load the banks that come with the program; the same again changes nothing."""
    step("Cơ sở dữ liệu", house.database_name)
    migrations.upgrade(house.engine)
    for folder in sorted((ROOT / "question_banks").iterdir()):
        if (folder / "bank.yaml").is_file():
            step("Ngân hàng câu hỏi", f"{folder.name}: {load_draft(house, read(folder))}")


def step(name: str, told: str) -> None:
    """Say that a step is done."""
    click.echo(f"  ✓ {name}: {told}")
