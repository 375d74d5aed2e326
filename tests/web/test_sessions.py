"""S8: who is signed in stays so exactly as long as they should, and nobody acts in their name."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from quizapp.accounts.models import Account, AccountRole, LoginSession
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.models import AuditRecord, Told
from quizapp.house import House
from tests.factories import Card, Clock, Visitor, enter, round_of, start
from tests.web.transcript import cookie_of

SAFE = {"GET", "HEAD", "OPTIONS"}
SLOTS = {"<ref>": "nobody", "<key>": "0" * 64, "<int:no>": "1", "<code>": "AAAA"}
WRONG = "135791"


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


@pytest.fixture
def signed_in(app: Flask, pupil: Card) -> Visitor:
    return Visitor(app).sign_in(pupil)


def is_signed_in(visitor: Visitor) -> bool:
    return bool(visitor.get("/api/v1/session").get_json()["signed_in"])


def holding(app: Flask, cookie: str) -> Visitor:
    """Return somebody who got hold of a copy of a cookie."""
    thief = Visitor(app)
    thief.client.set_cookie("session", cookie)
    return thief


# ── CSRF ──


def unsafe_routes(app: Flask) -> list[tuple[str, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for slot, value in SLOTS.items():
            path = path.replace(slot, value)
        found += [(method, path) for method in sorted((rule.methods or set()) - SAFE)]
    return found


def told(house: House) -> int:
    """Return how much has happened: every effect leaves a record or an event, or is a session."""
    with house.store.reading() as view:
        return sum(len(view.session.scalars(select(table)).all()) for table in (AuditRecord, Told, LoginSession))


def another_ones(app: Flask) -> str:
    return Visitor(app).token()


def none_at_all(app: Flask) -> str:
    return ""


def made_up(app: Flask) -> str:
    return "IjAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODki.awOP0A.AAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize("token", [none_at_all, another_ones, made_up])
@pytest.mark.parametrize("role", [None, *Role])
def test_every_unsafe_route_refuses_a_missing_or_foreign_token(
    house: House, app: Flask, role: Role | None, token: Callable[[Flask], str]
) -> None:
    visitor = Visitor(app)
    if role:
        visitor.sign_in(enter(house, role))
    visitor.token()
    routes, before = unsafe_routes(app), told(house)
    assert len(routes) >= 15
    for method, path in routes:
        sent = token(app)
        as_json = visitor.client.open(path, method=method, json={}, headers={"X-CSRFToken": sent} if sent else {})
        as_form = visitor.client.open(path, method=method, data={"csrf_token": sent})
        assert [as_json.status_code, as_form.status_code] == [400, 400], f"{method} {path}"
        if path.startswith("/api/"):
            assert as_json.get_json()["type"] == "urn:quizapp:csrf"
    assert told(house) == before


def test_a_token_in_the_address_is_no_token(visitor: Visitor) -> None:
    assert visitor.client.post(f"/sign-out?csrf_token={visitor.token()}").status_code == 400


def test_the_token_of_a_page_is_good_to_the_end_of_the_sitting_and_hours_after(
    house: House, clock: Clock, pupil: Card, signed_in: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, headers = start(house, pupil), {"X-CSRFToken": signed_in.token()}
    clock.pass_(minutes=59)
    five_hours_on(monkeypatch)
    path = f"/api/v1/attempts/{ref}/responses/1"
    assert signed_in.client.put(path, json={"seq": 1, "choice": [0]}, headers=headers).get_json()["seq"] == 1
    clock.pass_(hours=4)
    handed_in = signed_in.client.post(f"/api/v1/attempts/{ref}/hand-in", json={}, headers=headers)
    assert handed_in.get_json()["code"]


def five_hours_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the signatures' own clock stand five hours later, too."""
    from itsdangerous import TimestampSigner

    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + 5 * 3600)


