"""Crowds: 500 saving every 10 s; 500 handing in within the last 5 s; 400 slow connections beside 64 honest ones."""

import asyncio
import json
from argparse import Namespace
from collections.abc import Awaitable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from _bench.client import Device, Log, devices, trickle
from _bench.crowd import Crowd, Writer
from _bench.figures import arguments, keep, say, summary, told
from _bench.ground import Ground, Server, ground
from _bench.load import Bench, Sequences, choices
from sqlalchemy import func, select, update

from quizapp.attempts.models import Attempt, Receipt
from quizapp.foundation import clock

EVERY_S = 10
LAST_S = 5
HONEST, SLOW = 64, 400
BARS_MS = {"saving": 300, "last_seconds": 5_000, "slow_neighbours": 1_000}


def main() -> None:
    """Measure on each store."""
    asked = arguments(__doc__, seconds=20, people=500, minutes=1.0)
    for store in asked.store:
        with ground(store) as lent:
            keep("stampede", store, measure(lent, asked), wanted=asked.keep)


def measure(lent: Ground, asked: Namespace) -> dict[str, Any]:
    """Return the figures of one store."""
    crowd, chance = Crowd(lent, words=600), Random(1)
    writers, last = crowd.writers(asked.people), crowd.writers(asked.people)
    server = lent.serve()
    lent.work()
    say(f"\n{lent.kind}: web server and worker of one machine")
    figures = {"saving": saving(lent, server, writers, asked, chance)}
    figures["slow_neighbours"] = slow_neighbours(lent, server, writers, asked)
    figures["last_seconds"] = last_seconds(lent, server, last, chance)
    return figures


def saving(lent: Ground, server: Server, writers: Sequence[Writer], asked: Namespace, chance: Random) -> dict[str, Any]:
    """Let everybody save every ten seconds, each in their own rhythm."""
    log, meter = Log(), Bench(lent, server).meter()
    times = max(1, round(asked.minutes * 60 / EVERY_S))

    async def write(device: Device) -> None:
        await asyncio.sleep(chance.random() * EVERY_S)
        for number in range(times):
            _later, _saved = await asyncio.gather(asyncio.sleep(EVERY_S), device.save(10 + number))
        device.close()

    _run([write(device) for device in devices(server.port, writers, log)])
    used = {name: round(seconds * 1e6 / max(1, log.count("save"))) for name, seconds in meter.seconds().items()}
    say(f"  {len(writers)} people, a save every {EVERY_S} s each, {asked.minutes:g} min\n{log.line('save')}")
    say(f"    {_verdict('saving', log)}   CPU µs/save {used}")
    return _kept(log, "save") | {"minutes": asked.minutes, "cpu_us": used}


def last_seconds(lent: Ground, server: Server, writers: Sequence[Writer], chance: Random) -> dict[str, Any]:
    """Let everybody hand in at some instant of the last five seconds before their common deadline."""
    ahead = 2.0
    refs = [writer.ref for writer in writers]
    with lent.house.engine.begin() as opened:
        ends = clock.now() + timedelta(seconds=ahead + LAST_S)
        opened.execute(update(Attempt).where(Attempt.ref.in_(refs)).values(deadline_at=ends))
    log, codes = Log(), set()

    async def finish(device: Device) -> None:
        await asyncio.sleep((ends - clock.now()).total_seconds() - LAST_S * (1 - chance.random() * 0.999))
        answer = await device.leave()
        if answer:
            codes.add(json.loads(answer)["code"])

    _run([finish(device) for device in devices(server.port, writers, log)])
    with lent.house.store.reading() as view:
        mine = select(func.count()).select_from(Receipt).join(Attempt, Attempt.id == Receipt.attempt_id)
        stored = view.session.scalar(mine.where(Attempt.ref.in_(refs)))
    say(f"  {len(writers)} people hand in within the last {LAST_S} s\n{log.line('hand-in')}")
    say(f"    receipts: {len(codes)} given, {stored} stored, of {len(writers)}   {_verdict('last_seconds', log)}")
    return _kept(log, "hand-in") | {"receipts": len(codes), "stored": stored, "people": len(writers)}


def slow_neighbours(lent: Ground, server: Server, writers: Sequence[Writer], asked: Namespace) -> dict[str, Any]:
    """Let connections trickle – half of them headers, half, signed in, bodies – while others save at full speed."""
    bench, numbers = Bench(lent, server), Sequences()
    alone = bench.run(choices(writers, numbers), HONEST, asked.seconds / 2)
    with bench.running(choices(writers, numbers), HONEST, asked.seconds, alone=False) as beside:
        again = _run([*_slow(server.port, writers, asked.seconds)])
    runs = {"alone": [alone], "beside": list(beside)}
    say(f"  {HONEST} honest connections saving, alone and beside {SLOW} slow ones ({sum(again) - SLOW} sent away)")
    say("\n".join(told(run, name) for name, run in runs.items()))
    bar = BARS_MS["slow_neighbours"]
    say(f"    p99 {runs['beside'][0].p99_ms:.0f} ms (bar {bar} ms {'✓' if runs['beside'][0].p99_ms <= bar else '✗'})")
    return {name: summary(run) for name, run in runs.items()}


def _slow(port: int, writers: Sequence[Writer], seconds: float) -> list[Awaitable[int]]:
    header = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    half = SLOW // 2
    headers = [trickle(port, header, lambda number: f"X-{number}: y\r\n".encode(), seconds) for _ in range(half)]
    bodies = [trickle(port, _body(writer), lambda _number: b" ", seconds) for writer in writers[: SLOW - half]]
    return [*headers, *bodies]


def _body(writer: Writer) -> bytes:
    return (
        f"PUT /api/v1/attempts/{writer.ref}/responses/41 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: session={writer.cookie}\r\nX-CSRFToken: {writer.csrf}\r\nContent-Type: application/json\r\n"
        "Content-Length: 20000\r\n\r\n{"
    ).encode()


def _run(tasks: Sequence[Awaitable[Any]]) -> list[Any]:
    async def together() -> list[Any]:
        return list(await asyncio.gather(*tasks))

    return asyncio.run(together())


def _verdict(name: str, log: Log) -> str:
    bar, p99 = BARS_MS[name], log.quantile(0.99)
    errors = f", errors {dict(log.odd)} – VOID" if log.odd else ", 0 errors"
    return f"p99 {p99:.0f} ms (bar {bar} ms {'✓' if p99 <= bar and not log.odd else '✗'}){errors}"


def _kept(log: Log, what: str) -> dict[str, Any]:
    p50, p99, slowest = (round(log.quantile(share, what), 1) for share in (0.5, 0.99, 1))
    told = {"count": log.count(what), "p50_ms": p50, "p99_ms": p99, "slowest_ms": slowest}
    return told | {"errors": sum(log.odd.values())}


if __name__ == "__main__":
    main()
