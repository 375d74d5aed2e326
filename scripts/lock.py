"""`make lock`: resolve setup.cfg and package.json anew and write the lock files, hashes and all, no host names in them.

uv resolves for every Python and platform at once, which pip cannot: one lock then serves Debian 12's 3.11.2 and
Ubuntu 24.04's 3.12. Which index it asks is its own setting (UV_DEFAULT_INDEX, uv.toml).
"""

import os
import shutil
from configparser import ConfigParser
from pathlib import Path

from scripts import browser_side, python_side, say
from scripts.places import BIN, LOCKS, LOGS, MODULES, PACKAGE_JSON, ROOT

OLDEST_PYTHON = "3.11"
ADVICE = "Xem lời báo ở trên; các tệp khoá cũ còn nguyên (see above; the old lock files are untouched)."
EXTRAS = {"run": None, "s3": "s3", "dev": "dev", "node": "node", "build": "build", "lock": "lock"}


def main() -> None:
    """Make every lock; what is pinned now stays pinned unless setup.cfg forbids it or UPGRADE=1 is set."""
    python_side.venv_step().see_to()
    python_side.pip_install("uv", "--require-hashes", "-r", str(LOCKS / "lock.lock"))
    for name, extra in EXTRAS.items():
        say.line(f"requirements/{name}.lock ", end="")
        resolve(name, extra)
        say.line(" ✓")
    if PACKAGE_JSON.exists():
        lock_browser()


def resolve(name: str, extra: str | None) -> None:
    fresh = LOGS / f"{name}.lock"
    shutil.copy(LOCKS / f"{name}.lock", fresh)
    say.run(f"lock-{name}", uv(fresh, extra), advice=ADVICE)
    fresh.replace(LOCKS / f"{name}.lock")


def uv(out: Path, extra: str | None) -> list[str | Path]:
    """The tools' locks hold the tool alone; run and dev hold quizapp's own needs too, dev at run's versions."""
    command: list[str | Path] = [BIN / "uv", "pip", "compile", "-q", "--universal", "--python-version", OLDEST_PYTHON]
    command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "-o", out]
    command += ["--upgrade"] if os.environ.get("UPGRADE") else []
    if extra in {None, "dev"}:
        return [*command, ROOT / "setup.cfg", *(("--extra", extra, "-c", LOCKS / "run.lock") if extra else ())]
    tool = LOGS / f"{extra}.in"
    tool.write_text(need_of(extra) + "\n")
    return [*command, "--no-annotate", tool]


def need_of(extra: str) -> str:
    """Return the one requirement of a tool's extra in setup.cfg."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config["options.extras_require"][extra].strip()


def lock_browser() -> None:
    """npm's lock without the addresses it was fetched from: those are the business of whoever installs."""
    say.line("frontend/package-lock.json ", end="")
    if not browser_side.nodes_own():
        browser_side.install_node()
    without_addresses = ("--omit-lockfile-registry-resolved", "--ignore-scripts", "--no-audit", "--no-fund")
    browser_side.npm("npm-lock", "install", "--package-lock-only", *without_addresses, advice=ADVICE)
    say.line(" ✓" if MODULES.exists() else " ✓ (make assets)")
