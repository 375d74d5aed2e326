"""The only door to WeasyPrint: HTML in, an A4 PDF in one Times face out.

Nothing is fetched, nothing but the body face is embedded, and the same content gives the same bytes.
WeasyPrint itself is loaded at the first PDF, so that what only asks about faces starts fast, and ``quizapp doctor`` can
tell about a machine without Pango.
"""

from collections.abc import Mapping

from quizapp.foundation.paper.faces import (
    STAND_IN,
    Face,
    FaceMissing,
    body_face,
    missing_glyphs,
    printable,
)

__all__ = [
    "STAND_IN",
    "Face",
    "FaceMissing",
    "body_face",
    "harfbuzz_subset_available",
    "missing_glyphs",
    "pango_version",
    "printable",
    "render",
]


def render(
    html: str,
    *,
    title: str,
    lang: str = "vi",
    images: Mapping[str, bytes] | None = None,
    face: Face | None = None,
) -> bytes:
    """Return ``html`` as a tagged A4 PDF (PDF/UA-1) whose only metadata are ``title`` and ``lang``.

    ``images`` holds what ``<img src="quiz-img:KEY">`` may show; every other address stays unopened and the PDF goes on
    without it. Signs the face lacks are printed as ``STAND_IN``.

    Raises:
        FaceMissing: the machine has neither Times New Roman nor Liberation Serif.
    """
    from quizapp.foundation.paper import engine

    return engine.render(html, title=title, lang=lang, images=images or {}, face=face or body_face())


def pango_version() -> str | None:
    """Return Pango's version, or None where WeasyPrint finds no Pango to load."""
    try:
        from weasyprint.text.ffi import pango
    except OSError:
        return None
    number = int(pango.pango_version())
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def harfbuzz_subset_available() -> bool:
    """Tell whether fonts are subset by HarfBuzz; without it an entry takes about twice as long."""
    try:
        from weasyprint.text.ffi import harfbuzz_subset
    except OSError:
        return False
    return harfbuzz_subset is not None
