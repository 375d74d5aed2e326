"""Throttles: guessing is stopped, a class behind one address is not."""

import msgspec
from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from redis.backoff import NoBackoff
from redis.retry import Retry

from quizapp.foundation.refs import tidy_code

LONGEST_CODE = 40

# A Redis that has died or fallen silent costs a sign-in a second, not its place.
QUICK = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 0)}


class Typed(msgspec.Struct):
    """All the throttle wants to know of a JSON body."""

    code: str = ""


def typed_code() -> str:
    """Return the code somebody tries, and from where: a stranger's guesses lock only the stranger out."""
    code = _code_in_json() if request.is_json else request.form.get("code", "")
    return f"{tidy_code(code[:LONGEST_CODE])} {get_remote_address()}"


def _code_in_json() -> str:
    try:
        return msgspec.json.decode(request.get_data(cache=True), type=Typed).code
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def was_refused(response: Response) -> bool:
    """Tell whether a code and PIN were tried in vain; an unfinished form is no guess."""
    return response.status_code == 401


class _WhereMarked(Limiter):
    """Counts where a view is marked and costs other requests nothing: there are no limits for everything."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _WhereMarked(get_remote_address, strategy="moving-window")

# Per code and address, and per address: thirty-five children may mistype twice each in a lesson.
# The page and the JSON interface count together: a second door gives no second ten guesses.
sign_in_limits = (
    limiter.shared_limit("10 per 15 minutes", "sign-in of a code", key_func=typed_code, deduct_when=was_refused),
    limiter.shared_limit("100 per 15 minutes", "sign-in", deduct_when=was_refused),
)


def init_limits(app: Flask, redis_url: str | None) -> None:
    """Count in Redis where there are several processes, else in memory; so too while Redis is out of reach."""
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or "memory://"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(redis_url)
    if redis_url:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = QUICK
    limiter.init_app(app)
