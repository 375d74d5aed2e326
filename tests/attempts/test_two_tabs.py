"""Two devices, several tabs, one paper: changes late, doubled, out of order, their answers lost – the newest stays.

Hypothesis plays the network. QUIZAPP_STEPS says how many steps it takes in all (10000 is the full count).
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from quizapp.house import House
from tests.factories import Card, Visitor, enter, start

STEPS = int(os.environ.get("QUIZAPP_STEPS", "1000"))
STEPS_A_PAPER = 50

SELDOM = st.integers(0, 3).map(lambda number: number == 3)

SINGLE, MULTIPLE, ESSAY = "single", "multiple", "essay"
Content = tuple[int, ...] | str
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Message:
    """A change under way; it may arrive late, twice, or never."""

    tab: int
    kind: str
    seq: int
    content: Content


@dataclass
class Tab:
    """An open page: what it believes to be stored."""

    device: int
    seqs: dict[str, int]


class Papers:
    """The pupils, their devices and what the server says, by whatever way it is asked."""

    def __init__(self, house: House, app: Flask) -> None:
        self.house, self.app = house, app
        self.steps = self.acknowledged = self.stale = 0

    def fresh(self) -> tuple[Card, str]:
        """Return a new pupil and the name of their paper."""
        card = enter(self.house)
        return card, start(self.house, card)


class TwoTabs(RuleBasedStateMachine):
    """What a browser may do to one paper, and what must hold after each step."""

    papers: Papers

    def __init__(self) -> None:
        super().__init__()
        card, self.ref = self.papers.fresh()
        self.devices = [Visitor(self.papers.app).sign_in(card) for _ in range(2)]
        self.tokens = [device.token() for device in self.devices]
        self.numbers, self.most = self._numbers()
        self.air: list[Message] = []
        # Kind of item → what must be stored: the number and content of the newest change that has arrived.
        self.stored: dict[str, tuple[int, Content]] = {}
        self.acknowledged: dict[str, tuple[int, Content]] = {}
        self.tabs: list[Tab] = []
        self.open_tab(0)
        self.open_tab(1)

    # ── what happens ──

    @rule(
        which=st.integers(0, 3),
        kind=st.sampled_from([SINGLE, MULTIPLE, ESSAY]),
        pick=st.integers(0, 10**6),
        reload_first=SELDOM,
        at_once=st.booleans(),
    )
    def change(self, which: int, kind: str, pick: int, reload_first: bool, at_once: bool) -> None:
        """Change an answer in a tab, perhaps a fresh one: the change is numbered and sent off."""
        if reload_first:
            self.open_tab(which % 2)
        tab = self.tabs[which % len(self.tabs)]
        tab.seqs[kind] += 1
        self.air.append(Message(self.tabs.index(tab), kind, tab.seqs[kind], self._content(kind, pick)))
        if at_once:
            self.arrive(which=-1, lose_answer=False, again_later=False)

    def open_tab(self, device: int) -> None:
        """Open or reload the page: it shows what the server holds."""
        shown = self._shown(device)
        tab = Tab(device, {kind: seq for kind, (seq, _) in shown.items()})
        self.tabs = [*self.tabs[-3:], tab]

    @precondition(lambda self: self.air)
    @rule(which=st.integers(0, 10**6), lose_answer=SELDOM, again_later=SELDOM)
    def arrive(self, which: int, lose_answer: bool, again_later: bool) -> None:
        """Let one of the changes under way arrive, in whatever order; its answer may be lost, the change come again."""
        message = self.air.pop(which % len(self.air))
        if again_later or lose_answer:
            self.air.append(message)
            self.air = self.air[-12:]
        status, told = self._send(message)
        self._expect(message, status, told)
        if not lose_answer:
            self._hear(message, status, told)

    # ── what must hold ──

    @invariant()
    def what_is_shown_is_the_newest_that_arrived(self) -> None:
        self.papers.steps += 1
        shown = self._shown(0)
        for kind, (seq, content) in self.stored.items():
            assert shown[kind] == (seq, content)
        for kind, (seq, content) in self.acknowledged.items():
            assert shown[kind][0] > seq or shown[kind] == (seq, content)

    # ── in detail ──

    def _expect(self, message: Message, status: int, told: Any) -> None:
        seq, content = self.stored.get(message.kind, (0, None))
        if message.seq > seq:
            assert (status, told.get("seq")) == (200, message.seq)
            self.stored[message.kind] = (message.seq, message.content)
        elif (message.seq, message.content) == (seq, content):
            assert (status, told.get("seq")) == (200, message.seq)
        else:
            assert (status, told.get("type")) == (409, "urn:quizapp:stale")
            newer = told["newer"]
            assert (newer["seq"], _content_of(newer)) == (seq, content)
            datetime.fromisoformat(newer["saved_at"])

    def _hear(self, message: Message, status: int, told: Any) -> None:
        if status == 200:
            self.papers.acknowledged += 1
            before = self.acknowledged.get(message.kind, (0, ""))
            self.acknowledged[message.kind] = max(before, (message.seq, message.content), key=lambda one: one[0])
            return
        self.papers.stale += 1
        if message.tab < len(self.tabs):
            tab = self.tabs[message.tab]
            tab.seqs[message.kind] = max(tab.seqs[message.kind], told["newer"]["seq"])

    def _send(self, message: Message) -> tuple[int, Any]:
        device = message.tab % 2
        path = f"/api/v1/attempts/{self.ref}/responses/{self.numbers[message.kind]}"
        body = {"html": message.content} if message.kind == ESSAY else {"choice": list(message.content)}
        headers = {"X-CSRFToken": self.tokens[device]}
        answer = self.devices[device].client.put(path, json={"seq": message.seq, **body}, headers=headers)
        return answer.status_code, answer.get_json()

    def _content(self, kind: str, pick: int) -> Content:
        if kind == ESSAY:
            return f"<p>Bài viết thứ {pick % 5} của em.</p>"
        if kind == SINGLE:
            return (pick % self.most[SINGLE],)
        return tuple(position for position in range(self.most[MULTIPLE]) if pick >> position & 1)

    def _paper(self, device: int) -> list[dict[str, Any]]:
        paper = self.devices[device].get(f"/api/v1/attempts/{self.ref}")
        assert paper.status_code == 200
        items: list[dict[str, Any]] = paper.get_json()["items"]
        return items

    def _shown(self, device: int) -> dict[str, tuple[int, Content]]:
        items = {item["no"]: item for item in self._paper(device)}
        return {kind: (items[no]["seq"], _content_of(items[no])) for kind, no in self.numbers.items()}

    def _numbers(self) -> tuple[dict[str, int], dict[str, int]]:
        first = {item["kind"]: item for item in reversed(self._paper(0))}
        numbers = {kind: item["no"] for kind, item in first.items()}
        return numbers, {kind: len(item.get("options") or ()) for kind, item in first.items()}


def _content_of(told: dict[str, Any]) -> Content:
    return told["html"] or "" if "html" in told else tuple(told["choice"] or ())


def play(house: House, app: Flask, steps: int) -> Papers:
    """Let Hypothesis play ``steps`` steps, many papers long, and return what was counted."""
    papers = Papers(house, app)
    machine = type("Machine", (TwoTabs,), {"papers": papers})
    options = settings(
        max_examples=max(1, steps // STEPS_A_PAPER),
        stateful_step_count=STEPS_A_PAPER,
        deadline=None,
        phases=[Phase.generate],  # a failure is told by its steps; shrinking them takes minutes
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=options)
    return papers


def test_the_newest_change_stays_whatever_the_network_does(house: House, app: Flask) -> None:
    papers = play(house, app, STEPS)
    print({"steps": papers.steps, "acknowledged": papers.acknowledged, "told stale": papers.stale})
    assert papers.steps >= STEPS
    assert papers.acknowledged > STEPS / 10
    assert papers.stale > STEPS / 50


class LastOneWins:
    """A server that ignores the number of a change: what comes last is stored, however old."""

    def __init__(self, honest: Wsgi) -> None:
        self.honest = honest

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        said: list[Any] = []
        if environ["REQUEST_METHOD"] != "PUT":
            return self.honest(environ, start_response)
        sent = environ["wsgi.input"].read()
        answer = b"".join(self._ask(environ, sent, said))
        if said[0].startswith("409"):
            renumbered = json.loads(sent) | {"seq": json.loads(answer)["newer"]["seq"] + 1}
            answer = b"".join(self._ask(environ, json.dumps(renumbered).encode(), said))
        start_response(said[-2], said[-1])
        return [answer]

    def _ask(self, environ: dict[str, Any], body: bytes, said: list[Any]) -> Iterable[bytes]:
        again = environ | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return self.honest(again, lambda status, headers, *_: said.extend((status, headers)))


def test_a_server_that_ignores_the_number_of_a_change_is_found_out(house: House, app: Flask) -> None:
    app.wsgi_app = LastOneWins(app.wsgi_app)  # type: ignore[method-assign]
    with pytest.raises(AssertionError):
        play(house, app, STEPS)
