"""Contestants who write until the lights go out, and go on where they were when there is light again."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from tests.resilience.contestants import Contestant
from tests.resilience.machines import Machine
from tests.resilience.opening import invented
from tests.together import until

Pupil = TypeVar("Pupil", bound="Writer")


class Dark(Exception):
    """The lights went out while somebody waited for an answer."""


class Writer(Contestant):
    """Saves one change after another while there is light."""

    dark = threading.Event()

    def write(self) -> None:
        """Save until the lights go out."""
        try:
            while not self.dark.is_set():
                self.save(self.chance.choice(self._items))
        except Dark:
            return

    def leave(self) -> None:
        """Hand in."""
        try:
            self.hand_in()
        except Dark:
            return

    def _note_fault(self, fault: str) -> None:
        if not self.dark.is_set():  # without its disk the server may say what it likes, except "saved"
            super()._note_fault(fault)

    def _wait(self, about: float) -> None:
        if self.dark.is_set():
            raise Dark
        super()._wait(about)


def arrive(writers: Sequence[Contestant]) -> None:
    """Let all arrive, a few at a time: a PIN is dear to check."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Contestant.come_in, writers))


def writers_at(machine: Machine, count: int, kind: type[Pupil] = Writer) -> list[Pupil]:  # type: ignore[assignment]
    """Return ``count`` writers who have opened their papers; the machine runs."""
    cards = invented(machine.installation, count)
    machine.disk.ask("sync")
    machine.start()
    writers = [kind(machine.installation.address, card, number) for number, card in enumerate(cards)]
    Writer.dark.clear()
    arrive(writers)
    return writers


@contextmanager
def writing(writers: Sequence[Writer]) -> Iterator[None]:
    """Let all write at the same time; at the end the lights are out and nobody waits for an answer any more."""
    Writer.dark.clear()
    with ThreadPoolExecutor(len(writers)) as pool:
        running = [pool.submit(writer.write) for writer in writers]
        try:
            yield
        finally:
            Writer.dark.set()
    for one in running:
        one.result()


def saves(writers: Sequence[Writer]) -> int:
    """Return how many changes have been acknowledged."""
    return sum(writer.saves + writer.late_acknowledgements for writer in writers)


def await_saves(writers: Sequence[Writer], more: int, seconds: float = 60) -> bool:
    """Wait until ``more`` changes are acknowledged than now; tell whether they were within ``seconds``."""
    seen = saves(writers)
    return until(lambda: saves(writers) >= seen + more, seconds, every=0.005)
