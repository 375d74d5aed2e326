"""A save that goes well passes the framework by; everything else takes the ordinary way and is refused there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, request_started
from werkzeug.test import TestResponse

from quizapp.attempts import queries
from quizapp.foundation.access import Role
from quizapp.house import House
from tests.factories import Card, Clock, Visitor, enter, start


@contextmanager
def ordinary(app: Flask) -> Iterator[list[str]]:
    """Collect the requests that reach the framework."""
    seen: list[str] = []

    def note(_app: Flask, **_more: object) -> None:
        seen.append("a request")

    with request_started.connected_to(note, app):
        yield seen


@dataclass
class Pupil:
    """Somebody with an open paper."""

    card: Card
    ref: str
    visitor: Visitor
    token: str

    def save(self, body: Any, *, ref: str = "", no: int = 1, **headers: str) -> TestResponse:
        path = f"/api/v1/attempts/{ref or self.ref}/responses/{no}"
        return self.visitor.client.put(path, json=body, headers={"X-CSRFToken": self.token, **headers})


def seated(house: House, app: Flask) -> Pupil:
    card = enter(house)
    visitor = Visitor(app).sign_in(card)
    return Pupil(card, start(house, card), visitor, visitor.token())


@pytest.fixture
def pupil(house: House, app: Flask) -> Pupil:
    return seated(house, app)


def test_what_goes_well_never_reaches_the_framework(app: Flask, pupil: Pupil) -> None:
    with ordinary(app) as seen:
        assert pupil.save({"seq": 1, "choice": [0]}).get_json()["seq"] == 1
        assert pupil.save({"seq": 1, "html": "<p>Em viết.</p>"}, no=41).get_json()["words"] == 2
    assert seen == []


@pytest.mark.parametrize(("no", "body"), [(1, {"seq": 1, "choice": [0]}), (41, {"seq": 1, "html": "<p>Em viết.</p>"})])
def test_both_ways_answer_alike_to_the_byte(app: Flask, pupil: Pupil, no: int, body: dict[str, Any]) -> None:
    """The same change again, spelt so that it must take the ordinary way, is answered the same."""
    straight = pupil.save(body, no=no)
    with ordinary(app) as seen:
        other = pupil.save(body, no=no, **{"Content-Type": "application/json; charset=utf-8"})
    assert len(seen) == 1
    assert (straight.status_code, straight.data) == (other.status_code, other.data) == (200, straight.data)
    assert sorted(straight.headers) == sorted(other.headers)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"X-CSRFToken": "foreign"}, {"seq": 1, "choice": [0]}, 400),
        ({"X-CSRFToken": ""}, {"seq": 1, "choice": [0]}, 400),
        ({"Cookie": "session=stolen"}, {"seq": 1, "choice": [0]}, 400),
        ({}, {"seq": 1, "choice": [99]}, 422),
        ({}, {"seq": 1}, 422),
        ({}, {"seq": 1, "choice": [0], "html": "<p>beides</p>"}, 422),
        ({}, {"seq": 1, "choice": [0], "score": 40}, 422),
        ({}, ["no change"], 422),
        ({"Content-Type": "text/plain"}, {"seq": 1, "choice": [0]}, 415),
    ],
    ids=[
        "a foreign token",
        "no token",
        "no cookie of ours",
        "no such option",
        "nothing said",
        "both said",
        "more than may be said",
        "no change at all",
        "not called JSON",
    ],
)
def test_whatever_is_out_of_the_ordinary_is_refused_the_ordinary_way(
    house: House, app: Flask, pupil: Pupil, headers: dict[str, str], body: Any, status: int
) -> None:
    if "Cookie" in headers:
        pupil.visitor.client.delete_cookie("session")
    with ordinary(app) as seen:
        answer = pupil.save(body, **headers)
    assert (answer.status_code, len(seen)) == (status, 1)
    assert saved(house, pupil) == {}


def test_a_stranger_a_judge_and_whoever_is_signed_out_save_nothing(house: House, app: Flask, pupil: Pupil) -> None:
    body = {"seq": 1, "choice": [0]}
    assert seated(house, app).save(body, ref=pupil.ref).status_code == 403
    judge = Visitor(app).sign_in(enter(house, Role.JUDGE, unit="PGD", category="staff"))
    assert judge.send("put", f"/api/v1/attempts/{pupil.ref}/responses/1", body).status_code == 403
    copied = pupil.visitor.client.get_cookie("session")
    assert pupil.visitor.send("delete", "/api/v1/session", {}).status_code == 204
    assert copied is not None
    pupil.visitor.client.set_cookie("session", copied.value)
    assert pupil.save(body).status_code == 401
    assert saved(house, pupil) == {}


def test_late_and_stale_are_told_in_words(clock: Clock, pupil: Pupil) -> None:
    pupil.save({"seq": 2, "choice": [0]})
    assert pupil.save({"seq": 1, "choice": [1]}).get_json()["type"] == "urn:quizapp:stale"
    clock.pass_(hours=1)
    late = pupil.save({"seq": 3, "choice": [1]})
    assert (late.status_code, late.get_json()["type"]) == (409, "urn:quizapp:attempt-closed")
    assert "được giữ riêng" in late.get_json()["detail"]


def test_over_tls_a_save_must_come_from_our_own_pages(house: House, https_app: Flask) -> None:
    card = enter(house)
    ref = start(house, card)
    client = https_app.test_client()
    site = {"base_url": "https://thi.example.vn", "headers": {"Referer": "https://thi.example.vn/sign-in"}}
    token = client.get("/api/v1/session", base_url=site["base_url"]).get_json()["csrf"]
    mine = {"Referer": "https://thi.example.vn/", "X-CSRFToken": token}
    signed_in = client.post(
        "/api/v1/session", json={"code": card.code, "pin": card.pin}, base_url=site["base_url"], headers=mine
    )
    mine["X-CSRFToken"] = signed_in.get_json()["csrf"]
    path, body = f"/api/v1/attempts/{ref}/responses/1", {"seq": 1, "choice": [0]}
    answers = [
        client.put(path, json=body, base_url=site["base_url"], headers=mine | {"Referer": referer}).status_code
        for referer in ("https://evil.example/", "", "https://thi.example.vn/attempts/x")
    ]
    assert answers == [400, 400, 200]


def saved(house: House, pupil: Pupil) -> dict[int, int]:
    with house.store.reading() as view:
        paper = queries.get_attempt(view.session, queries.get_row(view.session, pupil.ref))
    return {item.no: item.saved.seq for item in paper.items if item.saved}
