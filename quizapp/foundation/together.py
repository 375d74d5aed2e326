"""Group commit: what is asked for at the same moment is done in one transaction and made durable by one sync.

There is no thread for it. Whoever finds nobody at work leads: takes all that wait, does them together, hands everybody
their outcome, and passes the lead to the first who came meanwhile. So one caller alone waits for nobody, and a crowd
shares what is dear – the sync to the disk – without anybody being told of success before it is true.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Ask = TypeVar("Ask")
Told = TypeVar("Told")

# More than this in one transaction would make the first wait for the last.
MOST = 256


class _Place(Generic[Ask, Told]):
    """Somebody's place in the queue. ``turn`` opens when there is an outcome, or when it is theirs to lead."""

    __slots__ = ("ask", "failure", "outcome", "ready", "turn")

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.outcome: Told | None = None
        self.failure: BaseException | None = None
        self.ready = False
        self.turn = threading.Lock()
        self.turn.acquire()


class Together(Generic[Ask, Told]):
    """``do_all`` gets asks in the order in which they came and returns, after its commit, an outcome for each.

    An outcome that is an exception is raised for the one who asked. If ``do_all`` itself raises, nothing of the batch
    was kept: each is then tried alone, so that nobody fails for another's fault – unless it is one of ``shared``, the
    kind of trouble that would meet each of them as well.
    """

    def __init__(
        self,
        do_all: Callable[[Sequence[Ask]], Sequence[Told | Exception]],
        most: int = MOST,
        shared: tuple[type[Exception], ...] = (),
    ) -> None:
        self._do_all, self._most, self._shared = do_all, most, shared
        self._door = threading.Lock()
        self._waiting: list[_Place[Ask, Told]] = []
        self._led = False

    def do(self, ask: Ask) -> Told:
        """Do ``ask``, perhaps together with others; return once it is durable."""
        mine: _Place[Ask, Told] = _Place(ask)
        with self._door:
            self._waiting.append(mine)
            leads, self._led = not self._led, True
        if not leads:
            mine.turn.acquire()
        if not mine.ready:
            self._lead()
        if mine.failure is not None:
            raise mine.failure
        return mine.outcome  # type: ignore[return-value]

    def _lead(self) -> None:
        with self._door:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._settle(batch)
        finally:
            with self._door:
                heir = self._waiting[0] if self._waiting else None
                self._led = heir is not None
            for place in batch:
                place.turn.release()
            if heir:
                heir.turn.release()

    def _settle(self, batch: Sequence[_Place[Ask, Told]]) -> None:
        try:
            outcomes = self._do_all([place.ask for place in batch])
        except BaseException as error:
            if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, self._shared):
                for place in batch:
                    self._settle([place])
                return
            for place in batch:
                place.failure, place.ready = error, True
            return
        for place, outcome in zip(batch, outcomes, strict=True):
            place.ready = True
            if isinstance(outcome, Exception):
                place.failure = outcome
            else:
                place.outcome = outcome
