"""Load from ``wrk``, a client so light that it leaves the cores to the server; what it sends is written in Lua."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from _bench.cpu import Meter
from _bench.crowd import SENTENCE, Writer
from _bench.ground import Ground, Server

# Choice items of the sitting; the essay's number is the next.
ITEMS = 40

# wrk's own account, as one line of JSON at the end; latencies in microseconds.
_DONE = """
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    "\\nTOLD {\\"requests\\": %d, \\"bytes\\": %d, \\"us\\": %d, \\"p50\\": %d, \\"p99\\": %d, \\"max\\": %d, "
    .. "\\"errors\\": {\\"status\\": %d, \\"connect\\": %d, \\"read\\": %d, \\"write\\": %d, \\"timeout\\": %d}}\\n",
    summary.requests, summary.bytes, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    e.status, e.connect, e.read, e.write, e.timeout))
end
"""
_SEND = """
local function send(method, path, writer, body)
  return method .. " " .. path .. " HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nCookie: session=" .. writer[2]
    .. "\\r\\nX-CSRFToken: " .. writer[3] .. "\\r\\nContent-Type: application/json\\r\\nContent-Length: " .. #body
    .. "\\r\\n\\r\\n" .. body
end
"""
# Each writer's every item in turn, with sequences that only rise, and each time another answer.
_CHOICES = """
local n, count, seq = 0, #writers, %(first)d
function request()
  local writer = writers[n %% count + 1]
  local no = math.floor(n / count) %% %(items)d + 1
  n, seq = n + 1, seq + 1
  return send("PUT", "/api/v1/attempts/" .. writer[1] .. "/responses/" .. no, writer,
    '{"seq":' .. seq .. ',"choice":[' .. seq %% 2 .. ']}')
end
"""
_ESSAYS = """
local paragraph, paragraphs = %(paragraph)s, string.rep(%(paragraph)s, %(times)d)
local n, count, seq = 0, #writers, %(first)d
function request()
  local writer = writers[n %% count + 1]
  n, seq = n + 1, seq + 1
  return send("PUT", "/api/v1/attempts/" .. writer[1] .. "/responses/%(no)d", writer,
    '{"seq":' .. seq .. ',"html":"<p>L\\\\u1ea7n ' .. seq .. '</p>' .. paragraphs .. '"}')
end
"""
_PAGES = """
local n, count = 0, #writers
function request()
  local writer = writers[n %% count + 1]
  n = n + 1
  return "GET /attempts/" .. writer[1] .. "%(page)s HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nCookie: session=" .. writer[2]
    .. "\\r\\n%(more)s\\r\\n"
end
"""
_HAND_INS = """
local n, count = 0, #writers
function request()
  local writer = writers[n % count + 1]
  n = n + 1
  return send("POST", "/api/v1/attempts/" .. writer[1] .. "/hand-in", writer, "{}")
end
"""
_SIGN_INS = """
local n, count = 0, #writers
function request()
  local writer = writers[n %% count + 1]
  n = n + 1
  return send("POST", "/api/v1/session", writer, '{"code":"' .. writer[1] .. '","pin":"%(pin)s"}')
