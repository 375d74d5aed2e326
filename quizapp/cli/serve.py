"""The web server."""

import ctypes
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

import click

from quizapp.config import ROOT, Settings, read_settings

if TYPE_CHECKING:
    from flask import Flask

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

# A slow phone holds a thread while its essay trickles in: there are enough for hundreds of them and everybody else.
THREADS = 512
CONNECTIONS = 2048

PATIENCE_S = 3


@click.command()
def serve() -> None:
    """Serve the pages (granian, one process with threads on one machine)."""
    settings = read_settings()
    require_free_port(settings)
    where = ["--interface", "wsgi", "--host", settings.host, "--port", str(settings.port)]
    processes = ["--workers", os.environ.get("QUIZAPP_WEB_PROCESSES", "1"), "--respawn-failed-workers"]
    crowd = ["--blocking-threads", str(THREADS), "--backpressure", str(CONNECTIONS), "--backlog", str(CONNECTIONS)]
    quiet = ["--log-level", "error", "--workers-kill-timeout", "10", "--http1-header-read-timeout", "30000"]
    what = ["--factory", "quizapp.cli.serve:application"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "granian", *where, *processes, *crowd, *quiet, *what])  # noqa: S606


def application() -> "Flask":
    """Return the application for a web process, which ends when the process that looks after it is gone."""
    from quizapp.app import create_app  # heavy, and no business of the process that only looks after this one

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return create_app()


def require_free_port(settings: Settings) -> None:
    """Say so in a sentence if something else listens where we would, and still does after a moment.

    A server that was killed may hold its port for an instant longer than whoever starts the next one believes.
    """
    until = time.monotonic() + PATIENCE_S
    while (reason := _taken(settings)) and time.monotonic() < until:
        time.sleep(0.1)
    if reason:
        raise click.ClickException(
            f"Không mở được cổng {settings.port} trên {settings.host} ({reason}). Hãy chọn cổng khác, ví dụ "
            "QUIZAPP_PORT=8001, hoặc tắt chương trình đang dùng cổng này."
        )


def _taken(settings: Settings) -> str:
    """Return why the port cannot be had; nothing if it can."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
