"""The application as it is served, with two controls beside it.

``/empty`` is a view like any other – routing, the session, all hooks and all headers – that does nothing: 204.
``/bare`` is answered before the application is reached: what the HTTP server itself can do.
``/counted`` tells how many answers were not 2xx so far; a load client need not look at each.
"""

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify

import quizapp.cli.serve
from quizapp.cli import main
from quizapp.web.shared.access import ANYONE, open_to

SERVED, OURS = "quizapp.cli.serve:application", "_bench.served:application"
Start = Callable[..., Any]


def application() -> Flask:
    """Return the application that a web process serves, with the controls."""
    app = quizapp.cli.serve.application()
    strange: list[str] = []
    app.add_url_rule("/empty", "empty", open_to(ANYONE)(lambda: Response(status=204)))
    app.add_url_rule("/counted", "counted", open_to(ANYONE)(lambda: jsonify(len(strange))))
    inner = app.wsgi_app

    def wsgi(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/bare":
            start("204 No Content", [])
            return []

        def noting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status[0] != "2":
                strange.append(status)
            return start(status, headers, *rest)

        return inner(environ, noting)

    app.wsgi_app = wsgi  # type: ignore[method-assign]
    return app


def serve() -> None:
    """Do as ``quizapp serve`` does, whatever that is, but serve :func:`application`."""
    start = os.execv

    def with_controls(program: str, command: list[str]) -> None:
        if SERVED not in command:
            sys.exit(f"quizapp serve no longer starts {SERVED}")
        start(program, [OURS if word == SERVED else word for word in command])

    os.execv = with_controls  # type: ignore[assignment]
    main(["serve"])


if __name__ == "__main__":
    serve()
