"""The Flask application: the house, its locks, its rooms."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from quizapp.config import ROOT
from quizapp.house import House, open_house
from quizapp.web.admin.rounds import bp as admin_rounds
from quizapp.web.admin.views import bp as admin
from quizapp.web.api.straight import StraightSaves
from quizapp.web.api.views import bp as api
from quizapp.web.contestant.views import bp as contestant
from quizapp.web.judge.views import bp as judge
from quizapp.web.public.views import bp as public
from quizapp.web.shared.access import init_access, user_display, user_name, user_ref
from quizapp.web.shared.cookies import Csrf, QuickSessions
from quizapp.web.shared.errors import init_errors
from quizapp.web.shared.filters import init_filters
from quizapp.web.shared.headers import init_headers
from quizapp.web.shared.i18n import init_i18n, language
from quizapp.web.shared.limits import init_limits
from quizapp.web.shared.uploads import init_uploads

# Larger than the longest essay, smaller than a nuisance; uploads of banks raise it for themselves.
MAX_BODY_BYTES = 1024 * 1024

ROOMS = (public, contestant, judge, admin, admin_rounds, api)


def create_app(house: House | None = None) -> Flask:
    """Return the application in ``house``, by default the one the environment describes."""
    house = house or open_house()
    app = Flask("quizapp", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "quizapp" / "static"))
    app.extensions["house"] = house
    app.json = _Json(app)
    _configure(app, house)
    init_uploads(app)
    app.session_interface = sessions = QuickSessions(app)
    csrf = Csrf(app)
    init_i18n(app)
    init_filters(app)
    init_limits(app, house.settings.redis_url)
    init_errors(app)
    app.wsgi_app = StraightSaves(app, house, sessions, csrf)  # type: ignore[method-assign]
    init_headers(app, https=house.settings.https)
    for room in ROOMS:
        app.register_blueprint(room)
    init_access(app)
    app.context_processor(_visitor)
    return app


def _visitor() -> dict[str, object]:
    """Return what every page knows of its reader."""
    name = user_name()
    known = {"viewer_ref": user_ref(), "display": user_display()} if name is not None else {}
    return {"page_lang": language(), "viewer_name": name, **known}


def _configure(app: Flask, house: House) -> None:
    https = house.settings.https
    app.config.update(
        SECRET_KEY=house.settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_PARTS=100,
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A token lives as long as its session: nothing expires in mid-paper.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if house.settings.trusted_proxies:
        hops = house.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


class _Json(DefaultJSONProvider):
    """Instants as ISO 8601, Vietnamese as it is."""

    ensure_ascii = False
    sort_keys = False

    @staticmethod
    def default(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else DefaultJSONProvider.default(value)
