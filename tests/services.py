"""The real services the tests talk to: found on loopback, used without disturbing what else lives there.

A test asks ``postgres_url()``, ``redis_url()`` or ``chromium_path()``; None means the service is not there, and then
``missing("PostgreSQL")`` leaves the test out with a sentence – or fails it where CI=true, for CI leaves nothing out.
"""

import atexit
import hashlib
import os
import re
import secrets
import shutil
import socket
from functools import cache
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
HOW = {
    "PostgreSQL": "PostgreSQL trên 127.0.0.1:5432 (người dùng root hay postgres), hoặc $QUIZAPP_TEST_POSTGRES",
    "Redis": "Redis trên 127.0.0.1:6379 còn một cơ sở dữ liệu trống, hoặc $QUIZAPP_TEST_REDIS",
    "nginx": "nginx từ 1.22 (apt-get install nginx)",
    "Chromium": "Chromium (apt-get install chromium), hoặc $QUIZAPP_CHROMIUM",
    "FUSE": "quyền root, /dev/fuse và gói fuse3 (apt-get install fuse3)",
    "gcc": "gcc (apt-get install gcc libc6-dev)",
}


def missing(service: str) -> None:
    """Leave the asking test out because ``service`` (a key of HOW) is not here; with CI=true fail it instead."""
    sentence = f"Không có {service}, các bài kiểm thử cần nó bị bỏ qua. Cần có: {HOW[service]}."
    if IN_CI:
        pytest.fail(f"CI=true: {sentence}", pytrace=False)
    pytest.skip(sentence)


# ── PostgreSQL: a database of our own for each process, dropped at its end ──

_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
_OURS = re.compile(rf"quizapp_test_{_HOST}_(\d+)_[0-9a-f]+(_\w+)?")


@cache
def postgres_url() -> str | None:
    """Return the SQLAlchemy URL of an empty database made for this test process, or None if there is no server."""
    server = _postgres_server()
    if server is None:
        return None
    _drop_orphans(server)
    name = f"quizapp_test_{_HOST}_{os.getpid()}_{secrets.token_hex(4)}"
    _ask(server, sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    atexit.register(_drop, server, name)
    return _sqlalchemy_url(server, name)


def has_postgres() -> bool:
    return _postgres_server() is not None


@cache
def _postgres_server() -> str | None:
    """Return the first address that lets us in and lets us make databases."""
    told = os.environ.get("QUIZAPP_TEST_POSTGRES")
    for address in (
        [told] if told else [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in ("root", "postgres")]
    ):
        try:
            may = _ask(address, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        except psycopg.OperationalError:
            continue
        if may == [(True,)]:
            return address
    return None


def _sqlalchemy_url(server: str, name: str) -> str:
    known = psycopg.conninfo.conninfo_to_dict(server)
    secret = f":{known['password']}" if known.get("password") else ""
    return f"postgresql+psycopg://{known['user']}{secret}@{known['host']}:{known.get('port', 5432)}/{name}"


def _drop_orphans(server: str) -> None:
    """Drop what test processes of this machine left behind when they were killed."""
    for (name,) in _ask(server, "SELECT datname FROM pg_database WHERE datname LIKE 'quizapp_test_%'"):
        found = _OURS.fullmatch(name)
        if found and not Path("/proc", found[1]).exists():
            _drop(server, name)


def _drop(server: str, name: str) -> None:
    _ask(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _ask(address: str, question: str | sql.Composed) -> list[tuple[object, ...]]:
    with psycopg.connect(address, autocommit=True, connect_timeout=3) as link:
        answer = link.execute(question)
        return answer.fetchall() if answer.description else []


# ── Redis: an empty database of a server that may serve others too ──

CLAIM = "quizapp-test:claim"


@cache
def redis_url() -> str | None:
    """Return the URL of a Redis database that was empty and is now claimed by this test process, or None.

    Keys must hold the word ``quizapp``: at the end those are deleted, one by one, and nothing else is.
    """
    for url in (f"{_redis_server()}/{number}" for number in range(15, 0, -1)):
        try:
            claimed = _claim(url)
        except redis.RedisError:
            return None
        if claimed:
            atexit.register(forget_redis, url)
            return url
    return None


def has_redis() -> bool:
    try:
        with redis.Redis.from_url(_redis_server(), socket_connect_timeout=3) as link:
            return bool(link.ping())
    except redis.RedisError:
        return False


def _redis_server() -> str:
    return os.environ.get("QUIZAPP_TEST_REDIS", "redis://127.0.0.1:6379")


def _claim(url: str) -> bool:
    """Take the database if it is empty, or was left behind by a test process of this machine that is gone."""
    with redis.Redis.from_url(url, socket_connect_timeout=3) as link:
        host, _, process = (link.get(CLAIM) or b"").decode().partition(" ")
        if host == _HOST and not Path("/proc", process).exists():
            forget_redis(url)
        return link.dbsize() == 0 and bool(link.set(CLAIM, f"{_HOST} {os.getpid()}", nx=True))


def forget_redis(url: str) -> None:
    """Delete our own keys, so that the next test process finds the database as empty as this one did."""
    with redis.Redis.from_url(url, socket_connect_timeout=3) as link:
        for key in link.scan_iter(match="*quizapp*", count=500):
            link.delete(key)


# ── a filesystem of our own, and a compiler ──


def has_fuse() -> bool:
    """Tell whether we may mount a filesystem that a program of ours serves."""
    return os.geteuid() == 0 and os.access("/dev/fuse", os.R_OK | os.W_OK) and bool(shutil.which("fusermount3"))


def has_gcc() -> bool:
    return bool(shutil.which("gcc"))


# ── Chromium: the system's, or one that playwright fetched for this user ──


@cache
def chromium_path() -> str | None:
    """Return the path of a Chromium or Chrome to drive, or None."""
    told = os.environ.get("QUIZAPP_CHROMIUM")
    names = [told] if told else ["chromium", "chromium-browser", "google-chrome"]
    found = next((path for path in map(shutil.which, names) if path), None)
    return found or _fetched_by_playwright()


def _fetched_by_playwright() -> str | None:
    cache_folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    return next(
        (str(path) for path in sorted(cache_folder.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None
    )


# ── nginx: the program alone; the tests start one of their own ──


@cache
def nginx_path() -> str | None:
    """Return the path of nginx, which Debian keeps where only root looks, or None."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
