"""The JSON interface. Each view: door, body, service, answer."""

import re
import secrets
from datetime import datetime, timedelta

import msgspec
from flask import Blueprint, Response, jsonify
from flask_wtf.csrf import generate_csrf

from quizapp.accounts import services as accounts
from quizapp.accounts.rules import Display
from quizapp.attempts import queries as attempts
from quizapp.attempts import services as taking
from quizapp.attempts import windows
from quizapp.contests import policy, rules
from quizapp.contests import queries as contests
from quizapp.foundation.errors import BadInput, NotFound
from quizapp.foundation.refs import tidy_code
from quizapp.web.api import shapes
from quizapp.web.api.openapi import PREFIX, describe
from quizapp.web.shared import access, reports
from quizapp.web.shared.access import ANYONE, SIGNED_IN, asked_within, open_to
from quizapp.web.shared.bodies import body_of, json_of
from quizapp.web.shared.desk import house, reading, working
from quizapp.web.shared.i18n import in_language
from quizapp.web.shared.limits import sign_in_limits
from quizapp.web.shared.sessions import begin, end

bp = Blueprint("api", __name__, url_prefix=PREFIX)

CHANCE = secrets.SystemRandom()


@bp.get("/openapi.json")
@open_to(ANYONE)
def openapi() -> Response:
    return jsonify(describe())


@bp.get("/session")
@open_to(ANYONE)
def show_session() -> Response:
    return json_of(_session())


@bp.post("/session")
@open_to(ANYONE)
@sign_in_limits[1]
@sign_in_limits[0]
def sign_in() -> Response:
    sent = body_of(shapes.SignIn)
    begin(accounts.sign_in(house().store, sent.code, sent.pin))
    return json_of(_session(), 201)


@bp.delete("/session")
@open_to(SIGNED_IN)
def sign_out() -> Response:
    end()
    return Response(status=204)


@bp.get("/settings")
@open_to(SIGNED_IN)
def show_settings() -> Response:
    return _settings(msgspec.convert(access.user_display(), Display))


@bp.put("/settings")
@open_to(SIGNED_IN)
def choose_settings() -> Response:
    sent = body_of(shapes.Settings)
    chosen = Display(**msgspec.structs.asdict(sent))
    with working() as work:
        accounts.choose_display(work, chosen)
    return _settings(chosen)


@bp.get("/rounds")
@open_to("participant")
def list_rounds() -> Response:
    with reading() as view:
        mine = attempts.mine(view.session, access.actor().person_id or 0)
        entered = [row for row in contests.list_rounds(view.session) if policy.may_enter(access.actor(), row.terms)]
        more = windows.more_time(view.session, access.actor())
        told = tuple(_round(row, mine.get(row.id), more.get(row.id), view.now) for row in entered)
        return json_of(shapes.RoundsOut(rounds=told))


@bp.post("/rounds/<ref>/attempts")
@open_to("participant")
def start(ref: str) -> Response:
    body_of(shapes.Empty)
    attempt_ref, new = taking.start_once(house().store, access.actor(), ref, CHANCE)
    return json_of(reports.attempt(attempt_ref), 201 if new else 200)


@bp.get("/attempts/<ref>")
@open_to("participant")
def show_attempt(ref: str) -> Response:
    return json_of(reports.attempt(ref))


@bp.get("/attempts/<ref>/time")
@open_to("participant")
def show_time(ref: str) -> Response:
    with reading() as view:
        found = attempts.time_of(view.session, access.actor(), ref)
        now = view.now
    told = shapes.TimeOut(server_time=now, deadline=found.deadline_at, state=found.state.value, paused=found.paused)
    return json_of(told)


@bp.get("/attempts/<ref>/responses/<int:no>/versions")
@open_to("participant")
def list_versions(ref: str, no: int) -> Response:
    with reading() as view:
        kept = attempts.essay_versions(view.session, attempts.own_essay(view.session, access.actor(), ref, no))
    told = [shapes.VersionOut(ref=str(one.seq), saved_at=one.saved_at, words=one.words, seq=one.seq) for one in kept]
    return json_of(shapes.VersionsOut(versions=tuple(told)))


@bp.get("/attempts/<ref>/responses/<int:no>/versions/<version>")
@open_to("participant")
def show_version(ref: str, no: int, version: str) -> Response:
    if not re.fullmatch("[1-9][0-9]{0,8}", version, re.ASCII):
        raise NotFound
    with reading() as view:
        row = attempts.own_essay(view.session, access.actor(), ref, no)
        found = attempts.essay_version(view.session, row, int(version))
    return json_of(shapes.VersionText(ref=version, saved_at=found.saved_at, words=found.words, html=found.html))


@bp.put("/attempts/<ref>/responses/<int:no>")
@asked_within
@open_to("participant")
def save(ref: str, no: int) -> Response:
    sent = body_of(shapes.SaveResponse)
    if (sent.choice is None) is (sent.html is None):
        raise BadInput  # saying nothing is not the same as taking an answer back: that is an empty ``choice``
    desk, who = house().saving, access.session_hash()
    if sent.html is not None:
        kept = desk.essay(who, ref, no, sent.seq, sent.html)
    else:
        kept = desk.choice(who, ref, no, sent.seq, sent.choice or [])
    return json_of(shapes.saved_out(kept))


@bp.post("/attempts/<ref>/hand-in")
@open_to("participant")
def hand_in(ref: str) -> Response:
    body_of(shapes.Empty)
    house().handing_in.hand_in(access.actor(), ref)
    return json_of(reports.receipt(ref))


@bp.get("/attempts/<ref>/receipt")
@open_to("participant")
def show_receipt(ref: str) -> Response:
    return json_of(reports.receipt(ref))


@bp.get("/receipts/<code>")
@open_to(ANYONE)
def check_receipt(code: str) -> Response:
    with reading() as view:
        found = attempts.receipt_by_code(view.session, tidy_code(code))
    if found is None:
        raise NotFound
    contest = in_language(found.contest_title)
    return json_of(
        shapes.PublicReceipt(code=found.code, contest=contest, handed_in_at=found.handed_in_at, sha256=found.sha256)
    )


def _session() -> shapes.SessionOut:
    roles = tuple(sorted(access.actor().roles))
    name = access.user_name()
    return shapes.SessionOut(signed_in=name is not None, csrf=generate_csrf(), name=name, roles=roles)


def _settings(chosen: Display) -> Response:
    return json_of(shapes.Settings(**msgspec.structs.asdict(chosen)))


def _round(
    view: contests.RoundView, mine: tuple[str, object, datetime] | None, more: timedelta | None, now: datetime
) -> shapes.RoundOut:
    closes_at = rules.closing(view.terms, view.closes_at, access.actor().unit_kind, more or timedelta(0))
    return shapes.RoundOut(
        ref=view.ref,
        contest=in_language(view.contest_title),
        title=in_language(view.title),
        kind=view.kind.value,
        opens_at=view.opens_at,
        closes_at=closes_at,
        state=rules.state_at(now, view.opens_at, closes_at, view.paused_at),
        paused=view.paused_at is not None,
        attempt=mine[0] if mine else None,
    )
