"""Bring the checkout to where a job can start – doing only what is not done yet – then start the job.

scripts/python -m scripts.prepare run|test|check|assets|lock
"""

import contextlib
import fcntl
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator

from scripts import browser_side, lock, python_side, say, system
from scripts.places import BIN, LOGS, PACKAGE_JSON, ROOT
from scripts.stamps import Step

RUN, DEV = "Thư viện Python (libraries)", "Thư viện Python và công cụ kiểm thử (libraries, test tools)"


def steps_for(job: str) -> list[Step]:
    """Return what ``job`` stands on, in order."""
    kind, title = ("run", RUN) if job in {"run", "assets"} else ("dev", DEV)
    python = [libraries_step(), python_side.venv_step(), python_side.lock_step(kind, title), python_side.project_step()]
    browser = [] if job == "check" else browser_side.steps()
    return [*python, *browser, python_side.catalogue_step()]


def libraries_step() -> Step:
    """Asked afresh each time: a system's packages come and go without telling us."""

    def install() -> None:
        system.install(system.missing_to_run())

    def unmet() -> str | None:
        return "wanted" if system.on_apt() and system.missing_to_run() else None

    return Step("system", "Thư viện hệ thống (system libraries)", unmet, install)


def prepare(steps: list[Step]) -> None:
    for number, step in enumerate(steps, start=1):
        say.line(f"[{number}/{len(steps)}] {step.title} ", end="")
        if step.is_done():
            say.line("✓")
            continue
        started = time.monotonic()
        step.make()
        say.line(f" ✓ {say.took(started)}")


def tell_what_is_left_out() -> None:
    """Say aloud what a step had nothing to do for, so that nothing is skipped in silence."""
    if not system.on_apt():
        say.line("  ! Không có apt: hãy tự cài Pango, HarfBuzz-subset, Liberation Serif rồi hỏi `quizapp doctor`")
    if not PACKAGE_JSON.exists():
        say.line("  ! Chưa có frontend/package.json: không dựng giao diện (no browser assets to build)")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up at a time work in this checkout; a second one waits for its turn."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say.line("… Một lần cài đặt khác đang chạy ở đây, chờ nó xong (another set-up is at work here; waiting)")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def start(job: str, words: list[str]) -> None:
    """Become the job itself, which lives in the venv."""
    commands = {
        "run": [BIN / "quizapp", "up"],
        "test": [BIN / "python", "-m", "scripts.run_tests"],
        "check": [BIN / "python", "-m", "scripts.run_checks"],
    }
    if job in commands:
        os.execv(commands[job][0], [*map(str, commands[job]), *words])


def main(job: str, words: list[str]) -> None:
    if job == "lock":
        lock.main()
        return
    started = time.monotonic()
    with alone():
        prepare(steps_for(job))
    tell_what_is_left_out()
    say.line(f"Đã sẵn sàng sau (ready in) {say.took(started)}")
    start(job, words)


if __name__ == "__main__":
    say.speak_utf8()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.chdir(ROOT)
    try:
        main(sys.argv[1], shlex.split(os.environ.get("ARGS", "")))
    except say.Stopped as problem:
        say.stop(problem)
        sys.exit(1)
    except OSError as problem:
        say.stop(say.Stopped(f"Máy báo lỗi (the system said): {problem}", say.DISK))
        sys.exit(1)
    except KeyboardInterrupt:
        say.line("\n■ Đã dừng; chạy lại cùng lệnh để làm tiếp (stopped; the same command goes on from here)")
        sys.exit(130)
