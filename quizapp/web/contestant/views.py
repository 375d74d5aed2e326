"""The contestant's pages. Each: door, question, page."""

import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.http import dump_options_header

from quizapp.accounts import services as accounts
from quizapp.accounts.rules import Display
from quizapp.attempts import glance, windows
from quizapp.attempts import queries as attempts
from quizapp.attempts import services as taking
from quizapp.attempts.glance import Glance
from quizapp.attempts.rules import AttemptState
from quizapp.banks.queries import Asked
from quizapp.contests import policy as contest_policy
from quizapp.contests import queries as contests
from quizapp.entries import queries as entries
from quizapp.foundation.errors import BadInput, NotAllowed, NotFound, require
from quizapp.roster import queries as roster
from quizapp.web.contestant import sheets
from quizapp.web.contestant.desk import round_card
from quizapp.web.shared import papers, reports
from quizapp.web.shared.access import SIGNED_IN, actor, open_to
from quizapp.web.shared.desk import house, reading, working
from quizapp.web.shared.filters import when
from quizapp.web.shared.paths import own_path

bp = Blueprint("contestant", __name__)

CHANCE = secrets.SystemRandom()


@bp.get("/contests")
@open_to("participant")
def home() -> ResponseReturnValue:
    with reading() as view:
        who = actor()
        if who.person_id is None:
            raise NotAllowed
        mine = attempts.mine(view.session, who.person_id)
        entered = [row for row in contests.list_rounds(view.session) if contest_policy.may_enter(who, row.terms)]
        more = windows.more_time(view.session, who)
        cards = [round_card(row, who, mine.get(row.id), more.get(row.id), view.now) for row in entered]
        person = roster.particulars(view.session, who.person_id)
    return render_template("contestant/home.html", rounds=cards, person=person)


@bp.get("/rounds/<ref>")
@open_to("participant")
def round(ref: str) -> ResponseReturnValue:
    with reading() as view:
        found = contests.get_round(view.session, ref)
        require(contest_policy.may_enter(actor(), found.terms))
        mine = attempts.mine(view.session, actor().person_id or 0)
        more = windows.more_time(view.session, actor()).get(found.id)
        card = round_card(found, actor(), mine.get(found.id), more, view.now)
    return render_template("contestant/round.html", round=card)


@bp.post("/rounds/<ref>/start")
@open_to("participant")
def start(ref: str) -> ResponseReturnValue:
    attempt_ref, _new = taking.start_once(house().store, actor(), ref, CHANCE)
    return redirect(url_for(".questions", ref=attempt_ref))


@bp.get("/attempts/<ref>")
@open_to("participant")
def questions(ref: str) -> ResponseReturnValue:
    found, asked, now = _opened(ref)
    if found.state != AttemptState.OPEN:
        return redirect(url_for(".receipt", ref=ref))
    return Response(sheets.questions(found, asked, sheets.page_data(found, now)), mimetype="text/html")


@bp.get("/attempts/<ref>/essay")
@open_to("participant")
def essay(ref: str) -> ResponseReturnValue:
    return _paper_page(ref, "contestant/essay.html")


@bp.get("/attempts/<ref>/review")
@open_to("participant")
def review(ref: str) -> ResponseReturnValue:
    return _paper_page(ref, "contestant/review.html")


@bp.post("/attempts/<ref>/hand-in")
@open_to("participant")
def hand_in(ref: str) -> ResponseReturnValue:
    house().handing_in.hand_in(actor(), ref)
    return redirect(url_for(".receipt", ref=ref))


@bp.get("/attempts/<ref>/receipt")
@open_to("participant")
def receipt(ref: str) -> ResponseReturnValue:
    attempt, found = reports.attempt(ref), reports.receipt(ref)
    return render_template("contestant/receipt.html", attempt=papers.as_dict(attempt), receipt=papers.as_dict(found))


@bp.get("/attempts/<ref>/entry.pdf")
@open_to("participant")
def entry_pdf(ref: str) -> ResponseReturnValue:
    with reading() as view:
        row = attempts.get_own_row(view.session, actor(), ref)
        key = entries.printing(view.session, row.id).storage_key
        kept = attempts.receipt_of(view.session, row.id)
        if key is None or kept is None:
            raise NotFound
        name = f"bai-du-thi-{kept.code}.pdf"
    response = Response(house().storage.get(key), mimetype="application/pdf")
    response.headers["Content-Disposition"] = dump_options_header("inline", {"filename": name})
    return response


@bp.get("/attempts/<ref>/record.json")
@open_to("participant")
def record(ref: str) -> ResponseReturnValue:
    """Give the owner the very bytes whose SHA-256 is on the receipt."""
    with reading() as view:
        row = attempts.get_own_row(view.session, actor(), ref)
        content = attempts.record_of(view.session, row)
    response = Response(content, mimetype="application/json")
    response.headers["Content-Disposition"] = dump_options_header(
        "attachment", {"filename": "noi-dung-bai-du-thi.json"}
    )
    return response


def _opened(ref: str) -> tuple[Glance, Mapping[int, Asked], datetime]:
    store, shelf = house().store, house().shelf
    with store.glance() as lane:
        found = glance.own(lane, actor(), ref)
        asked = shelf.asked(lane, glance.versions(found))
    return found, asked, store.clock()


@bp.get("/display")
@open_to(SIGNED_IN)
def display() -> ResponseReturnValue:
    return render_template("contestant/display.html", next=own_path(request.args.get("next", "")))


@bp.post("/display")
@open_to(SIGNED_IN)
def choose_display() -> ResponseReturnValue:
    try:
        chosen = msgspec.convert({name: request.form[name] for name in Display.__struct_fields__}, Display)
    except (KeyError, msgspec.ValidationError):
        raise BadInput from None
    with working() as work:
        accounts.choose_display(work, chosen)
    flash(gettext("Đã nhớ cho những lần sau."))
    return redirect(own_path(request.form.get("next", "")) or url_for(".display"))


@bp.app_context_processor
def where_display_is_chosen() -> dict[str, str]:
    """Tell every page where its reader can say how pages shall look."""
    return {"display_page": url_for("contestant.display")}


def _paper_page(ref: str, template: str) -> ResponseReturnValue:
    found, asked, now = _opened(ref)
    if found.state != AttemptState.OPEN:
        return redirect(url_for(".receipt", ref=ref))
    whole = papers.attempt_out(glance.in_words(found, asked), found.kind, found.terms, now)
    data = sheets.data_markup(found, now)
    words = when(found.deadline_at)
    return render_template(template, attempt=papers.as_dict(whole), attempt_data=data, deadline_words=words)
