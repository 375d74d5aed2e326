"""What every response says to the browser, errors and downloads included."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ONE_YEAR = 31_536_000


def init_headers(app: Flask, *, https: bool) -> None:
    """Send the same headers with every response; HSTS only where people come over TLS."""
    policy, inner = _policy(https), app.wsgi_app

    def with_policy(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            return start_response(status, headers + policy, *rest)

        return inner(environ, start)

    app.wsgi_app = with_policy  # type: ignore[method-assign]

    @app.after_request
    def keep_or_not(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200 and "/build/" in request.path:
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def _policy(https: bool) -> list[tuple[str, str]]:
    csp = ContentSecurityPolicy().default_src("'self'").script_src("'self'").style_src("'self'")
    # Only attributes: an essay's alignment is one, and the sanitizer lets nothing else through. No style elements.
    csp = csp.style_src_attr("'unsafe-inline'").img_src("'self'").font_src("'self'").connect_src("'self'")
    csp = csp.object_src("'none'").base_uri("'none'").form_action("'self'").frame_ancestors("'none'")
    hsts = StrictTransportSecurity().max_age(ONE_YEAR) if https else None
    headers = Secure(
        csp=csp,
        hsts=hsts,
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        permissions=PermissionsPolicy().geolocation().microphone().camera(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )
    return list(headers.header_items())
