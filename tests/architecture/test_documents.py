"""Documents tell the truth: links lead somewhere, commands and names exist, the example in README works."""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.serving import make_server

from quizapp.cli import main
from quizapp.config import ROOT
from quizapp.contests.queries import list_rounds
from quizapp.house import House
from tests.factories import enter

FOLDERS = (".", "docs", "docs/adr", "question_banks")
DOCUMENTS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")
SAID_AS_CODE = re.compile(r"```\w*\n(?P<block>.*?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
MACHINE = re.compile(r"(?<![\w.])(/(?:work|home|root|tmp|mnt|opt)/\S*)|\.\./shared")
TEST = re.compile(r"\btest_\w+")
SOURCES = ("quizapp", "templates")

documents = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def lines_of_code(path: Path) -> Iterator[str]:
    """Yield what the document says as code, line by line."""
    for found in SAID_AS_CODE.finditer(path.read_text("utf-8")):
        yield from (found["block"] or found["span"]).splitlines()


@documents
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = [target.partition("#")[0] for target in LINK.findall(path.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (path.parent / target).exists()] == []


@documents
def test_every_make_command_exists(path: Path) -> None:
    jobs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {found for line in lines_of_code(path) for found in re.findall(r"^make ([a-z]+)", line)}
    assert named - jobs == set()


@documents
def test_every_quizapp_command_and_option_exists(path: Path) -> None:
    lines = [line.removeprefix(".venv/bin/") for line in lines_of_code(path)]
    said = [shlex.split(line, comments=True) for line in lines if re.match(r"quizapp [a-z]", line)]
    assert [words for words in said if not _is_known(words[1:])] == []


def _is_known(words: list[str]) -> bool:
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        named = command.get_command(click.Context(command), words[0])
        if named is None:
            return False
        command, words = named, words[1:]
    known = {name for option in command.params for name in option.opts}
    return not isinstance(command, click.Group) and {word for word in words if word.startswith("--")} <= known


@documents
def test_no_document_knows_the_machine_it_was_written_on(path: Path) -> None:
    assert [found[0] for found in MACHINE.finditer(path.read_text("utf-8"))] == []


@documents
def test_every_test_that_is_named_is_there(path: Path) -> None:
    tests = "\n".join(f"{file.stem}\n{file.read_text('utf-8')}" for file in (ROOT / "tests").rglob("*.py"))
    assert set(TEST.findall(path.read_text("utf-8"))) - set(TEST.findall(tests)) == set()


def test_the_glossary_names_what_is_there() -> None:
    rows = re.findall(r"^\|[^|]+\| `(\w+)` \|[^|]+\| `([^`]+)` \|$", _glossary(), re.MULTILINE)
    assert len(rows) >= 60
    absent = [(name, where) for name, where in rows if not re.search(rf"\b{name}\b", (ROOT / where).read_text("utf-8"))]
    assert absent == []


def test_the_glossary_has_one_line_for_each_name() -> None:
    names = re.findall(r"^\|[^|]+\| `(\w+)` \|", _glossary(), re.MULTILINE)
    assert [name for name in names if names.count(name) > 1] == []


def _glossary() -> str:
    return (ROOT / "docs" / "glossary.md").read_text("utf-8")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address at which the application is really served, on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_load_client_in_readme_hands_in_a_paper(house: House, address: str, tmp_path: Path) -> None:
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert example
    card = enter(house)
    with house.store.reading() as view:
        rounds = [{"ref": row.ref, "kind": row.kind.value} for row in list_rounds(view.session)]
    people = {"api": f"{address}/api/v1", "rounds": rounds, "participants": [{"code": card.code, "pin": card.pin}]}
    (tmp_path / "people.json").write_text(json.dumps(people), "utf-8")
    ran = subprocess.run([sys.executable, "-c", example[1]], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert re.fullmatch(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}\n", ran.stdout), ran.stderr
