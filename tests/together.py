"""Doing things at the same instant from many threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Outcome = TypeVar("Outcome")


def at_once(threads: int, action: Callable[[int], Outcome]) -> list[Outcome]:
    """Call ``action(0)``, ``action(1)``, … from as many threads, let go together, and return what each returned.

    Raises:
        Exception: the first that an action raised, after all have ended.
    """
    gate = threading.Barrier(threads)

    def one(number: int) -> Outcome:
        gate.wait(30)
        return action(number)

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(one, number) for number in range(threads)]
    return [thread.result() for thread in running]


def until(seen: Callable[[], object], seconds: float, every: float = 0.02) -> bool:
    """Look again and again until ``seen()`` is true; return whether it was within ``seconds``."""
    never = threading.Event()
    for _ in range(max(1, round(seconds / every))):
        if seen():
            return True
        never.wait(every)
    return bool(seen())
