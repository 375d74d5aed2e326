"""The description of the interface is true: every route is in it, and every answer is what it says."""

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from quizapp.attempts import queries
from quizapp.contests.rules import RoundKind
from quizapp.foundation.access import Role
from quizapp.house import House
from quizapp.worker.loop import work_off
from tests.factories import Card, Clock, Visitor, answer_all, enter, hand_in, round_of, start
from tests.web.schemas import faults

PREFIX = "/api/v1"
Described = dict[str, Any]


@pytest.fixture
def described(app: Flask) -> Described:
    told: Described = app.test_client().get(f"{PREFIX}/openapi.json").get_json()
    return told


def test_every_route_is_described_and_every_description_is_a_route(app: Flask, described: Described) -> None:
    """The description itself is the one thing it does not describe."""
    routes = {
        (method.lower(), re.sub(r"<(?:int:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert told == routes - {("get", f"{PREFIX}/openapi.json")}


def test_every_reference_leads_somewhere(described: Described) -> None:
    named = set(re.findall(r"'#/components/schemas/(\w+)'", str(described)))
    assert named and named <= set(described["components"]["schemas"])


def test_every_slot_of_an_address_is_described(described: Described) -> None:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            inside = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"


def test_every_unsafe_operation_asks_for_the_token(described: Described) -> None:
    asking = {
        (method, path)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if "X-CSRFToken" in [one["name"] for one in operation.get("parameters", ())]
    }
    assert asking == {
        (method, path) for path, methods in described["paths"].items() for method in methods if method != "get"
    }


# ── Real answers ──

LARGE = {"text_size": "150", "contrast": "high", "face": "readable", "motion": "reduced"}


def rewritten(house: House, clock: Clock) -> tuple[Card, str]:
    """Write an essay and, an hour later, another in its place; return whose it is and where its history is told."""
    card = enter(house, name="Phạm Thị Dung")
    ref = start(house, card, RoundKind.WRITTEN)
    with house.store.reading() as view:
        essay = queries.get_attempt(view.session, queries.get_row(view.session, ref)).essay
    assert essay
    clock.pass_(hours=1)
    for seq in (1, 2):
        house.saving.essay(card.actor, ref, essay.no, seq, f"<p>Bản {seq}</p>")
    return card, f"{PREFIX}/attempts/{ref}/responses/{essay.no}/versions"


def ask(app: Flask, house: House, clock: Clock) -> dict[str, TestResponse]:
    """Do what a browser does from the first page to the receipt, and what goes wrong on the way."""
    pupil, other = enter(house), enter(house, name="Trần Văn Bình")
    done = start(house, pupil, RoundKind.WRITTEN)
    answer_all(house, pupil, done)
    code = hand_in(house, pupil, done)
    nobody, mine, judge = Visitor(app), Visitor(app), Visitor(app).sign_in(enter(house, Role.JUDGE, unit="PGD"))
    rounds, sign_in = f"{PREFIX}/rounds/{round_of(house).ref}/attempts", {"code": pupil.code, "pin": pupil.pin}
    found = {
        "GET /session nobody": nobody.get(f"{PREFIX}/session"),
        "POST /session": mine.send("post", f"{PREFIX}/session", sign_in),
        "POST /session wrong": nobody.send("post", f"{PREFIX}/session", sign_in | {"pin": "0"}),
        "POST /session odd": nobody.send("post", f"{PREFIX}/session", []),
        "POST /session bare": nobody.client.post(f"{PREFIX}/session", json=sign_in),
        "POST /session text": nobody.client.post(f"{PREFIX}/session", headers={"X-CSRFToken": nobody.token()}),
        "GET /session": mine.get(f"{PREFIX}/session"),
        "GET /settings": mine.get(f"{PREFIX}/settings"),
        "GET /settings nobody": nobody.get(f"{PREFIX}/settings"),
        "PUT /settings": judge.send("put", f"{PREFIX}/settings", LARGE),
        "PUT /settings odd": judge.send("put", f"{PREFIX}/settings", LARGE | {"text_size": 150}),
        "GET /rounds": mine.get(f"{PREFIX}/rounds"),
        "GET /rounds nobody": nobody.get(f"{PREFIX}/rounds"),
        "GET /rounds judge": judge.get(f"{PREFIX}/rounds"),
        "POST /rounds/{ref}/attempts": mine.send("post", rounds, {}),
        "POST /rounds/{ref}/attempts again": mine.send("post", rounds, {}),
        "POST /rounds/{ref}/attempts over": mine.send(
            "post", f"{PREFIX}/rounds/{round_of(house, RoundKind.WRITTEN).ref}/attempts", {}
        ),
        "POST /rounds/{ref}/attempts nowhere": mine.send("post", f"{PREFIX}/rounds/nowhere/attempts", {}),
        "GET /receipts/{code}": nobody.get(f"{PREFIX}/receipts/{code}"),
        "GET /receipts/{code} unknown": nobody.get(f"{PREFIX}/receipts/AAAA"),
    }
    ref = found["POST /rounds/{ref}/attempts"].get_json()["ref"]
    attempt, foreign, closed = (f"{PREFIX}/attempts/{name}" for name in (ref, start(house, other), done))
    for name, what in {
        "GET /attempts/{ref}/time": ("get", f"{attempt}/time", None),
        "GET /attempts/{ref}/time foreign": ("get", f"{foreign}/time", None),
        "GET /attempts/{ref}/time closed": ("get", f"{closed}/time", None),
        "PUT /attempts/{ref}/responses/{no}": ("put", f"{attempt}/responses/1", {"seq": 2, "choice": [1]}),
        "PUT /attempts/{ref}/responses/{no} essay": ("put", f"{attempt}/responses/41", {"seq": 2, "html": "<p>A</p>"}),
        "PUT /attempts/{ref}/responses/{no} stale": ("put", f"{attempt}/responses/1", {"seq": 1, "choice": [0]}),
        "PUT /attempts/{ref}/responses/{no} stale essay": ("put", f"{attempt}/responses/41", {"seq": 1, "html": "B"}),
        "PUT /attempts/{ref}/responses/{no} odd": ("put", f"{attempt}/responses/1", {"seq": 0}),
        "PUT /attempts/{ref}/responses/{no} foreign": ("put", f"{foreign}/responses/1", {"seq": 1, "choice": [0]}),
        "PUT /attempts/{ref}/responses/{no} closed": (
            "put",
            f"{PREFIX}/attempts/{done}/responses/1",
            {"seq": 9, "choice": []},
        ),
        "PUT /attempts/{ref}/responses/{no} long": ("put", f"{attempt}/responses/41", {"seq": 3, "html": "a" * 2**20}),
        "GET /attempts/{ref}/responses/{no}/versions": ("get", f"{attempt}/responses/41/versions", None),
        "GET /attempts/{ref}/responses/{no}/versions choice": ("get", f"{attempt}/responses/1/versions", None),
        "GET /attempts/{ref}/responses/{no}/versions foreign": ("get", f"{foreign}/responses/41/versions", None),
        "GET /attempts/{ref}/responses/{no}/versions/{version} none": (
            "get",
            f"{attempt}/responses/41/versions/9",
            None,
        ),
        "GET /attempts/{ref}": ("get", attempt, None),
        "GET /attempts/{ref} foreign": ("get", foreign, None),
        "GET /attempts/{ref} nowhere": ("get", f"{PREFIX}/attempts/nowhere", None),
        "GET /attempts/{ref}/receipt none": ("get", f"{attempt}/receipt", None),
        "POST /attempts/{ref}/hand-in": ("post", f"{attempt}/hand-in", {}),
        "GET /attempts/{ref}/receipt": ("get", f"{attempt}/receipt", None),
    }.items():
        found[name] = mine.get(what[1]) if what[0] == "get" else mine.send(*what)
    work_off(house)
    clock.pass_(minutes=1)
    card, versions = rewritten(house, clock)
    writer = Visitor(app).sign_in(card)
    found["GET /attempts/{ref}/responses/{no}/versions kept"] = writer.get(versions)
    found["GET /attempts/{ref}/responses/{no}/versions/{version}"] = writer.get(f"{versions}/1")
    found["GET /attempts/{ref}/receipt printed"] = mine.get(f"{attempt}/receipt")
    found["GET /attempts/{ref} closed"] = mine.get(attempt)
    found["DELETE /session nobody"] = nobody.send("delete", f"{PREFIX}/session", None)
    found["DELETE /session"] = mine.send("delete", f"{PREFIX}/session", None)
    return found


def test_every_real_answer_is_as_described(house: House, app: Flask, clock: Clock, described: Described) -> None:
    wrong, heard = [], set()
    for name, answer in ask(app, house, clock).items():
        method, path = name.split()[:2]
        operation = described["paths"][PREFIX + path][method.lower()]
        status = str(answer.status_code)
        if status not in operation["responses"]:
            wrong.append(f"{name}: {status} is not described")
            continue
        heard.add((method, path, status))
        for kind, told in operation["responses"][status].get("content", {}).items():
            if answer.mimetype != kind:
                wrong.append(f"{name}: {answer.mimetype} instead of {kind}")
            wrong += [f"{name}: {fault}" for fault in faults(answer.get_json(), told["schema"], described)]
    assert wrong == []
    good = {
        (method.upper(), path.removeprefix(PREFIX), status)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if status.startswith("2")
    }
    assert good <= heard, "every good answer was heard"


def test_the_checker_finds_what_is_wrong(described: Described) -> None:
    schema = {"$ref": "#/components/schemas/SavedOut"}
    right = {"no": 1, "seq": 2, "saved_at": "2019-08-01T01:00:00Z", "words": None}
    right["deadline"] = right["saved_at"]
    assert faults(right, schema, described) == []
    for change in ({"no": "1"}, {"no": True}, {"saved_at": "2019-08-01"}, {"key": ["a"]}, {"seq": None}):
        assert faults(right | change, schema, described), change
    assert faults({"no": 1}, schema, described) == [f"$: {name} is missing" for name in ("deadline", "saved_at", "seq")]


def test_bodies_refuse_unknown_names_in_the_description_too(described: Described) -> None:
    schemas = described["components"]["schemas"]
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        for methods in described["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    }
    assert bodies == {"SignIn", "Empty", "SaveResponse", "Settings"}
    assert [schemas[name].get("additionalProperties") for name in bodies] == [False] * 4
