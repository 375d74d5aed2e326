"""The virtual environment: made whole or made anew, filled from hashed locks, quizapp itself in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import say, stamps
from scripts.places import BIN, LOCKS, ROOT, STAMPS, TRANSLATIONS, VENV, tree

BUSY = STAMPS / "busy"
BASE = Path(getattr(sys, "_base_executable", sys.executable))
NETWORK = (
    "Kiểm tra mạng hoặc nơi pip lấy gói (pip.conf, PIP_INDEX_URL) rồi chạy lại; "
    "phần đã tải được giữ (check the network or pip's own settings, then repeat)."
)
ANEW = "Xoá .venv rồi chạy lại (remove .venv and repeat): rm -rf .venv"


def venv_step() -> stamps.Step:
    return stamps.Step("venv", "Môi trường Python (.venv)", venv_mark, make_venv, proof=(BIN / "python", BIN / "pip"))


def venv_mark() -> str:
    """A venv knows its Python and its own absolute path; one cut short while being filled is not believed."""
    broken = "cut short" if BUSY.exists() else ""
    return stamps.fingerprint((), str(BASE), sys.version, str(ROOT), broken)


def make_venv() -> None:
    if VENV.exists() and not is_whole():
        shutil.rmtree(VENV)
    if not VENV.exists():
        with busy():
            say.run("venv", [BASE, "-m", "venv", VENV], advice=ANEW, env=own_environment())


def is_whole() -> bool:
    """True for a venv made by hand for this Python, here: it is taken over as it is. Whatever set-up began is not."""
    if STAMPS.exists() or not (BIN / "python").exists():
        return False
    asks = "import sys, pip; print(sys.version)"
    answer = subprocess.run([BIN / "python", "-I", "-c", asks], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == sys.version.strip()


class busy:
    """Leave a mark in the venv while it changes; killed in between, the mark stays and the next run makes it anew.

    A command that only *fails* has tidied up after itself, so the mark goes.
    """

    def __enter__(self) -> None:
        STAMPS.mkdir(parents=True, exist_ok=True)
        BUSY.touch()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, say.Stopped):
            BUSY.unlink(missing_ok=True)


def lock_step(name: str, title: str) -> stamps.Step:
    """Everything in ``requirements/<name>.lock``, by hash. dev.lock holds all of run.lock, so it answers for both."""
    locks = (LOCKS / f"{name}.lock", LOCKS / "build.lock")

    def fill() -> None:
        pip_install(f"pip-{name}", "--require-hashes", *[part for lock in locks for part in ("-r", str(lock))])
        if name == "dev":
            stamps.keep("packages-run", stamps.fingerprint((LOCKS / "run.lock", locks[1])))

    return stamps.Step(f"packages-{name}", title, lambda: stamps.fingerprint(locks), fill)


def project_step() -> stamps.Step:
    """quizapp itself, editable, without asking the network for anything."""
    files = (ROOT / "setup.cfg", ROOT / "pyproject.toml")

    def install() -> None:
        pip_install("quizapp", "--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT))

    return stamps.Step("project", "quizapp", lambda: stamps.fingerprint(files), install, proof=(BIN / "quizapp",))


def catalogue_step() -> stamps.Step:
    """The .mo files, which are not committed."""

    def sources() -> list[Path]:
        return [path for path in tree(TRANSLATIONS) if path.suffix == ".po"] if TRANSLATIONS.is_dir() else []

    def compile_them() -> None:
        command = [BIN / "pybabel", "-q", "compile", "-d", TRANSLATIONS]
        say.run("catalogue", command, advice="Sửa lỗi trong tệp .po nêu trên (mend the .po file named above).")

    made = tuple(path.with_suffix(".mo") for path in sources())

    def mark() -> str | None:
        return stamps.fingerprint(sources()) if sources() else None

    return stamps.Step("catalogue", "Bản dịch (translations)", mark, compile_them, made)


def pip_install(name: str, *what: str) -> None:
    """Run the venv's pip. Its index, cache and certificates are the user's: pip.conf and PIP_* are left alone."""
    command = [BIN / "python", "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *what]
    with busy():
        say.run(name, command, advice=NETWORK, env=own_environment())


def own_environment() -> dict[str, str]:
    """The user's environment less what would make pip install somewhere else than into the venv."""
    misleading = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}
    return {key: value for key, value in os.environ.items() if key not in misleading}
