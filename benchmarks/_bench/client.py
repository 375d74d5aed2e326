"""Single people as asyncio tasks: one connection each, opened when needed, and what each request took."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from _bench.crowd import Writer

PATIENCE_S = 60.0


@dataclass
class Log:
    """What happened to all of them. Times in milliseconds, by the name of what was done."""

    took: dict[str, list[float]] = field(default_factory=dict)
    odd: Counter[str] = field(default_factory=Counter)

    def note(self, what: str, took_ms: float) -> None:
        """Note an answer as it should be."""
        self.took.setdefault(what, []).append(took_ms)

    def quantile(self, share: float, what: str | None = None) -> float:
        """Return the time below which ``share`` of the answers came, in milliseconds."""
        every = sorted(self.took.get(what, []) if what else [one for some in self.took.values() for one in some])
        return every[min(len(every) - 1, int(share * len(every)))] if every else 0.0

    def count(self, what: str) -> int:
        """Return how many answers came."""
        return len(self.took.get(what, []))

    def line(self, what: str) -> str:
        """Return one kind of request for people."""
        return (
            f"    {what:<10}{self.count(what):>7}   p50 {self.quantile(0.5, what):.1f} ms   "
            f"p99 {self.quantile(0.99, what):.1f} ms   slowest {self.quantile(1, what):.1f} ms"
        )


class Device:
    """Somebody's browser, with one connection that it keeps while the server does."""

    def __init__(self, port: int, writer: Writer, log: Log) -> None:
        self.port, self.writer, self.log = port, writer, log
        self._reader: asyncio.StreamReader | None = None
        self._out: asyncio.StreamWriter | None = None
        self._turn = asyncio.Lock()

    async def ask(self, what: str, method: str, path: str, body: object = None, expected: int = 200) -> bytes | None:
        """Send a request and return the answer's body, or None – noted – if it is not as expected."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session={self.writer.cookie}\r\n"
            f"X-CSRFToken: {self.writer.csrf}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        began = time.monotonic()
        try:
            async with self._turn, asyncio.timeout(PATIENCE_S):
                status, answer = await self._exchange(head.encode() + content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.log.odd[f"{what}: {type(error).__name__}"] += 1
            self.close()
            return None
        if status != expected:
            self.log.odd[f"{what}: {status}"] += 1
            return None
        self.log.note(what, (time.monotonic() - began) * 1000)
        return answer

    async def save(self, seq: int) -> bytes | None:
        """Change a choice item."""
        path = f"/api/v1/attempts/{self.writer.ref}/responses/{seq % 40 + 1}"
        return await self.ask("save", "PUT", path, {"seq": seq, "choice": [seq % 2]})

    async def hand_in(self) -> bytes | None:
        """Hand the paper in."""
        return await self.ask("hand-in", "POST", f"/api/v1/attempts/{self.writer.ref}/hand-in", {})

    async def leave(self) -> bytes | None:
        """Hand the paper in and hang up."""
        answer = await self.hand_in()
        self.close()
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._out:
            self._out.close()
        self._reader = self._out = None

    async def _exchange(self, sent: bytes) -> tuple[int, bytes]:
        if self._out is None or self._out.is_closing() or (self._reader and self._reader.at_eof()):
            self._reader, self._out = await asyncio.open_connection("127.0.0.1", self.port)
        assert self._reader and self._out
        self._out.write(sent)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head[9:12])
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        return status, await self._reader.readexactly(length)


async def trickle(port: int, head: bytes, more: Callable[[int], bytes], seconds: float) -> int:
    """Send ``head`` and then a little a second, never an end; come again when sent away; return how often that was."""
    again, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        reader, out = await asyncio.open_connection("127.0.0.1", port)
        try:
            out.write(head)
            number = 0
            while time.monotonic() < until and not reader.at_eof() and not out.is_closing():
                out.write(more(number))
                await out.drain()
                number += 1
                await asyncio.sleep(1)
        except OSError:
            pass
        finally:
            out.close()
        again += 1
    return again


def devices(port: int, writers: Sequence[Writer], log: Log) -> list[Device]:
    """Return a device for each."""
    return [Device(port, writer, log) for writer in writers]
