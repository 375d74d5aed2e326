"""Vietnamese first; English for whoever asks for it."""

from collections.abc import Mapping

from flask import Flask, request, session
from flask_babel import Babel, get_locale

from quizapp.config import ROOT

LANGUAGES = ("vi", "en")


def init_i18n(app: Flask) -> None:
    """Connect the catalogues; the reader's choice is kept in their session."""
    folder = str(ROOT / "quizapp" / "translations")
    Babel(app, locale_selector=language, default_translation_directories=folder, default_timezone="Asia/Ho_Chi_Minh")


def language() -> str:
    """Return the reader's language."""
    if request.blueprint == "api":
        wanted = request.headers.get("X-Language") or session.get("language")
    else:
        wanted = session.get("language")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def in_language(texts: Mapping[str, str]) -> str:
    """Return the reader's version of ``texts``, or the Vietnamese one."""
    chosen = str(get_locale()) if get_locale() else LANGUAGES[0]
    return texts.get(chosen) or texts[LANGUAGES[0]]