def test_over_https_a_request_from_another_site_is_refused_even_with_a_token(https_app: Flask) -> None:
    client = https_app.test_client()
    token = client.get("/api/v1/session", base_url="https://thi.example.vn").get_json()["csrf"]

    def send(**referrer: str) -> int:
        headers = {"X-CSRFToken": token, **referrer}
        return client.post("/language", base_url="https://thi.example.vn", headers=headers).status_code

    assert [send(), send(Referer="https://evil.example/"), send(Referer="https://thi.example.vn/")] == [400, 400, 302]


# ── Signing in and out ──


@pytest.mark.parametrize("way", ["page", "json"])
def test_signing_in_changes_the_cookie_and_kills_the_old_token(app: Flask, pupil: Card, way: str) -> None:
    """Session fixation: what a stranger planted before is worth nothing after."""
    visitor = Visitor(app)
    token = visitor.token()
    before = cookie_of(visitor)
    if way == "json":
        visitor.sign_in(pupil)
    else:
        assert visitor.post("/sign-in", code=pupil.code, pin=pupil.pin).status_code == 302
    assert cookie_of(visitor) != before
    assert is_signed_in(visitor) and not is_signed_in(holding(app, before))
    assert visitor.client.delete("/api/v1/session", headers={"X-CSRFToken": token}).status_code == 400


def test_signing_in_again_ends_the_session_before(app: Flask, pupil: Card, signed_in: Visitor) -> None:
    first = cookie_of(signed_in)
    signed_in.sign_in(pupil)
    assert is_signed_in(signed_in) and not is_signed_in(holding(app, first))


@pytest.mark.parametrize("way", ["page", "json"])
def test_a_kept_cookie_opens_nothing_after_signing_out(house: House, app: Flask, signed_in: Visitor, way: str) -> None:
    kept = cookie_of(signed_in)
    if way == "page":
        signed_in.post("/sign-out")
    else:
        assert signed_in.send("delete", "/api/v1/session", None).status_code == 204
    thief = holding(app, kept)
    refused = thief.send("post", f"/api/v1/rounds/{round_of(house).ref}/attempts", {})
    assert (refused.status_code, refused.get_json()["type"]) == (401, "urn:quizapp:signed-out")
    assert thief.get("/contests").headers["Location"] == "/sign-in?next=/contests"


def test_signing_out_here_leaves_another_device_signed_in(app: Flask, pupil: Card, signed_in: Visitor) -> None:
    elsewhere = Visitor(app).sign_in(pupil)
    signed_in.post("/sign-out")
    assert is_signed_in(elsewhere)


def test_a_session_ends_after_twelve_hours_however_busy(clock: Clock, signed_in: Visitor) -> None:
    for _ in range(11):
        clock.pass_(hours=1)
        assert is_signed_in(signed_in)
    clock.pass_(minutes=59, seconds=59)
    assert is_signed_in(signed_in)
    clock.pass_(seconds=1)
    assert not is_signed_in(signed_in)


def test_closing_the_account_or_taking_the_role_away_works_at_once(house: House, app: Flask, pupil: Card) -> None:
    judge = enter(house, Role.JUDGE)
    visitors = Visitor(app).sign_in(pupil), Visitor(app).sign_in(judge)
    assert [visitor.get(path).status_code for visitor, path in zip(visitors, ("/contests", "/judge"), strict=True)] == [
        200,
        200,
    ]
    with house.store.unit_of_work(SYSTEM) as work:
        closed = update(Account).where(Account.id == pupil.actor.account_id)
        work.session.execute(closed.values(closed_at=work.now))
        work.session.execute(delete(AccountRole).where(AccountRole.account_id == judge.actor.account_id))
    assert not is_signed_in(visitors[0])
    assert visitors[1].get("/judge").status_code == 403


