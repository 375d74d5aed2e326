"""The straight road of a save, past the framework: every answer to a question passes here.

It only ever answers what goes well. Whatever is out of the ordinary in any way – no cookie, a token that does not fit,
a body that is no change, a refusal by the contest's rules – takes the ordinary way, as if it had not been here: the
same change sent again is answered the same. So nothing is decided here: the desk at which answers are handed over
decides (``attempts.saving``), and what a route's doors would ask – who, and from one of our pages – is asked alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec
from flask import Flask
from flask_wtf.csrf import same_origin

from quizapp.accounts.secrets import hash_token
from quizapp.foundation.errors import ContestError
from quizapp.house import House
from quizapp.web.api import shapes
from quizapp.web.api.openapi import PREFIX
from quizapp.web.shared.cookies import Csrf, QuickSessions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATH = re.compile(rf"{PREFIX}/attempts/([\w-]{{1,64}})/responses/([1-9][0-9]{{0,3}})", re.ASCII)
_decode = msgspec.json.Decoder(shapes.SaveResponse).decode
_encode = msgspec.json.Encoder().encode


class StraightSaves:
    """WSGI in front of the application."""

    def __init__(self, app: Flask, house: House, sessions: QuickSessions, csrf: Csrf) -> None:
        self._inner, self._house, self._sessions, self._csrf = app.wsgi_app, house, sessions, csrf
        self._cookie = f"{sessions.get_cookie_name(app)}="
        self._longest = int(app.config["MAX_CONTENT_LENGTH"])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a save that goes well; hand on everything else."""
        answer = self._save(environ) if environ["REQUEST_METHOD"] == "PUT" else None
        if answer is None:
            return self._inner(environ, start_response)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
        start_response("200 OK", [*headers, ("Cache-Control", "no-store"), ("Vary", "Cookie")])
        return [answer]

    def _save(self, environ: WSGIEnvironment) -> bytes | None:
        place = _PATH.fullmatch(environ["PATH_INFO"])
        who = self._who(environ) if place and environ.get("CONTENT_TYPE") == "application/json" else None
        if place is None or who is None:
            return None
        try:
            return self._hand_over(who, place[1], int(place[2]), _decode(self._body(environ)))
        except (msgspec.DecodeError, ContestError, UnicodeDecodeError, RecursionError, ValueError):
            return None

    def _who(self, environ: WSGIEnvironment) -> str | None:
        """Return the hash of the session's token, if the request comes from one of our pages."""
        said = environ.get("HTTP_COOKIE", "").split("; ")
        cookie = next((pair[len(self._cookie) :] for pair in said if pair.startswith(self._cookie)), "")
        held = self._sessions.held(cookie) if cookie else {}
        token = held.get("_user_id")
        if not token or not self._csrf.belong_together(environ.get("HTTP_X_CSRFTOKEN", ""), held.get("csrf_token", "")):
            return None
        site = self._house.settings
        if site.https and not same_origin(environ.get("HTTP_REFERER", ""), site.address):
            return None
        return hash_token(token)

    def _body(self, environ: WSGIEnvironment) -> bytes:
        """Read the body whole, and put it back for whoever else may ask."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if not 0 < length <= self._longest:
            raise ValueError("too long, or of unknown length")
        body: bytes = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = BytesIO(body)
        return body

    def _hand_over(self, who: str, ref: str, no: int, sent: shapes.SaveResponse) -> bytes | None:
        if sent.choice is not None and sent.html is None:
            kept = self._house.saving.choice(who, ref, no, sent.seq, sent.choice)
        elif sent.html is not None and sent.choice is None:
            kept = self._house.saving.essay(who, ref, no, sent.seq, sent.html)
        else:
            return None
        return _encode(shapes.saved_out(kept))
