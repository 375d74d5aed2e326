"""Beginning and ending a signed-in session on this device."""

from flask import g, session

from quizapp.accounts import services as accounts
from quizapp.web.shared import access
from quizapp.web.shared.desk import working


def begin(token: str) -> None:
    """Sign this device in with ``token``: a fresh cookie, a fresh CSRF token; an older session on it ends."""
    end()
    session["_user_id"] = token
    g.pop("quizapp_user", None)


def end() -> None:
    """Sign this device out; only the chosen language stays."""
    old = access.token()
    if old:
        with working() as work:
            accounts.sign_out(work, old)
    chosen = session.get("language")
    session.clear()
    for name in ("quizapp_user", "csrf_token"):
        g.pop(name, None)
    if chosen:
        session["language"] = chosen
