"""Where things lie. Everything that set-up makes is in VENV, MODULES, BUILD or LOGS."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / ".stamps"
LOCKS = ROOT / "requirements"
FRONTEND = ROOT / "frontend"
PACKAGE_JSON = FRONTEND / "package.json"
MODULES = FRONTEND / "node_modules"
BUILD = ROOT / "quizapp" / "static" / "build"
TRANSLATIONS = ROOT / "quizapp" / "translations"
LOGS = ROOT / "var" / "set-up"

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def tree(folder: Path, *, without: tuple[str, ...] = ()) -> list[Path]:
    """Return the files under ``folder`` in a fixed order, leaving out folders named in ``without``."""
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - set(without))
        found += [Path(here, name) for name in sorted(names)]
    return found
