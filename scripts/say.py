"""What set-up tells the person waiting: one line a step, what went wrong, what to do."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.places import LOGS, ROOT

BEAT_S = 5
TAIL_LINES = 25
DISK = (
    "Kiểm tra chỗ trống trên đĩa và quyền ghi trong thư mục này (.venv của người dùng khác thì xoá: rm -rf .venv), "
    "rồi chạy lại (check disk space and rights in this folder, then repeat)."
)


class Stopped(Exception):
    """Set-up cannot go on. ``what`` happened and what to ``do`` about it, for a person to read."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.what, self.do = what, do


def line(text: str = "", *, end: str = "\n") -> None:
    print(text, end=end, flush=True)


def stop(problem: Stopped) -> None:
    line(f"\n✗ {problem.what}\n  → {problem.do}")


def took(started: float) -> str:
    """Return the seconds since ``started`` (a ``time.monotonic`` reading) as Vietnamese writes them: ``4,2 s``."""
    return f"{time.monotonic() - started:.1f} s".replace(".", ",")


def run(
    name: str, command: Sequence[str | Path], *, advice: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> None:
    """Run ``command`` with its output in ``var/set-up/<name>.log`` and a dot every few seconds.

    Raises:
        Stopped: it failed; the log's last lines have been shown, ``advice`` says what to do next.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("wb") as out:
        quiet = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}
        child = subprocess.Popen(command, cwd=cwd, env=env, **quiet)
        try:
            code = _wait(child)
        except BaseException:
            child.terminate()
            child.wait()
            raise
    if code:
        _show_tail(log)
        what = f"Bước “{name}” không thành (exit {code}): {' '.join(map(str, command))}"
        raise Stopped(what, f"{advice}\n    Toàn bộ lời báo (full log): {log}")


def _wait(child: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return child.wait(BEAT_S)
        except subprocess.TimeoutExpired:
            line(".", end="")


def _show_tail(log: Path) -> None:
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    line("\n" + "\n".join(f"  | {row}" for row in tail))


def speak_utf8() -> None:
    """Let Vietnamese through to terminals and logs whose locale does not know it."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
