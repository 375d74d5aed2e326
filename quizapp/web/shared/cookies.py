"""The session's cookie and the token beside it, checked once and remembered.

Both are signed; whether a signature is good never changes, so asking again about the same bytes is work for nothing –
and it was a third of the work of saving an answer. Who is signed in is asked of the session's row every time all the
same.
"""

from functools import cached_property, lru_cache
from typing import Any

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, same_origin
from itsdangerous import BadData, URLSafeTimedSerializer

REMEMBERED = 16_384


class QuickSessions(SecureCookieSessionInterface):
    """Flask's own sessions; what a cookie holds is remembered by its bytes."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.held = lru_cache(REMEMBERED)(self._read)

    @cached_property
    def _signer(self) -> URLSafeTimedSerializer:
        signer = self.get_signing_serializer(self._app)
        if signer is None:
            raise RuntimeError("no secret key, no sessions")
        return signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the request's cookie holds; nothing if it is not ours."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        return SecureCookieSession(self.held(cookie) if cookie else None)

    def _read(self, cookie: str) -> dict[str, Any]:
        # However young it seems: Flask takes a cookie signed "in the future" for none, and a clock set back, or a node
        # a second behind the one that signed, would sign everybody out in mid-paper. How old is the row's to say.
        try:
            held: dict[str, Any] = self._signer.loads(cookie)
        except BadData:
            return {}
        return held


class Csrf(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's check. JSON brings its token in a header, so no form is looked for, and a good pair is remembered."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        signer = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token")

        @lru_cache(REMEMBERED)
        def belong_together(sent: str, held: str) -> bool:
            try:
                return bool(held) and bool(signer.loads(sent) == held)
            except BadData:
                return False

        self.belong_together = belong_together

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request that would change something and does not come from one of our own pages."""
        if request.method == "GET":
            return
        if request.is_json and self._is_ours():
            g.csrf_valid = True
            return
        super().protect(apply_exemptions)

    def _is_ours(self) -> bool:
        sent, held = request.headers.get("X-CSRFToken"), session.get("csrf_token")
        if not sent or not held or not self.belong_together(sent, held):
            return False
        return not request.is_secure or same_origin(request.referrer or "", f"https://{request.host}/")
