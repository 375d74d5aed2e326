"""An installation in a temporary folder: database, banks, contests, and the real server on a free port."""

import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from sqlalchemy import make_url

from quizapp.config import ROOT, Settings
from quizapp.house import House

HERE = Path(__file__).resolve().parents[1]
QUIZAPP = Path(sys.executable).with_name("quizapp")
SERVER = os.environ.get("QUIZAPP_BENCH_POSTGRES", "postgresql://root@127.0.0.1:5432/postgres")
REDIS = os.environ.get("QUIZAPP_BENCH_REDIS", "redis://127.0.0.1:6379")
CLAIM = "quizapp-bench:claim"
PATIENCE_S = 60


@dataclass
class Server:
    """A running web server (or worker) and the processes below it."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> list[int]:
        """Return its processes."""
        found, queue = [], [self.process.pid]
        while queue:
            found.append(queue.pop())
            queue += _children(found[-1])
        return found

    def strange(self) -> int:
        """Return how many answers that were not 2xx it has given so far."""
        return int(_get(self.port, "/counted")[1])

    def stop(self) -> None:
        """Stop it; it is given ten seconds."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)


@dataclass
class Ground:
    """An installation of our own."""

    settings: Settings
    kind: str
    folder: Path
    started: list[Server] = field(default_factory=list)
    processes: int = 1

    @cached_property
    def house(self) -> House:
        """Its house, opened from here."""
        return House(self.settings)

    def run(self, *words: str) -> None:
        """Run ``quizapp`` with ``words`` to its end."""
        done = subprocess.run([QUIZAPP, *words], env=self._env(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"quizapp {' '.join(words)}: {done.stdout}{done.stderr}")

    def serve(self, processes: int = 1) -> Server:
        """Start the web server, as ``quizapp serve`` does, with the controls; return once it answers."""
        self.processes = processes
        server = self._start([sys.executable, "-m", "_bench.served"], free_port())
        until = time.monotonic() + PATIENCE_S
        while not _answers(server):
            if server.process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the server does not answer: {server.log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)
        return server

    def work(self) -> Server:
        """Start the worker."""
        return self._start([str(QUIZAPP), "worker"], self.settings.port)

    def _start(self, command: Sequence[str], port: int) -> Server:
        log = self.folder / f"{len(self.started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, env=self._env(port), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self.started.append(Server(process, port, log))
        return self.started[-1]

    def backends(self) -> list[int]:
        """Return the processes of PostgreSQL that work for this installation, if they run on this machine."""
        if self.kind == "sqlite":
            return []
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        with psycopg.connect(SERVER, autocommit=True) as link:
            return [pid for (pid,) in link.execute(asked, [make_url(self.settings.database_url).database])]

    def size(self) -> int:
        """Return the database's size in bytes, everything in it counted."""
        if self.kind == "sqlite":
            return (self.settings.data / "quizapp.db").stat().st_size
        with psycopg.connect(plain(self.settings.database_url), autocommit=True) as link:
            return int(link.execute("SELECT pg_database_size(current_database())").fetchone()[0])  # type: ignore[index]

    def _env(self, port: int = 0) -> dict[str, str]:
        told = {name: value for name, value in os.environ.items() if not name.startswith(("QUIZAPP_", "GRANIAN_"))}
        ours = self.settings
        told |= {"QUIZAPP_DATA": str(ours.data), "QUIZAPP_DATABASE_URL": ours.database_url}
        told |= {"QUIZAPP_SECRET_KEY": ours.secret_key, "QUIZAPP_PORT": str(port or ours.port)}
        told |= {"QUIZAPP_REDIS_URL": ours.redis_url or "", "PYTHONPATH": str(HERE)}
        return told | {"QUIZAPP_WEB_PROCESSES": str(self.processes)}


@contextmanager
def ground(kind: str, *, with_redis: bool = False) -> Iterator[Ground]:
    """Lend an installation with schema, banks and contests (open now); everything is gone afterwards."""
    if not (ROOT / "quizapp" / "static" / "build" / "manifest.json").exists():
        raise SystemExit("the pages' scripts and styles are not built: make assets")
    folder = Path(tempfile.mkdtemp(prefix="quizapp-bench-"))
    name = f"quizapp_bench_{os.getpid()}_{secrets.token_hex(3)}"
    queue = _claim_redis() if with_redis else None
    url = f"sqlite:///{folder / 'data' / 'quizapp.db'}" if kind == "sqlite" else _create(name)
    (folder / "data").mkdir()
    settings = Settings(folder / "data", url, queue, secrets.token_urlsafe(48), port=free_port())
    made = Ground(settings, kind, folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that nothing is left behind
    try:
        made.run("demo", "--participants", "0")
        yield made
    finally:
        for server in made.started:
            server.stop()
        made.house.engine.dispose()
        if kind == "postgres":
            _ask("DROP DATABASE {} WITH (FORCE)", name)
        if queue:
            _forget_redis(queue)
        shutil.rmtree(folder)


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def plain(url: str) -> str:
    """Return SQLAlchemy's address as libpq writes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _create(name: str) -> str:
    _ask("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
    url = make_url(SERVER).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def _ask(statement: str, name: str) -> None:
    try:
        with psycopg.connect(SERVER, autocommit=True) as link:
            link.execute(sql.SQL(statement).format(sql.Identifier(name)))  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        raise SystemExit(f"no PostgreSQL at {SERVER} ($QUIZAPP_BENCH_POSTGRES): {error}") from None


def _claim_redis() -> str:
    for number in range(15, 0, -1):
        with redis.Redis.from_url(f"{REDIS}/{number}") as link:
            if link.dbsize() == 0 and link.set(CLAIM, os.getpid(), nx=True):
                return f"{REDIS}/{number}"
    raise SystemExit(f"no empty database left in {REDIS} ($QUIZAPP_BENCH_REDIS)")


def _forget_redis(url: str) -> None:
    with redis.Redis.from_url(url) as link:
        for key in link.scan_iter(count=500):
            link.delete(key)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _answers(server: Server) -> bool:
    try:
        return _get(server.port, "/empty")[0] == 204
    except OSError:
        return False


def _get(port: int, path: str) -> tuple[int, bytes]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read()
    finally:
        link.close()
