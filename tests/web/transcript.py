"""A visit written down byte for byte, so that two visits can be held side by side."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.factories import Visitor


@dataclass(frozen=True)
class Heard:
    """One answer: what was asked, and everything that came back."""

    asked: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class Walk:
    """A visitor who writes down every answer."""

    app: Flask
    cookie: str
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.app)
        self.visitor.client.set_cookie("session", self.cookie)
        self.token = self.visitor.token()

    def get(self, *paths: str) -> None:
        """Fetch pages; of each the head alone, too."""
        for path in paths:
            self._note(f"GET {path}", self.visitor.get(path))
            self._note(f"HEAD {path}", self.visitor.client.head(path))

    def send(self, method: str, path: str, json: Any) -> TestResponse:
        """Send JSON."""
        headers = {"X-CSRFToken": self.token}
        answer = self.visitor.client.open(path, method=method.upper(), json=json, headers=headers)
        return self._note(f"{method} {path} {json}", answer)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form."""
        answer = self.visitor.client.post(path, data={"csrf_token": self.token, **fields})
        return self._note(f"POST {path} {fields}", answer)

    def _note(self, asked: str, answer: TestResponse) -> TestResponse:
        self.heard.append(Heard(asked, answer.status_code, tuple(answer.headers), answer.data))
        return answer


def cookie_of(visitor: Visitor, name: str = "session") -> str:
    """Return the session cookie as the browser keeps it."""
    cookie = visitor.client.get_cookie(name)
    return cookie.value if cookie else ""


def differences(first: Walk, second: Walk) -> list[str]:
    """Return what was asked where the two heard different things – a status, a header, one byte."""
    pairs = zip(first.heard, second.heard, strict=True)
    return [one.asked for one, other in pairs if one != other]
