"""Throttles: guessing is stopped, a class behind one address is not."""

from collections.abc import Mapping

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from quizapp.foundation.refs import tidy_code


def typed_code() -> str:
    """Return the code somebody tries, and from where: a stranger's guesses lock only the stranger out."""
    sent = request.get_json(silent=True) if request.is_json else request.form
    code = sent.get("code", "") if isinstance(sent, Mapping) else ""
    return f"{tidy_code(str(code))} {get_remote_address()}"


def was_refused(response: Response) -> bool:
    """Tell whether a sign-in failed; only failures count."""
    return response.status_code in (401, 422)


limiter = Limiter(get_remote_address, strategy="moving-window")

# Per code and address, and per address: thirty-five children may mistype twice each in a lesson.
sign_in_limits = (
    limiter.limit("10 per 15 minutes", key_func=typed_code, deduct_when=was_refused),
    limiter.limit("100 per 15 minutes", deduct_when=was_refused),
)


def init_limits(app: Flask, redis_url: str | None) -> None:
    """Count in Redis where there are several processes, else in memory."""
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or "memory://"
    limiter.init_app(app)
