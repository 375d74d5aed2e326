"""Everything together on one machine."""

import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

import click

from quizapp.cli.demo import ensure_demo
from quizapp.cli.prepare import prepare, step
from quizapp.cli.serve import require_free_port
from quizapp.config import Settings
from quizapp.contests.presets import names
from quizapp.house import open_house


@click.command()
def up() -> None:
    """Prepare everything and run web and worker on this machine until Ctrl-C."""
    house = open_house()
    require_free_port(house.settings)
    prepare(house)
    step("Cuộc thi mẫu", ", ".join(names()))
    cards = ensure_demo(house)
    house.engine.dispose()
    _run_both(house.settings, cards)


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
