"""The judge's pages: the desk, a blind script, sending it off, the next."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from quizapp.foundation.errors import NotFound, require
from quizapp.judging import policy, queries, services
from quizapp.judging.queries import BlindScript
from quizapp.judging.rules import MarksRefused
from quizapp.web.judge.forms import read_marks
from quizapp.web.shared.access import actor, open_to
from quizapp.web.shared.desk import reading, working
from quizapp.web.shared.errors import words

bp = Blueprint("judge", __name__, url_prefix="/judge")


@bp.get("")
@open_to("judge")
def desk() -> ResponseReturnValue:
    with reading() as view:
        queue = queries.desk(view.session, actor(), view.now)
    return render_template("judge/desk.html", queue=queue)


@bp.post("/next")
@open_to("judge")
def take_next() -> ResponseReturnValue:
    with working() as work:
        ref = services.take_next(work)
    return redirect(url_for(".script", ref=ref) if ref else url_for(".desk"))


@bp.get("/scripts/<ref>")
@open_to("judge")
def script(ref: str) -> ResponseReturnValue:
    return _page(_held(ref), {}, {}, "")


@bp.post("/scripts/<ref>")
@open_to("judge")
def send(ref: str) -> ResponseReturnValue:
    held = _rubric_of(ref)
    marks, faults = read_marks(request.form, held.rubric)
    if faults:
        return _again(held, faults, ""), 422
    try:
        with working() as work:
            services.send_marks(work, ref, marks)
    except MarksRefused as refusal:
        faults = {name: gettext("Điểm này ngoài mức cho phép hoặc không theo bước 0,25.") for name in refusal.criteria}
        return _again(held, faults, words(refusal)), 422
    flash(gettext("Đã gửi điểm bài vừa chấm."))
    return take_next() if "next" in request.form else redirect(url_for(".desk"))


@bp.post("/scripts/<ref>/release")
@open_to("judge")
def release(ref: str) -> ResponseReturnValue:
    with working() as work:
        services.release(work, ref)
    flash(gettext("Đã trả bài về hàng chờ, chưa có điểm nào được gửi."))
    return redirect(url_for(".desk"))


def _again(held: BlindScript, faults: dict[str, str], refusal: str) -> str:
    typed = {criterion.id: request.form.get(f"mark-{criterion.id}", "") for criterion in held.rubric}
    return _page(held, typed, faults, refusal)


def _page(held: BlindScript, marks: dict[str, str], faults: dict[str, str], refusal: str) -> str:
    # Cleaned by foundation.sanitize before it was stored; nothing else is ever marked safe.
    essay = Markup(held.essay_html)  # noqa: S704
    return render_template(
        "judge/script.html", script=held, essay_html=essay, marks=marks, faults=faults, refusal=refusal
    )


def _held(ref: str) -> BlindScript:
    with reading() as view:
        row = queries.get_script(view.session, ref)
        require(policy.may_mark(actor(), row.author_unit_id))
        mine = queries.held_script(view.session, actor(), view.now)
        if mine is None or mine.id != row.id:
            raise NotFound
        return queries.blind(view.session, row)


def _rubric_of(ref: str) -> BlindScript:
    with reading() as view:
        row = queries.get_script(view.session, ref)
        require(policy.may_mark(actor(), row.author_unit_id))
        if row.judge_id != actor().account_id:
            raise NotFound
        return queries.blind(view.session, row)
