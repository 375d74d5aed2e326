"""Draw an entry on A4."""

import io
from functools import cache
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from quizapp.entries.document import EntryDocument
from quizapp.foundation import paper
from quizapp.foundation.sanitize import plain_text

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def render_entry(document: EntryDocument) -> bytes:
    """Return the entry as PDF. The same document always gives the same bytes.

    Raises:
        FaceMissing: the machine has no face for the paper.
    """
    html = (
        _environment()
        .get_template("print/entry.html")
        .render(
            document=document,
            essay=Markup(document.essay_html),  # noqa: S704 - cleaned by foundation.sanitize, as EntryDocument demands
            unprintable=_unprintable(document),
            stand_in=paper.printable(paper.STAND_IN),
        )
    )
    return paper.render(html, title=_title(document), images=_images(document))


def _title(document: EntryDocument) -> str:
    return f"{document.contest_title} – {document.entry_code}"


def _images(document: EntryDocument) -> dict[str, bytes]:
    return {"verify": _qr_code(document.verify_url)} if document.verify_url else {}


def _qr_code(address: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, xmldecl=False, svgclass=None)
    return drawn.getvalue()


def _unprintable(document: EntryDocument) -> list[str]:
    """Name the essay's signs that the face cannot draw, so that the paper can say what it left out."""
    return [f"U+{ord(sign):04X}" for sign in sorted(paper.missing_glyphs(plain_text(document.essay_html)))]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.filters["groups"] = _groups
    return environment


def _groups(digits: str, size: int = 8, in_a_line: int = 4) -> str:
    """Part a long code into groups that an eye can compare, a few in a line."""
    groups = [digits[start : start + size] for start in range(0, len(digits), size)]
    lines = [" ".join(groups[start : start + in_a_line]) for start in range(0, len(groups), in_a_line)]
    return "\n".join(lines)
