"""What a newcomer is told before anything is installed: plain words, and the exact line to run."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import check_translations, system
from scripts.places import ROOT


def test_make_alone_says_what_there_is() -> None:
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [
        job for job in ("run", "test", "check", "assets", "lock", "bench", "clean") if f"make {job} " not in told
    ] == []


def test_a_machine_without_a_fit_python_is_told_so(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    tools = tmp_path / "cat"
    tools.symlink_to("/bin/cat")
    told = subprocess.run(
        ["/bin/sh", ROOT / "scripts/python", "--version"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert told.returncode == 1
    assert "Python ≥ 3.11" in told.stderr
    assert "apt-get install python3" in told.stderr


@pytest.mark.parametrize(
    ("version", "fits"),
    [("2.1.5-1", True), ("1:2.1.5-3", True), ("1:1.07.4-11", False), ("(none)", False), (None, False)],
    ids=["fonts-liberation2", "later Debian, Ubuntu 24.04", "Debian 12's fonts-liberation", "unknown", "not there"],
)
def test_liberation_serif_must_be_version_2(version: str | None, fits: bool) -> None:
    assert system.is_version_2(version) is fits


def test_the_line_to_run_names_every_package() -> None:
    line = system.line_for(["libpango-1.0-0", "fonts-liberation2"])
    assert "apt-get install -y --no-install-recommends libpango-1.0-0 fonts-liberation2" in line
    assert line.startswith(("apt-get", "sudo sh -c", "su -c"))
    assert os.geteuid() != 0 or line.startswith("apt-get")


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>{{ _('Nộp bài') }}</p>", []),
        ("<p>{% trans %}Nộp bài{% endtrans %}</p>", []),
        ("{% if open %}<p>Nộp bài</p>{% endif %}", [1]),
        ("{% trans %}Nộp bài{% endtrans %}\n<p>Chưa lưu</p>", [1]),
        ("{# Chú thích của người viết #}<p>OK</p>", []),
    ],
    ids=["marked", "trans block", "unmarked", "unmarked after a trans block", "comment"],
)
def test_vietnamese_outside_the_catalogue_is_found(template: str, found: list[int]) -> None:
    assert [row for row, _ in check_translations.said_outright(template)] == found
