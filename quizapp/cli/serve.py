"""The web server."""

import os
import socket
import sys

import click

from quizapp.config import ROOT, Settings, read_settings

THREADS = 16


@click.command()
def serve() -> None:
    """Serve the pages (gunicorn, one process with threads on one machine)."""
    settings = read_settings()
    require_free_port(settings)
    workers = os.environ.get("QUIZAPP_WEB_PROCESSES", "1")
    bind = f"{settings.host}:{settings.port}"
    options = ["--worker-class", "gthread", "--workers", workers, "--threads", str(THREADS), "--bind", bind]
    quiet = ["--log-level", "warning", "--graceful-timeout", "10", "--no-control-socket"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, *quiet, "wsgi:app"])  # noqa: S606


def require_free_port(settings: Settings) -> None:
    """Say so in a sentence if something else listens where we would."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise click.ClickException(
            f"Không mở được cổng {settings.port} trên {settings.host} ({error.strerror}). Hãy chọn cổng khác, ví dụ "
            "QUIZAPP_PORT=8001, hoặc tắt chương trình đang dùng cổng này."
        ) from None
