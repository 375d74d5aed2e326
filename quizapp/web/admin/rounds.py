"""The administrator's pages about rounds: how they stand, their time, and what was set aside."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from quizapp.attempts import aside, more_time, windows
from quizapp.attempts.windows import Crowd
from quizapp.contests import queries as contests
from quizapp.contests import rules
from quizapp.contests.queries import RoundView
from quizapp.foundation.errors import BadInput
from quizapp.foundation.work import Work
from quizapp.web.admin.forms import ExtendForm, PauseForm
from quizapp.web.shared.access import open_to
from quizapp.web.shared.desk import reading, working
from quizapp.web.shared.errors import words
from quizapp.web.shared.filters import span

bp = Blueprint("admin_rounds", __name__, url_prefix="/admin")


@dataclass(frozen=True)
class Standing:
    """How a round stands. ``state`` is soon, open, closed or paused; ``ends`` holds other ends per kind of unit."""

    round: RoundView
    state: str
    ends: dict[str, Any]
    crowd: Crowd


@bp.get("/rounds")
@open_to("administrator")
def rounds() -> ResponseReturnValue:
    with reading() as view:
        crowds = windows.crowds(view.session)
        told = [_standing(view, one, crowds.get(one.id, Crowd())) for one in contests.list_rounds(view.session)]
    return render_template("admin/rounds.html", rounds=told)


@bp.get("/rounds/<ref>/time")
@open_to("administrator")
def round_time(ref: str) -> ResponseReturnValue:
    return _time_page(ref, ExtendForm(), PauseForm(), 200)


@bp.post("/rounds/<ref>/extend")
@open_to("administrator")
def extend(ref: str) -> ResponseReturnValue:
    form = ExtendForm()
    if not form.validate():
        return _time_page(ref, form, PauseForm(formdata=None), 422)
    try:
        with working() as work:
            moved = more_time.extend(work, ref, form.minutes.data, form.reason.data, **form.scope())
    except BadInput as refusal:
        form.form_errors.append(words(refusal))
        return _time_page(ref, form, PauseForm(formdata=None), 422)
    flash(
        ngettext("Đã gia hạn; %(num)d bài đang làm có hạn mới.", "Đã gia hạn; %(num)d bài đang làm có hạn mới.", moved)
    )
    return redirect(url_for(".round_time", ref=ref))


@bp.post("/rounds/<ref>/pause")
@open_to("administrator")
def pause(ref: str) -> ResponseReturnValue:
    form = PauseForm()
    if not form.validate():
        return _time_page(ref, ExtendForm(formdata=None), form, 422)
    try:
        with working() as work:
            closed = more_time.pause(work, ref, form.pause_reason.data, form.began_at())
    except BadInput as refusal:
        form.form_errors.append(words(refusal))
        return _time_page(ref, ExtendForm(formdata=None), form, 422)
    flash(
        gettext(
            "Vòng thi đang tạm dừng. Số bài đã tự nộp từ lúc có sự cố và giữ nguyên như vậy: %(count)d.", count=closed
        )
    )
    return redirect(url_for(".round_time", ref=ref))


@bp.post("/rounds/<ref>/resume")
@open_to("administrator")
def resume(ref: str) -> ResponseReturnValue:
    with working() as work:
        length = more_time.resume(work, ref)
    flash(gettext("Vòng thi đã tiếp tục; các hạn nộp lùi lại %(time)s.", time=span(length)))
    return redirect(url_for(".round_time", ref=ref))


@bp.get("/attempts/set-aside")
@open_to("administrator")
def set_aside() -> ResponseReturnValue:
    with reading() as view:
        found = contests.get_round(view.session, request.args.get("round", ""))
        kept = aside.newest(view.session, found.id)
        count = windows.crowd(view.session, found.id).set_aside
    return render_template("admin/set_aside.html", round=found, kept=kept, count=count)


@bp.get("/attempts/set-aside/<ref>/<int:no>/<digest>")
@open_to("administrator")
def set_aside_content(ref: str, no: int, digest: str) -> ResponseReturnValue:
    with reading() as view:
        found = aside.content(view.session, ref, no, digest)
        round_ref = contests.round_by_id(view.session, found.round_id).ref
    return render_template("admin/set_aside_content.html", kept=found, round_ref=round_ref)


def _time_page(ref: str, extend_form: ExtendForm, pause_form: PauseForm, status: int) -> ResponseReturnValue:
    with reading() as view:
        found = contests.get_round(view.session, ref)
        standing = _standing(view, found, windows.crowd(view.session, found.id))
        granted = windows.granted(view.session, found.id)
    told = {"standing": standing, "granted": granted, "extend_form": extend_form, "pause_form": pause_form}
    return render_template("admin/round_time.html", **told), status


def _standing(view: Work, one: RoundView, crowd: Crowd) -> Standing:
    ends = dict(one.terms.closes_by_unit_kind)
    state = rules.state_at(view.now, one.opens_at, max(one.closes_at, *ends.values(), one.closes_at), one.paused_at)
    return Standing(one, "paused" if one.paused_at else state, ends, crowd)
