"""What is asked for at the same moment is done together, and each gets an outcome of their own."""

import threading
from collections.abc import Sequence

import pytest

from quizapp.foundation.together import Together
from tests.together import at_once

CROWD = 32


class Refused(Exception):
    """One ask's own failure."""


class Desk:
    """Counts how often it was asked, and doubles what it is asked; odd numbers are refused."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.busy = threading.Lock()

    def do_all(self, asks: Sequence[int]) -> list[int | Exception]:
        assert self.busy.acquire(blocking=False), "two lead at the same time"
        self.batches.append(list(asks))
        outcomes = [Refused(ask) if ask % 2 else ask * 2 for ask in asks]
        self.busy.release()
        return outcomes


def test_everybody_gets_their_own_outcome() -> None:
    desk = Desk()
    together: Together[int, int] = Together(desk.do_all)

    def ask(number: int) -> int | str:
        try:
            return together.do(number)
        except Refused as refusal:
            return f"refused {refusal}"

    for _ in range(50):
        assert at_once(CROWD, ask) == [f"refused {n}" if n % 2 else 2 * n for n in range(CROWD)]
    assert sorted(n for batch in desk.batches for n in batch) == sorted(list(range(CROWD)) * 50)


def test_who_comes_while_one_is_at_work_goes_together_in_the_next() -> None:
    begun, go_on = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def do_all(asks: Sequence[int]) -> list[int | Exception]:
        batches.append(sorted(asks))
        begun.set()
        assert go_on.wait(10)
        return list(asks)

    together: Together[int, int] = Together(do_all)
    first = threading.Thread(target=together.do, args=(0,))
    first.start()
    assert begun.wait(10)
    others = [threading.Thread(target=together.do, args=(number,)) for number in range(1, 9)]
    for other in others:
        other.start()
    while len(together._waiting) < len(others):
        threading.Event().wait(0.001)
    go_on.set()
    for thread in (first, *others):
        thread.join(10)
    assert batches == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


def test_when_a_batch_fails_each_is_tried_alone_so_that_nobody_fails_for_another() -> None:
    def do_all(asks: Sequence[int]) -> list[int | Exception]:
        if 3 in asks:
            raise RuntimeError("three breaks everything")
        return list(asks)

    together: Together[int, int] = Together(do_all)

    def ask(number: int) -> int | str:
        try:
            return together.do(number)
        except RuntimeError as error:
            return str(error)

    assert at_once(8, ask) == [0, 1, 2, "three breaks everything", 4, 5, 6, 7]
    with pytest.raises(RuntimeError):
        together.do(3)
    assert together.do(4) == 4


def test_no_batch_is_larger_than_it_may_be() -> None:
    desk = Desk()
    together: Together[int, int] = Together(desk.do_all, most=4)
    at_once(CROWD, lambda number: together.do(number * 2))
    assert max(map(len, desk.batches)) <= 4


def test_trouble_that_meets_everybody_is_not_tried_again_for_each() -> None:
    tried: list[int] = []

    def do_all(asks: Sequence[int]) -> list[int | Exception]:
        tried.append(len(asks))
        raise OSError("the disk is gone")

    together: Together[int, int] = Together(do_all, shared=(OSError,))

    def ask(number: int) -> str:
        with pytest.raises(OSError, match="gone"):
            together.do(number)
        return "told"

    assert at_once(CROWD, ask) == ["told"] * CROWD
    assert sum(tried) == CROWD
