"""The first lock: a route says who may knock. What says nothing is closed."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin
from werkzeug.wrappers import Response

from quizapp.accounts.secrets import hash_token
from quizapp.foundation.access import NOBODY, Actor, Role
from quizapp.foundation.errors import NotAllowed, NotFound
from quizapp.roster import queries as roster
from quizapp.roster.sessions import SignedOut
from quizapp.web.shared.desk import reading

View = TypeVar("View", bound=Callable[..., Any])

ANYONE = "anyone"
SIGNED_IN = "signed-in"


class User(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of who is signed in. Its id is the token of a revocable session row."""

    def __init__(self, token: str, signed_in: roster.SignedIn) -> None:
        self.id, self.actor, self.name = token, signed_in.actor, signed_in.name
        self.display = signed_in.display


def open_to(*audiences: str) -> Callable[[View], View]:
    """Mark a view as open to ``anyone``, to whoever is ``signed-in``, or to holders of a role. It only marks."""

    def mark(view: View) -> View:
        view.audiences = frozenset(audiences)  # type: ignore[attr-defined]
        return view

    return mark


def asked_within(view: View) -> View:
    """Mark a view whose service asks who is signed in, and as what, within its own transaction (``session_hash()``)."""
    view.asked_within = True  # type: ignore[attr-defined]
    return view


def init_access(app: Flask) -> None:
    """Connect Flask-Login to the session rows and close every door that is not marked."""
    manager = LoginManager(app)
    manager.session_protection = None  # the row is the protection; an address that changes on a bus is no thief
    manager.user_loader(_load_user)
    app.before_request(_close_doors)
    app.view_functions["static"] = open_to(ANYONE)(app.view_functions["static"])


def actor() -> Actor:
    """Return who acts in this request."""
    user = _user()
    return user.actor if user else NOBODY


def user_name() -> str | None:
    """Return the name of who is signed in, for their own eyes."""
    user = _user()
    return user.name if user else None


def user_display() -> Mapping[str, str]:
    """Return how pages shall look for who is signed in; what is missing is as for everybody."""
    user = _user()
    return user.display if user else {}


def token() -> str | None:
    """Return the session token of this request, if it is good."""
    user = _user()
    return user.id if user else None


def session_hash() -> str:
    """Return what is stored of the session's token, for a service that asks for itself whether it is good.

    Raises:
        SignedOut: if there is no token at all.
    """
    sent = session.get("_user_id")
    if not sent:
        raise SignedOut
    return hash_token(sent)


def _user() -> User | None:
    if "quizapp_user" not in g:
        sent = session.get("_user_id")
        g.quizapp_user = _load_user(sent) if sent else None
    user: User | None = g.quizapp_user
    return user


def _load_user(sent: str) -> User | None:
    with reading() as view:
        found = roster.signed_in(view.session, sent, view.now)
    return User(sent, found) if found else None


def _close_doors() -> Response | None:
    if request.endpoint is None:
        return None  # there is no such door; routing says so itself: 404, or 405 with what is allowed
    if _unspeakable(request.view_args or {}):
        raise NotFound
    view = current_app.view_functions[request.endpoint]
    allowed: frozenset[str] = getattr(view, "audiences", frozenset())
    if ANYONE in allowed:
        return None
    if not allowed:
        raise NotAllowed
    if getattr(view, "asked_within", False) and session.get("_user_id"):
        return None
    user = _user()
    if user is None:
        return _ask_to_sign_in()
    if SIGNED_IN in allowed or any(user.actor.has(Role(name)) for name in allowed - {SIGNED_IN}):
        return None
    raise NotAllowed


def _unspeakable(names: Mapping[str, Any]) -> bool:
    # No name holds NUL, and PostgreSQL refuses to be asked for one.
    return any("\0" in str(name) for name in names.values())


def _ask_to_sign_in() -> Response:
    if request.blueprint == "api" or request.method != "GET":
        raise SignedOut
    return redirect(url_for("public.sign_in", next=request.full_path.rstrip("?")))
