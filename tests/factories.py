"""People and clients for the tests. Everything goes through the real services and the real application."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from quizapp.accounts.secrets import hash_pin
from quizapp.accounts.services import open_account
from quizapp.attempts import queries
from quizapp.attempts import services as attempts
from quizapp.contests.queries import RoundView, list_rounds
from quizapp.contests.rules import RoundKind
from quizapp.foundation.access import SYSTEM, Actor, Role
from quizapp.foundation.refs import new_code
from quizapp.house import House
from quizapp.roster.services import NewPerson, enter_person, enter_unit

PIN = "246810"

NAMES = {
    "THCS-A": "Trường THCS Sông Xanh",
    "THCS-B": "Trường THCS Đồi Sim",
    "TH-A": "Trường Tiểu học Hoa Sữa",
    "PGD": "Phòng GD&ĐT",
}
KINDS = {"THCS-A": "secondary", "THCS-B": "secondary", "TH-A": "primary", "PGD": "office"}


class Clock:
    """A clock that the test moves. It starts at 8:00 in Hà Nội on 1 August 2019."""

    def __init__(self) -> None:
        self.instant = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def pass_(self, **span: float) -> None:
        """Let ``timedelta(**span)`` pass."""
        self.instant += timedelta(**span)


@dataclass(frozen=True)
class Card:
    """Somebody with their slip."""

    code: str
    pin: str
    name: str
    actor: Actor


@cache
def _pin_hash() -> str:
    return hash_pin(PIN)


def enter(
    house: House,
    role: Role = Role.PARTICIPANT,
    *,
    unit: str = "THCS-A",
    category: str = "grade-6",
    name: str = "Nguyễn Thị Ánh Tuyết",
) -> Card:
    """Enter somebody of ``unit`` with an account."""
    with house.store.unit_of_work(SYSTEM) as work:
        place = enter_unit(work, unit, NAMES[unit], KINDS[unit])
        account = open_account(work, new_code(8), _pin_hash(), [role])
        person = enter_person(work, place, NewPerson(name, category, "6A1", date(2007, 9, 2)), account.id)
        actor = Actor(account.id, frozenset({role}), person.id, place.id, place.kind, category)
        return Card(account.code, PIN, name, actor)


def round_of(house: House, kind: RoundKind = RoundKind.SITTING) -> RoundView:
    """Return the sitting of Hà Nội 2019, or the written round of Thanh Xuân 2019."""
    with house.store.reading() as view:
        return next(row for row in list_rounds(view.session) if row.kind is kind)


def start(house: House, card: Card, kind: RoundKind = RoundKind.SITTING, seed: int = 1) -> str:
    """Start ``card``'s attempt and return its public name; the same seed draws the same paper."""
    ref, _new = attempts.start_once(house.store, card.actor, round_of(house, kind).ref, Random(seed))
    return ref


def answer_all(
    house: House, card: Card, ref: str, essay: str = "<p>Em thấy dịch vụ công trực tuyến rất tiện lợi.</p>"
) -> None:
    """Choose the first option of every single item, the first two of every multiple one, and write ``essay``."""
    with house.store.reading() as view:
        paper = queries.get_attempt(view.session, queries.get_row(view.session, ref))
    for item in paper.items:
        house.saving.choice(card.actor, ref, item.no, 1, [0] if item.kind == "single" else [0, 1])
    if paper.essay:
        house.saving.essay(card.actor, ref, paper.essay.no, 1, essay)


def hand_in(house: House, card: Card, ref: str) -> str:
    """Hand in and return the receipt's code."""
    return house.handing_in.hand_in(card.actor, ref).code


class Visitor:
    """A browser without a window: keeps cookies, carries the CSRF token as the pages do."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def sign_in(self, card: Card) -> "Visitor":
        """Sign in through the JSON interface and return the visitor."""
        answer = self.send("post", "/api/v1/session", {"code": card.code, "pin": card.pin})
        assert answer.status_code == 201, answer.text
        return self

    def token(self) -> str:
        """Return the CSRF token of this session."""
        told: dict[str, Any] = self.client.get("/api/v1/session").get_json()
        return str(told["csrf"])

    def get(self, path: str) -> TestResponse:
        """Fetch a page or a JSON answer."""
        return self.client.get(path)

    def send(self, method: str, path: str, json: Any) -> TestResponse:
        """Send JSON with the token that an honest page would send."""
        return self.client.open(path, method=method.upper(), json=json, headers={"X-CSRFToken": self.token()})

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form with the token that an honest page would send."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})
