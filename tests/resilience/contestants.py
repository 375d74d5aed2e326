"""Contestants as the server meets them: each does what the browser's saving queue does (frontend/src/saver.js)."""

import threading
from collections.abc import Callable
from random import Random
from typing import Any

import requests

from tests.resilience.books import Content, Ledger

SENTENCE = "Nhà em ở gần bộ phận một cửa; mẹ em nộp hồ sơ qua mạng và nhận kết quả tại nhà. "


class Unanswered(Exception):
    """The server did not answer for longer than anybody waits."""


class Contestant:
    """Somebody at a paper. Everything is sent again until it is acknowledged; the ledger tells what was."""

    def __init__(self, address: str, card: dict[str, str], number: int) -> None:
        self.api, self.card, self.chance = f"{address}/api/v1", card, Random(number)
        self.ledger = Ledger()
        self.saves = self.cuts = self.late_acknowledgements = 0
        # What an honest browser must never be told.
        self.surprises: list[str] = []
        self.http = requests.Session()
        self.http.trust_env = False
        self._pause = threading.Event()
        self._items: list[dict[str, Any]] = []

    def take_paper(self, go_on: Callable[[], bool]) -> None:
        """Sign in, start, write, save one change after another while ``go_on()``, hand in twice as the impatient do."""
        with self.http:
            self.come_in()
            self.work(go_on)

    def come_in(self) -> None:
        """Sign in and open the paper."""
        self.sign_in()
        self.begin()

    def work(self, go_on: Callable[[], bool]) -> None:
        """Write, save one change after another while ``go_on()``, hand in twice as the impatient do."""
        self.save(self._items[-1])
        while go_on():
            self.save(self.chance.choice([*self._items, self._items[-1], self._items[-1]]))
            self._wait(0.1)
        self.hand_in()
        self.hand_in()

    def give_up(self) -> None:
        """Wait for no answer any more."""
        self._pause.set()

    def sign_in(self) -> None:
        """Sign in with the slip."""
        body = {"code": self.card["code"], "pin": self.card["pin"]}
        self.http.headers["X-CSRFToken"] = self._ask("GET", "/session").json()["csrf"]
        self.http.headers["X-CSRFToken"] = self._expect({201}, self._ask("POST", "/session", body))["csrf"]

    def guess(self, code: str, pin: str) -> int:
        """Try to sign in and return the status."""
        self.http.headers["X-CSRFToken"] = self._ask("GET", "/session").json()["csrf"]
        return self._ask("POST", "/session", {"code": code, "pin": pin}).status_code

    def begin(self) -> None:
        """Start the sitting."""
        rounds = self._expect({200}, self._ask("GET", "/rounds"))["rounds"]
        ref = next(row["ref"] for row in rounds if row["kind"] == "sitting")
        paper = self._expect({200, 201}, self._ask("POST", f"/rounds/{ref}/attempts", {}))
        self.ledger.attempt, self._items = paper["ref"], paper["items"]

    def save(self, item: dict[str, Any]) -> None:
        """Change one item, and send it until it is acknowledged; the pupil may change their mind in between."""
        no, seq = item["no"], item["seq"] + 1
        content = self._invent(item)
        while True:
            self.ledger.note_sent(no, seq, content)
            body = {"seq": seq, "html": content} if isinstance(content, str) else {"seq": seq, "choice": list(content)}
            answer = self._try("PUT", f"/attempts/{self.ledger.attempt}/responses/{no}", body)
            if answer is None:
                content = self._invent(item) if self.chance.random() < 0.3 else content
                self._wait(0.3)
            elif answer.status_code == 409 and answer.json()["type"] == "urn:quizapp:stale":
                seq = self._read_newer(no, answer.json()["newer"]) + 1
            else:
                told = self._expect({200}, answer)
                break
        if (told["no"], told["seq"]) != (no, seq):
            self.surprises.append(f"change {seq} of item {no} was answered as {told}")
        item["seq"] = seq
        self.ledger.note_acknowledged(no, seq, content)
        self.saves += 1

    def hand_in(self) -> None:
        """Hand in and keep the receipt."""
        told = self._expect({200}, self._ask("POST", f"/attempts/{self.ledger.attempt}/hand-in", {}))
        self.ledger.receipts.append((told["code"], told["sha256"]))

    def _invent(self, item: dict[str, Any]) -> Content:
        if item["kind"] == "essay":
            return f"<p>Lần {item['seq'] + 1}. {SENTENCE * self.chance.randint(1, 12)}</p>".replace(" </p>", "</p>")
        most = 1 if item["kind"] == "single" else len(item["options"])
        return tuple(sorted(self.chance.sample(range(len(item["options"])), self.chance.randint(1, most))))

    def _read_newer(self, no: int, newer: dict[str, Any]) -> int:
        """Take a "stale" that shows our own words for what it is: a late acknowledgement."""
        seq: int = newer["seq"]
        content: Content = newer["html"] if "html" in newer else tuple(newer["choice"])
        if content in self.ledger.sent.get(no, {}).get(seq, []):
            self.late_acknowledgements += 1
            self.ledger.note_acknowledged(no, seq, content)
        else:
            self.surprises.append(f"item {no}: the server holds {newer}, which was never sent")
        return seq

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        for _ in range(200):
            answer = self._try(method, path, body)
            if answer is not None:
                return answer
            self._wait(0.3)
        raise Unanswered(f"{method} {path}")

    def _try(self, method: str, path: str, body: Any) -> requests.Response | None:
        try:
            answer = self.http.request(method, self.api + path, json=body, timeout=20)
        except requests.RequestException:
            self.cuts += 1
            return None
        if answer.status_code == 503:  # "not now": nothing was acknowledged
            self.cuts += 1
            return None
        if answer.status_code >= 500:
            self._note_fault(f"{method} {path.split('/')[-1]}: {answer.status_code}")
            return None
        return answer

    def _note_fault(self, fault: str) -> None:
        self.surprises.append(fault)

    def _expect(self, statuses: set[int], answer: requests.Response) -> Any:
        if answer.status_code not in statuses:
            self.surprises.append(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:200]}")
        answer.raise_for_status()
        return answer.json()

    def _wait(self, about: float) -> None:
        if self._pause.wait(about * (0.5 + self.chance.random())):
            raise Unanswered("given up")
