"""Starting things: the web server, the worker, and both together for one machine."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

import click

from quizapp.cli.demo import ensure_demo
from quizapp.cli.prepare import prepare, step
from quizapp.config import ROOT, Settings
from quizapp.contests.presets import names
from quizapp.house import open_house
from quizapp.worker.loop import run_worker

THREADS = 16


@click.command()
def serve() -> None:
    """Serve the pages (gunicorn, one process with threads on one machine)."""
    settings = open_house().settings
    _require_free_port(settings)
    workers = os.environ.get("QUIZAPP_WEB_PROCESSES", "1")
    bind = f"{settings.host}:{settings.port}"
    options = ["--worker-class", "gthread", "--workers", workers, "--threads", str(THREADS), "--bind", bind]
    quiet = ["--log-level", "warning", "--graceful-timeout", "10", "--no-control-socket"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, *quiet, "wsgi:app"])  # noqa: S606


@click.command()
def worker() -> None:
    """Do what is due: marking, queueing, printing, closing overdue sittings."""
    run_worker(open_house())


@click.command()
def up() -> None:
    """Prepare everything and run web and worker on this machine until Ctrl-C."""
    house = open_house()
    _require_free_port(house.settings)
    prepare(house)
    step("Cuộc thi mẫu", ", ".join(names()))
    cards = ensure_demo(house)
    house.engine.dispose()
    _run_both(house.settings, cards)


def _require_free_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise click.ClickException(
            f"Không mở được cổng {settings.port} trên {settings.host} ({error.strerror}). Hãy chọn cổng khác, ví dụ "
            "QUIZAPP_PORT=8001, hoặc tắt chương trình đang dùng cổng này."
        ) from None


def _run_both(settings: Settings, cards: list[dict[str, str]]) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # Told explicitly: a shell may have started us deaf to Ctrl-C; SIGHUP is the window being closed.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    command = [str(Path(sys.argv[0]).resolve())]
    children = [subprocess.Popen([*command, part], start_new_session=True) for part in ("serve", "worker")]  # noqa: S603
    try:
        _wait_until_served(settings, children)
        _tell(settings, cards)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        raise click.ClickException("Một tiến trình đã dừng; tắt phần còn lại.")
    except KeyboardInterrupt:
        click.echo("\nĐang dừng…")
    finally:
        _end(children)


def _wait_until_served(settings: Settings, children: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(300):
        if any(child.poll() is not None for child in children):
            raise click.ClickException(
                f"Không khởi động được. Cổng {settings.port} có đang bận không? Thử QUIZAPP_PORT=8001."
            )
        try:
            urllib.request.urlopen(f"http://{settings.host}:{settings.port}/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise click.ClickException("Máy chủ không trả lời sau 30 giây.")


def _tell(settings: Settings, cards: list[dict[str, str]]) -> None:
    click.echo(f"\nquizapp đang chạy tại {settings.address}/\n\n  {'vai trò':<24}{'mã':<12}PIN")
    for card in cards:
        click.echo(f"  {_role(card):<24}{card['code']:<12}{card['pin']}")
    click.echo("\nNhấn Ctrl-C để dừng. Dữ liệu được giữ lại cho lần chạy sau.")


def _role(card: dict[str, str]) -> str:
    """Return what the card's holder is called on the pages."""
    if card["role"] != "participant":
        return {"judge": "giám khảo", "administrator": "quản trị viên"}[card["role"]]
    return "thí sinh – giáo viên" if card["category"] == "staff" else f"thí sinh – lớp {card['category'][-1]}"


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