def test_the_database_does_not_hold_what_opens_a_session(house: House, app: Flask, signed_in: Visitor) -> None:
    from flask.sessions import SecureCookieSessionInterface

    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    token = signer.loads(cookie_of(signed_in))["_user_id"]
    with house.store.reading() as view:
        kept = view.session.scalars(select(LoginSession.token_hash)).all()
        pins = view.session.scalars(select(Account.pin_hash)).all()
    assert token not in kept and all(re.fullmatch("[0-9a-f]{64}", one) for one in kept)
    assert all(pin.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for pin in pins)


@pytest.mark.parametrize("cookie", ["", "x", "eyJfdXNlcl9pZCI6IngifQ.aaaaaa.bbbb", "%00", "é" * 400])
def test_a_forged_cookie_is_nobody(app: Flask, cookie: str) -> None:
    assert not is_signed_in(holding(app, cookie))


# ── Where signing in leads ──

AWAY = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\nx",
    "/\t\\evil.example",
    " //evil.example",
    "\x01//evil.example",
    "javascript:alert(1)",
    "//[x",
    "http:evil.example",
    "contests",
    "",
]


@pytest.mark.parametrize("target", AWAY)
def test_signing_in_never_leads_to_another_site(app: Flask, pupil: Card, signed_in: Visitor, target: str) -> None:
    visitor = Visitor(app)
    data = {"code": pupil.code, "pin": pupil.pin, "csrf_token": visitor.token()}
    fresh = visitor.client.post("/sign-in", query_string={"next": target}, data=data)
    already = signed_in.client.get("/sign-in", query_string={"next": target})
    assert [answer.headers.get("Location") for answer in (fresh, already)] == ["/contests", "/contests"]
    assert signed_in.post("/language", lang="en", next=target).headers["Location"] == "/"


def test_signing_in_leads_back_to_where_one_was(house: House, app: Flask, pupil: Card) -> None:
    visitor = Visitor(app)
    asked = visitor.get(f"/rounds/{round_of(house).ref}?a=b")
    data = {"code": pupil.code, "pin": pupil.pin, "csrf_token": visitor.token()}
    answer = visitor.client.post(asked.headers["Location"], data=data)
    assert answer.headers["Location"] == f"/rounds/{round_of(house).ref}?a=b"


# ── The cookie itself ──


def cookie_line(client: FlaskClient, address: str) -> str:
    return str(client.get("/", base_url=address).headers["Set-Cookie"])


def test_over_http_the_cookie_is_out_of_scripts_reach(app: Flask) -> None:
    line = cookie_line(app.test_client(), "http://127.0.0.1:8000")
    assert re.fullmatch(r"session=\S+; HttpOnly; Path=/; SameSite=Lax", line)


def test_over_https_the_cookie_is_bound_to_the_host_and_to_tls(https_app: Flask) -> None:
    line = cookie_line(https_app.test_client(), "https://thi.example.vn")
    assert re.fullmatch(r"__Host-session=\S+; Secure; HttpOnly; Path=/; SameSite=Lax", line)


# ── Guessing ──


def guess(app: Flask, code: str, pin: str, address: str, door: str = "/api/v1/session") -> TestResponse:
    visitor = Visitor(app)
    sent: dict[str, Any] = {"code": code, "pin": pin}
    token, from_there = visitor.token(), {"REMOTE_ADDR": address}
    if door.startswith("/api"):
        return visitor.client.post(door, json=sent, headers={"X-CSRFToken": token}, environ_overrides=from_there)
    return visitor.client.post(door, data=sent | {"csrf_token": token}, environ_overrides=from_there)


@pytest.fixture
def address(pupil: Card) -> str:
    """An address of this test's own, for the throttle remembers addresses longer than a test lasts."""
    return f"2001:db8::{pupil.code.replace('-', '').encode().hex()[:4]}:{pupil.code.encode().hex()[-4:]}"


