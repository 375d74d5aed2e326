"""The units are what systemd understands, name what is there, and leave little to whoever breaks in."""

import getpass
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from quizapp.config import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
# Of 10; systemd itself calls up to 2.0 "OK".
EXPOSED_AT_MOST = 2.0

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
services = pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)


def laid_out(folder: Path) -> None:
    """Copy the units as they are, but for where the checkout is and who runs it."""
    for path in UNITS.iterdir():
        text = path.read_text("utf-8").replace("/srv/quizapp", str(ROOT))
        text = re.sub(r"(User|Group)=quizapp", rf"\1={getpass.getuser()}", text)
        (folder / path.name).write_text(text, "utf-8")


@needs_systemd
@services
def test_systemd_finds_nothing_to_complain_about(unit: Path, tmp_path: Path) -> None:
    laid_out(tmp_path)
    instance = tmp_path / unit.name.replace("@.", "@8001.")
    instance.symlink_to(tmp_path / unit.name)
    command = ["systemd-analyze", "verify", "--man=no", "--generators=no", str(instance)]
    ran = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=False)
    complaints = [line for line in ran.stderr.splitlines() if "quizapp" in line or str(tmp_path) in line]
    assert (ran.returncode, complaints) == (0, [])


@needs_systemd
@services
def test_little_is_left_to_whoever_breaks_in(unit: Path, tmp_path: Path) -> None:
    laid_out(tmp_path)
    threshold = f"--threshold={round(EXPOSED_AT_MOST * 10)}"
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", threshold, str(tmp_path / unit.name)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-1500:]


@services
def test_what_a_unit_starts_and_reads_is_there(unit: Path) -> None:
    text = unit.read_text("utf-8")
    (started,) = re.findall(r"^ExecStart=/srv/quizapp/\.venv/bin/quizapp (\w+)$", text, re.MULTILINE)
    assert (ROOT / "quizapp" / "cli" / f"{started}.py").exists()
    assert "EnvironmentFile=/etc/quizapp/quizapp.env" in text and (UNITS / "quizapp.env").exists()


def test_the_environment_file_knows_only_settings_there_are() -> None:
    known = (ROOT / "quizapp" / "config.py").read_text("utf-8")
    named = re.findall(r"^#?(QUIZAPP_\w+)=", (UNITS / "quizapp.env").read_text("utf-8"), re.MULTILINE)
    assert len(named) >= 6 and [name for name in named if f'"{name}"' not in known] == []