end
"""


class Void(Exception):
    """An answer was not what it should be: the run is worth nothing."""


@dataclass(frozen=True)
class Figures:
    """One run. CPU in microseconds a request, by group of processes."""

    rate: float
    p50_ms: float
    p99_ms: float
    requests: int
    answer_bytes: float
    cpu_us: dict[str, float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """CPU µs a request, server and database together."""
        return sum(self.cpu_us.values())


@dataclass(frozen=True)
class Script:
    """What a client does, as Lua; ``empty`` and ``bare`` need none."""

    path: str
    lua: str = ""
    writers: Sequence[tuple[str, str, str]] = ()


EMPTY, BARE = Script("/empty"), Script("/bare")


class Sequences:
    """Numbers that rise over all runs on one ground."""

    def __init__(self) -> None:
        self.last = 10

    def take(self) -> int:
        """Return where the next run starts; a run never sends ten million changes."""
        self.last += 10_000_000
        return self.last


def choices(writers: Sequence[Writer], numbers: Sequences) -> Script:
    """Return a script that changes choice items."""
    return Script("/", _CHOICES % {"first": numbers.take(), "items": ITEMS}, _triples(writers))


def essays(writers: Sequence[Writer], numbers: Sequences, words: int) -> Script:
    """Return a script that saves essays of about ``words`` words, each time another text."""
    paragraph = json.dumps(f"<p>{(SENTENCE * 10).strip()}</p>", ensure_ascii=False)
    times = max(1, words // (10 * len(SENTENCE.split())))
    lua = _ESSAYS % {"paragraph": paragraph, "times": times, "no": ITEMS + 1, "first": numbers.take()}
    return Script("/", lua, _triples(writers))


def pages(writers: Sequence[Writer], page: str = "", header: str = "") -> Script:
    """Return a script that opens papers."""
    more = f"{header}\\r\\n" if header else ""
    return Script("/", _PAGES % {"page": page, "more": more}, _triples(writers))


def hand_ins(writers: Sequence[Writer]) -> Script:
    """Return a script that hands each paper in; with more requests than papers it is no measurement."""
    return Script("/", _HAND_INS, _triples(writers))


def sign_ins(people: Sequence[tuple[str, str, str]], pin: str) -> Script:
    """Return a script that signs ``people`` (code, cookie, token) in."""
    return Script("/", _SIGN_INS % {"pin": pin}, people)


class Bench:
    """Runs scripts against a server and counts."""

    def __init__(self, ground: Ground, server: Server) -> None:
        if not shutil.which("wrk"):
            sys.exit("wrk is missing (thiếu wrk): apt-get install -y --no-install-recommends wrk")
        self._ground, self._server, self._written = ground, server, 0

    def run(self, script: Script, connections: int, seconds: float) -> Figures:
        """Run ``script``; return what came of it.

        Raises:
            Void: if any answer was not 2xx, or none came.
        """
        with self.running(script, connections, seconds) as result:
            pass
        return result[0]

    @contextmanager
    def running(self, script: Script, connections: int, seconds: float, *, alone: bool = True):  # type: ignore[no-untyped-def]
        """Run ``script`` while the body of the ``with`` does; the figures are in the list afterwards.

        ``alone``: what the server answers to others is what it should be, too.
        """
        strange, meter = self._server.strange(), self.meter()
        client = self._start(script, connections, seconds)
        result: list[Figures] = []
        try:
            yield result
            out, _ = client.communicate(timeout=seconds + 60)
        finally:
            if client.poll() is None:
                client.kill()
                client.wait()
        spent = meter.seconds()
        told = _told(out)
        odd = self._server.strange() - strange if alone else 0
        if odd or any(told["errors"].values()) or not told["requests"]:
            raise Void(f"{odd} answers were not 2xx; wrk tells {told['errors']} of {told['requests']}")
        result.append(_figures(told, spent))

    def meter(self) -> Meter:
        """Return a meter of the server's CPU and the database's."""
        groups = {"web": self._server.pids}
        if self._ground.kind == "postgres":
            groups["postgres"] = self._ground.backends
        return Meter(groups)

    def _start(self, script: Script, connections: int, seconds: float) -> "subprocess.Popen[str]":
        command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
        lua = self._ground.folder / f"load-{self._server.port}-{self._written}.lua"
        self._written += 1
        lua.write_text(_lua(script), encoding="utf-8")
        command += ["-s", str(lua), f"{self._server.address}{script.path}"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _lua(script: Script) -> str:
    if not script.lua:
        return _DONE
    rows = ",\n".join(f'{{"{ref}","{cookie}","{csrf}"}}' for ref, cookie, csrf in script.writers)
    return f"local writers = {{\n{rows}\n}}\n{_SEND}{script.lua}{_DONE}"


def _triples(writers: Sequence[Writer]) -> list[tuple[str, str, str]]:
    return [(writer.ref, writer.cookie, writer.csrf) for writer in writers]


def _told(out: str) -> dict:  # type: ignore[type-arg]
    for row in out.splitlines():
        if row.startswith("TOLD "):
            return json.loads(row.removeprefix("TOLD "))  # type: ignore[no-any-return]
    raise Void(f"wrk said: {out}")


def _figures(told: dict, spent: dict[str, float]) -> Figures:  # type: ignore[type-arg]
    count = told["requests"]
    cpu = {name: seconds * 1e6 / count for name, seconds in spent.items()}
    rate = count / (told["us"] / 1e6)
    return Figures(rate, told["p50"] / 1000, told["p99"] / 1000, count, told["bytes"] / count, cpu)
