"""Pages for everybody."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from quizapp.accounts import services as accounts
from quizapp.attempts import queries as attempts
from quizapp.contests import queries as contests
from quizapp.foundation.access import Role
from quizapp.foundation.refs import tidy_code
from quizapp.migrations import has_newest_schema
from quizapp.web.public.forms import ReceiptForm, SignInForm
from quizapp.web.shared.access import ANYONE, actor, open_to, user_name
from quizapp.web.shared.desk import house, reading
from quizapp.web.shared.errors import words
from quizapp.web.shared.i18n import LANGUAGES
from quizapp.web.shared.limits import sign_in_limits
from quizapp.web.shared.paths import own_path
from quizapp.web.shared.sessions import begin, end

bp = Blueprint("public", __name__)

# Where each role's work begins; the first that fits.
DESKS = ((Role.ADMINISTRATOR, "admin.home"), (Role.JUDGE, "judge.desk"), (Role.PARTICIPANT, "contestant.home"))


@bp.get("/")
@open_to(ANYONE)
def home() -> ResponseReturnValue:
    with reading() as view:
        rounds = contests.list_rounds(view.session)
        now = view.now
    return render_template(
        "public/home.html", rounds=rounds, now=now, desk=_desk() if user_name() is not None else None
    )


@bp.get("/healthz")
@open_to(ANYONE)
def healthz() -> ResponseReturnValue:
    """Tell a supervisor that the process answers and reaches its database."""
    with reading() as view:
        return {"alive": True, "server_time": view.now.isoformat()}


@bp.get("/readyz")
@open_to(ANYONE)
def readyz() -> ResponseReturnValue:
    """Tell whoever spreads the visitors that this node can serve them: database reached, schema current."""
    with reading() as view:
        ready = has_newest_schema(view.session.connection())
        return {"ready": ready, "schema": "current" if ready else "other"}, 200 if ready else 503


@bp.get("/sign-in")
@open_to(ANYONE)
def sign_in() -> ResponseReturnValue:
    if user_name() is not None:
        return redirect(_next())
    return render_template("public/sign_in.html", form=SignInForm())


@bp.post("/sign-in")
@open_to(ANYONE)
@sign_in_limits[1]
@sign_in_limits[0]
def check_sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate():
        return render_template("public/sign_in.html", form=form), 422
    try:
        token = accounts.sign_in(house().store, form.code.data, form.pin.data)
    except accounts.SignInRefused as refusal:
        form.form_errors.append(words(refusal))
        return render_template("public/sign_in.html", form=form), 401
    begin(token)
    return redirect(_next())


@bp.post("/sign-out")
@open_to(ANYONE)
def sign_out() -> ResponseReturnValue:
    end()
    return redirect(url_for(".home"))


@bp.post("/language")
@open_to(ANYONE)
def language() -> ResponseReturnValue:
    wanted = request.form.get("lang", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(own_path(request.form.get("next", "")) or url_for(".home"))


@bp.get("/receipts")
@open_to(ANYONE)
def receipts() -> ResponseReturnValue:
    form = ReceiptForm(request.args if request.args else None)
    if request.args and form.validate():
        return redirect(url_for(".receipt", code=tidy_code(form.code.data)))
    return render_template("public/receipts.html", form=form), 422 if form.errors else 200


@bp.get("/receipts/<code>")
@open_to(ANYONE)
def receipt(code: str) -> ResponseReturnValue:
    with reading() as view:
        found = attempts.receipt_by_code(view.session, tidy_code(code))
    return render_template("public/receipt.html", code=tidy_code(code), receipt=found), 200 if found else 404


def _next() -> str:
    return own_path(request.args.get("next", "")) or _desk()


def _desk() -> str:
    roles = actor().roles
    return next((url_for(endpoint) for role, endpoint in DESKS if role in roles), url_for(".home"))