@pytest.mark.parametrize(
    "doors",
    [["/api/v1/session"], ["/sign-in"], ["/sign-in", "/api/v1/session"]],
    ids=["json", "page", "both in turn"],
)
def test_the_eleventh_wrong_guess_is_stopped_and_nobody_else_is(
    house: House, app: Flask, pupil: Card, address: str, doors: list[str]
) -> None:
    tries = [guess(app, pupil.code, WRONG, address, doors[number % len(doors)]) for number in range(12)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429] * 2
    spelt_otherwise = pupil.code.lower().replace("-", " ")
    assert guess(app, spelt_otherwise, pupil.pin, address).status_code == 429
    neighbour = enter(house)
    assert guess(app, neighbour.code, neighbour.pin, address).status_code == 201
    assert guess(app, pupil.code, pupil.pin, "2001:db8:1::2").status_code == 201


def test_signing_in_rightly_is_never_too_often(app: Flask, pupil: Card, address: str) -> None:
    assert {guess(app, pupil.code, pupil.pin, address).status_code for _ in range(12)} == {201}


@pytest.mark.parametrize("door", ["/api/v1/session", "/sign-in"])
def test_an_unfinished_form_is_no_guess(app: Flask, pupil: Card, address: str, door: str) -> None:
    assert {guess(app, pupil.code, "", address, door).status_code for _ in range(11)} == {422}
    assert guess(app, pupil.code, pupil.pin, address).status_code == 201


def test_a_proxy_header_from_a_stranger_is_no_address(app: Flask, pupil: Card, address: str) -> None:
    visitor = Visitor(app)
    token = visitor.token()
    statuses = []
    for number in range(11):
        headers = {"X-CSRFToken": token, "X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"}
        sent = {"code": pupil.code, "pin": WRONG}
        there = {"REMOTE_ADDR": address}
        statuses.append(
            visitor.client.post("/api/v1/session", json=sent, headers=headers, environ_overrides=there).status_code
        )
    assert statuses == [401] * 10 + [429]


@pytest.mark.parametrize("door", ["/api/v1/session", "/sign-in"])
def test_an_unknown_code_and_a_wrong_pin_get_the_same_answer(
    app: Flask, pupil: Card, address: str, same_chance: Callable[[], None], door: str
) -> None:
    visitor = Visitor(app)
    token, there = visitor.token(), {"REMOTE_ADDR": address}

    def answer(code: str) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = {"X-CSRFToken": token}
        sent = {"json" if door.startswith("/api") else "data": {"code": code, "pin": WRONG}}
        got = visitor.client.post(door, headers=headers, environ_overrides=there, **sent)
        return got.status_code, list(got.headers), got.data.replace(code.encode(), b"")

    unknown = "A" * 4 + "-" + "B" * 4
    assert answer(pupil.code) == answer(unknown)
    assert answer(pupil.code)[0] == 401


def test_neither_pin_nor_code_nor_token_is_ever_logged(
    house: House,
    app: Flask,
    pupil: Card,
    address: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    @app.get("/stumble")
    def stumble() -> str:
        raise ValueError(f"{pupil.code} {pupil.pin}")

    app.view_functions["stumble"].audiences = frozenset({"anyone"})  # type: ignore[attr-defined]
    with caplog.at_level(logging.DEBUG):
        for pin in (WRONG, pupil.pin):
            guess(app, pupil.code, pin, address)
            guess(app, pupil.code, pin, address, "/sign-in")
        visitor = Visitor(app).sign_in(pupil)
        visitor.get("/stumble")
        start(house, pupil)
    logged = caplog.text + "".join(capfd.readouterr())
    with house.store.reading() as view:
        logged += "".join(f"{row.verb}{row.subject}{row.details}" for row in view.session.scalars(select(AuditRecord)))
    assert "unforeseen" in logged, "the stumbling itself is told"
    secrets = (pupil.pin, WRONG, pupil.code, pupil.code.replace("-", ""), cookie_of(visitor))
    assert [secret for secret in secrets if secret in logged] == []
