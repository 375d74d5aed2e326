"""quizapp as it really runs: its programs as processes that can be started, looked at, told to stop, and killed."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from werkzeug.serving import make_server

from quizapp.config import Settings
from quizapp.house import House
from tests.together import until

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

COMMAND = str(Path(sys.executable).with_name("quizapp"))
PATIENCE_S = 60


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens, and that no connection is given for its own end.

    Whoever knocks again and again at a server that was killed may be given the server's port for their own end, reach
    themselves, and keep the server from coming back. So the ports that the system hands out are left alone.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("a hundred ports, and somebody listens on each")


@dataclass
class Program:
    """A running program in a process group of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Kill it and its children with -9."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def end(self, with_signal: signal.Signals, seconds: float = 30) -> int:
        """Send ``with_signal`` to the program alone and return its exit code."""
        self.process.send_signal(with_signal)
        return self.process.wait(seconds)

    def said(self) -> str:
        """Return what it printed."""
        return self.log.read_text("utf-8", "replace")


@dataclass
class Installation:
    """A quizapp with data, database and port of its own."""

    settings: Settings
    folder: Path
    started: list[Program] = field(default_factory=list)
    # Children that lead sessions of their own, which outlive a parent that is killed.
    children: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.settings.port}"

    def open_house(self) -> House:
        """Open its house from here, beside the programs."""
        return House(self.settings)

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run ``quizapp`` with ``words`` to its end."""
        command = [COMMAND, *words]
        return subprocess.run(command, env=self._env(env), capture_output=True, text=True, timeout=120, check=False)

    def start(self, *words: str, **env: str) -> Program:
        """Start ``quizapp`` with ``words``."""
        log = self.folder / f"{len(self.started)}-{words[0]}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [COMMAND, *words],
                env=self._env(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(Program(process, log))
        return self.started[-1]

    def answers(self) -> bool:
        """Tell whether its pages are served."""
        try:
            return requests.get(f"{self.address}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def serve(self, **env: str) -> Program:
        """Start the web server and wait until it answers."""
        program = self.start("serve", **env)
        assert until(lambda: self.answers() or program.process.poll() is not None, PATIENCE_S), program.said()
        assert program.process.poll() is None, program.said()
        return program

    def clear(self) -> None:
        """Kill what was started here and still runs."""
        for program in self.started:
            if program.process.poll() is None:
                program.kill()
        for left in [pid for child in self.children for pid in group_of(child)]:
            os.kill(left, signal.SIGKILL)

    def _env(self, more: dict[str, str]) -> dict[str, str]:
        settings = {
            "QUIZAPP_DATA": str(self.settings.data),
            "QUIZAPP_DATABASE_URL": self.settings.database_url,
            "QUIZAPP_REDIS_URL": self.settings.redis_url or "",
            "QUIZAPP_SECRET_KEY": self.settings.secret_key,
            "QUIZAPP_PORT": str(self.settings.port),
        }
        ours = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
        return ours | settings | more


def group_of(pid: int) -> list[int]:
    """Return the processes that run in the session which ``pid`` leads, zombies left out."""
    alive = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, session = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(session) == pid and state != "Z":
            alive.append(int(stat.parent.name))
    return alive


def children_of(pid: int) -> list[int]:
    """Return the children of ``pid``."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def served(application: Wsgi, port: int) -> Iterator[None]:
    """Serve ``application`` from this process on ``port`` of 127.0.0.1."""
    server = make_server("127.0.0.1", port, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
