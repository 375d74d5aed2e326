"""400 connections that trickle, beside 64 people who save: how long the 64 wait, without them and with them."""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[1]
QUIZAPP = str(Path(sys.executable).with_name("quizapp"))
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
TRICKLE_S = 1.0
BAR_P99_MS = 1000


@dataclass
class Seat:
    """A pupil with an open paper."""

    cookie: str
    csrf: str
    ref: str
    seq: int = 0
    waits_ms: list[float] = field(default_factory=list)
    errors: int = 0

    def request(self, body: bytes) -> bytes:
        """Return a save as the page sends it."""
        head = (
            f"PUT /api/v1/attempts/{self.ref}/responses/1 HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
            f"Cookie: {self.cookie}\r\nX-CSRFToken: {self.csrf}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def take_seat(card: dict[str, str]) -> Seat:
    """Sign in and open the paper."""
    with requests.Session() as http:
        http.trust_env = False
        http.headers["X-CSRFToken"] = http.get(f"{ADDRESS}/api/v1/session", timeout=60).json()["csrf"]
        sign_in = {"code": card["code"], "pin": card["pin"]}
        csrf = http.post(f"{ADDRESS}/api/v1/session", json=sign_in, timeout=60).json()["csrf"]
        http.headers["X-CSRFToken"] = csrf
        rounds = http.get(f"{ADDRESS}/api/v1/rounds", timeout=60).json()["rounds"]
        ref = next(row["ref"] for row in rounds if row["kind"] == "sitting")
        paper: dict[str, Any] = http.post(f"{ADDRESS}/api/v1/rounds/{ref}/attempts", json={}, timeout=60).json()
        cookie = "; ".join(f"{one.name}={one.value}" for one in http.cookies)
        return Seat(cookie, csrf, paper["ref"])


async def save_on(seat: Seat, until: float, pause_s: float) -> None:
    """Save again and again with a pause, and note how long each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while time.monotonic() < until:
        seat.seq += 1
        began = time.monotonic()
        writer.write(seat.request(json.dumps({"seq": seat.seq, "choice": [seat.seq % 2]}).encode()))
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        await reader.readexactly(length)
        seat.waits_ms.append((time.monotonic() - began) * 1000)
        seat.errors += " 200 " not in head.split("\r\n")[0]
        await asyncio.sleep(pause_s)
    writer.close()


async def trickle(seat: Seat, in_body: bool, until: float) -> int:
    """Send a save a byte at a time; return how often the server closed the connection."""
    closed = 0
    sent = seat.request(json.dumps({"seq": 1, "html": "<p>" + "a" * 5000 + "</p>"}).encode())
    start = sent.index(b"\r\n\r\n") + 5 if in_body else 20
    while time.monotonic() < until:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            writer.write(sent[:start])
            for at in range(start, len(sent)):
                if time.monotonic() > until:
                    break
                writer.write(sent[at : at + 1])
                await writer.drain()
                await asyncio.sleep(TRICKLE_S)
            writer.close()
        except OSError:
            closed += 1
            await asyncio.sleep(TRICKLE_S)
    return closed


async def measure(seats: list[Seat], slow: int, seconds: float, pause_s: float) -> int:
    """Let the seats save for ``seconds``, beside ``slow`` connections that trickle; return how many were closed."""
    until = time.monotonic() + seconds + (3 if slow else 0)
    trickling = [asyncio.create_task(trickle(seats[n % len(seats)], n % 2 == 0, until)) for n in range(slow)]
    if slow:
        await asyncio.sleep(3)  # all of them are connected by then
    await asyncio.gather(*(save_on(seat, until, pause_s) for seat in seats))
    return sum(await asyncio.gather(*trickling))


def tell(name: str, seats: list[Seat]) -> float:
    """Print the figures of a run and return its 99th percentile (ms)."""
    waits = sorted(wait for seat in seats for wait in seat.waits_ms)
    cuts = statistics.quantiles(waits, n=100)
    errors = sum(seat.errors for seat in seats)
    print(f"{name:24} saves {len(waits):6}  errors {errors}")
    print(f"{'':24} p50 {cuts[49]:.1f} ms  p99 {cuts[98]:.1f} ms  worst {waits[-1]:.1f} ms")
    for seat in seats:
        seat.waits_ms, seat.errors = [], 0
    return cuts[98]


def main() -> None:
    """Set up a house of its own, serve it, measure, and take it down."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--slow", type=int, default=400)
    told.add_argument("--honest", type=int, default=64)
    told.add_argument("--seconds", type=float, default=20)
    told.add_argument("--pause", type=float, default=0.25, help="seconds between two saves of one person")
    options = told.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "QUIZAPP_DATA": folder, "QUIZAPP_PORT": str(PORT), "QUIZAPP_SECRET_KEY": "for measuring"}
        cards_file = Path(folder) / "cards.json"
        demo = [QUIZAPP, "demo", "--participants", str(options.honest), "--json", str(cards_file)]
        subprocess.run(demo, env=env, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([QUIZAPP, "serve"], env=env)
        try:
            cards = json.loads(cards_file.read_text("utf-8"))["participants"]
            wait_until_served()
            seats = [take_seat(card) for card in cards]
            asyncio.run(measure(seats, 0, options.seconds, options.pause))
            alone = tell("without slow ones", seats)
            closed = asyncio.run(measure(seats, options.slow, options.seconds, options.pause))
            beside = tell(f"beside {options.slow} slow ones", seats)
            print(f"ratio of p99 {beside / alone:.2f}; slow connections closed by the server: {closed}")
            print("within the bar" if beside <= BAR_P99_MS else f"OVER the bar of {BAR_P99_MS} ms")
        finally:
            server.terminate()
            server.wait(30)


def wait_until_served() -> None:
    """Wait until the pages are there."""
    for _ in range(300):
        try:
            requests.get(f"{ADDRESS}/healthz", timeout=2)
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


if __name__ == "__main__":
    main()
