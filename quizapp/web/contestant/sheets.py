"""The pages of a paper. The one with the choice items is poured: drawn from its template once, filled for each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from flask import current_app, g, render_template, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from quizapp.attempts.glance import Glance
from quizapp.attempts.sheet import Place
from quizapp.banks.queries import Asked
from quizapp.web.shared import papers
from quizapp.web.shared.access import user_display, user_name, user_ref
from quizapp.web.shared.filters import when
from quizapp.web.shared.i18n import language
from quizapp.web.shared.mould import Mould, mark

LETTERS = "ABCDEFGHIJ"

_PAGE = ("ref", "deadline", "data", "numbers", "fields", "done", "all", "csrf", "viewer", "viewerref")
# As many items in an order of their options as a few large contests have; then the oldest are drawn anew.
_FIELDS_HELD = 20_000
_TOKENS_HELD = 16_384
# The numbers of items as they are poured.
_NUMBERS = [{"no": b"%d" % no} for no in range(1000)]


def questions(found: Glance, asked: Mapping[int, Asked], data: bytes) -> bytes:
    """Return the page of the choice items of ``found``, in UTF-8; ``data`` is what its scripts need."""
    lang, places = language(), found.places
    answered = [found.answers.is_answered(no) for no in range(1, len(places) + 1)]
    number = _number(lang, False), _number(lang, True)
    values = {
        "ref": found.ref.encode(),
        "deadline": when(found.deadline_at).encode(),
        "data": data,
        "numbers": b"".join([number[done].pour(_NUMBERS[no]) for no, done in enumerate(answered, 1)]),
        "fields": b"".join([_field(lang, place, asked).pour(_NUMBERS[no]) for no, place in enumerate(places, 1)]),
        "done": b"%d" % sum(answered),
        "all": b"%d" % len(places),
        "csrf": _token().encode(),
        "viewer": escape(user_name() or "").encode(),
        "viewerref": user_ref().encode(),
    }
    display = tuple(sorted(user_display().items()))
    return _page(lang, display, found.kind, found.essay_version_id is not None).pour(values)


def page_data(found: Glance, now: datetime) -> bytes:
    """Return what the scripts need of the attempt, as JSON that may stand in a page."""
    text = msgspec.json.encode(papers.page_data(found, now))
    for sign, spelt in ((b"&", b"\\u0026"), (b"<", b"\\u003c"), (b">", b"\\u003e"), (b"'", b"\\u0027")):
        text = text.replace(sign, spelt)
    return text


def data_markup(found: Glance, now: datetime) -> Markup:
    """Return the same for a template."""
    return Markup(page_data(found, now).decode())  # noqa: S704 - escaped there


@lru_cache(512)
def _page(lang: str, display: tuple[tuple[str, str], ...], kind: str, has_essay: bool) -> Mould:
    kinds = [{"kind": "single"}, *([{"kind": "essay"}] if has_essay else [])]
    parts = {name: mark(name) for name in ("numbers", "fields", "done", "all")} | {"has_essay": has_essay}
    with _nobodys_token():
        markup = render_template(
            "contestant/questions.html",
            attempt={"ref": mark("ref"), "kind": kind, "items": kinds},
            deadline_words=mark("deadline"),
            attempt_data=mark("data"),
            parts=parts,
            here=f"/attempts/{mark('ref')}",
            viewer_name=mark("viewer"),
            viewer_ref=mark("viewerref"),
            display=dict(display),
        )
    return Mould(markup, _PAGE)


@contextmanager
def _nobodys_token() -> Iterator[None]:
    """Draw what is drawn inside with a mark where a token goes: one visitor's must never stand on another's page."""
    mine = g.pop("csrf_token", None)
    g.csrf_token = str(mark("csrf"))
    try:
        yield
    finally:
        g.pop("csrf_token")
        if mine is not None:
            g.csrf_token = mine


def _token() -> str:
    """Return this session's token; signed once, for it lives as long as the session."""
    held = session.get("csrf_token")
    return _signed(held) if held else str(generate_csrf())


@lru_cache(_TOKENS_HELD)
def _signed(_held: str) -> str:
    return str(generate_csrf())


@lru_cache(16)
def _number(lang: str, answered: bool) -> Mould:
    """Return a number in the navigator."""
    return Mould(_macros().number(mark("no"), answered), ("no",))


def _field(lang: str, place: Place, asked: Mapping[int, Asked]) -> Mould:
    """Return an item with its options in one order; a version never changes, so it is drawn once a language."""
    # The application's own: another database knows other questions by the same numbers.
    held: dict[tuple[str, Place], Mould] = current_app.extensions.setdefault("fields", {})
    mould = held.get((lang, place))
    if mould is None:
        if len(held) > _FIELDS_HELD:
            held.clear()
        mould = held[lang, place] = _drawn(place, asked[place.version_id])
    return mould


def _drawn(place: Place, asked: Asked) -> Mould:
    macros, no = _macros(), mark("no")
    texts = [asked.options[position][1] for position in place.order]
    options = [macros.option(no, at, LETTERS[at], asked.kind, text) for at, text in enumerate(texts)]
    return Mould(macros.item(no, asked.kind, asked.stem, Markup("\n").join(options)), ("no",))


def _macros() -> Any:
    return current_app.jinja_env.get_template("contestant/_item.html").module
