"""Question banks from the command line."""

from pathlib import Path

import click

from quizapp.banks import loader, services
from quizapp.banks.draft import Draft
from quizapp.banks.formats import native
from quizapp.cli.opening import open_house
from quizapp.foundation.access import SYSTEM
from quizapp.foundation.errors import BadInput
from quizapp.house import House

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))


@click.group()
def bank() -> None:
    """Check and load question banks (folders or ZIP files)."""


@bank.command()
@PATHS
def check(paths: tuple[Path, ...]) -> None:
    """Check banks without loading them; every problem is told with file and line."""
    bad = sum(not _tell(path, read(path)) for path in paths)
    if bad:
        raise SystemExit(1)


@bank.command("import")
@PATHS
def load(paths: tuple[Path, ...]) -> None:
    """Load banks: each all or nothing; the same again changes nothing."""
    house = open_house()
    for path in paths:
        draft = read(path)
        if not _tell(path, draft):
            raise SystemExit(1)
        click.echo(f"{path.name}: {load_draft(house, draft)}")


def read(path: Path) -> Draft:
    """Read the bank at ``path``."""
    try:
        files = loader.from_folder(path) if path.is_dir() else loader.from_zip(path.read_bytes())
    except BadInput as refusal:
        raise click.ClickException(f"{path}: {refusal}") from None
    return native.read(files)


def load_draft(house: House, draft: Draft) -> str:
    """Load ``draft`` as the system itself and tell what changed."""
    try:
        with house.store.unit_of_work(SYSTEM) as work:
            loaded = services.load(work, draft)
    except services.BankRefused as refusal:
        lines = "\n".join(str(problem) for problem in refusal.preview.problems)
        raise click.ClickException(f"{refusal}\n{lines}") from None
    told = {str(verdict): loaded.count(verdict) for verdict in services.Verdict}
    return f"{told['new']} câu mới, {told['changed']} câu có bản mới, {told['unchanged']} câu giữ nguyên"


def _tell(path: Path, draft: Draft) -> bool:
    for problem in draft.problems:
        click.echo(f"{path}/{problem}", err=True)
    if not draft.problems:
        click.echo(f"{path.name}: {len(draft.questions)} câu hỏi, không có lỗi")
    return not draft.problems
