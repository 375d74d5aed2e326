"""WeasyPrint, closed: no network, no files, no machine fonts, no clock."""

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from quizapp.foundation.paper.faces import STYLES, Face, printable

_NO_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><cachedir>{folder}</cachedir></fontconfig>
"""
_LOOKS = {
    "regular": "400; font-style: normal",
    "bold": "700; font-style: normal",
    "italic": "400; font-style: italic",
    "bold_italic": "700; font-style: italic",
}
_FACE_CSS = '@font-face {{ font-family: "{face}"; font-weight: {look}; src: url(quiz-face:{style}) }}\n'
_BASE_CSS = """
@page { size: A4; margin: 20mm 20mm 25mm 30mm; font-family: "%(face)s"; font-size: 11pt }
html { font-family: "%(face)s"; font-size: 14pt; line-height: 1.4; color: #000; overflow-wrap: break-word }
td, th { overflow-wrap: anywhere }
code, kbd, pre, samp, tt { font-family: inherit; font-size: inherit }
"""
_ENDLESS_WORD = re.compile(r"\S{400,}")
_PIECE = re.compile(r".{20}")
# Pango's font map and WeasyPrint's style caches are not made for several threads.
_ONE_AT_A_TIME = threading.Lock()


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Resolves ``quiz-img:KEY`` and the body face's own files from memory, and nothing else in the world."""

    def __init__(self, images: Mapping[str, bytes], face: Face) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._images, self._face = images, face

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """Return what ``url`` names, or raise; WeasyPrint then leaves that image or font out."""
        scheme, _, name = url.partition(":")
        if scheme == "quiz-img" and name in self._images:
            data = self._images[name]
            return URLFetcherResponse(url, data, {"Content-Type": _kind(data)})
        if scheme == "quiz-face" and name in STYLES:
            return URLFetcherResponse(url, self._face.files[STYLES.index(name)].read_bytes())
        raise ValueError("this address is not open to paper")


def render(html: str, *, title: str, lang: str, images: Mapping[str, bytes], face: Face) -> bytes:
    """See :func:`quizapp.foundation.paper.render`."""
    with _ONE_AT_A_TIME:
        fonts, base = _set_up(face)
        page = HTML(string=html, url_fetcher=ClosedFetcher(images, face))
        _keep_to_the_face(page.etree_element, face)
        document = page.render(
            font_config=fonts,
            stylesheets=[base],
            presentational_hints=True,
            pdf_variant="pdf/ua-1",
            optimize_images=True,
        )
        _forget_strangers(document)
        document.metadata = DocumentMetadata(title=title, lang=lang)
        name = hashlib.sha256(f"{title}\0{lang}\0{html}".encode()).hexdigest()[:32]
        return bytes(document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=name.encode(), optimize_images=True))


@cache
def _set_up(face: Face) -> tuple[FontConfiguration, CSS]:
    """Load the face once a process. The machine's own fonts stay unknown, so nothing can ever fall back to them."""
    with _no_machine_fonts():
        fonts = FontConfiguration()
    # Pango writes a comma after a family whose last word could be a style ("Roman"); it would end in the PDF's names.
    family = face.name.replace("Times New Roman", "TimesNewRoman")
    sheet = "".join(_FACE_CSS.format(face=family, look=_LOOKS[style], style=style) for style in STYLES)
    sheet += _BASE_CSS % {"face": family}
    return fonts, CSS(string=sheet, font_config=fonts, url_fetcher=ClosedFetcher({}, face))


@contextmanager
def _no_machine_fonts() -> Iterator[None]:
    """Let Fontconfig read, for a moment, a configuration that names no folder."""
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory(prefix="quizapp-fonts-") as folder:
        configuration = Path(folder, "fonts.conf")
        configuration.write_text(_NO_FONTS.format(folder=folder), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(configuration)
        try:
            yield
        finally:
            os.environ.pop("FONTCONFIG_FILE")
            if before is not None:
                os.environ["FONTCONFIG_FILE"] = before


def _keep_to_the_face(root: Element, face: Face) -> None:
    for element in root.iter():
        if element.tag in {"style", "script"}:
            continue
        if element.text:
            element.text = _breakable(printable(element.text, face))
        if element.tail:
            element.tail = _breakable(printable(element.tail, face))


def _breakable(text: str) -> str:
    """Give endless words places to break: laying out one of 100,000 signs takes minutes, in pieces seconds."""
    return _ENDLESS_WORD.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), text)


def _forget_strangers(document: Document) -> None:
    """Drop every link that is not to a place in the document, to the web or to a mailbox."""
    for page in document.pages:
        page.links[:] = [link for link in page.links if _may_link(kind=link[0], target=link[1])]


def _may_link(kind: str, target: object) -> bool:
    return kind == "internal" or (kind == "external" and str(target).startswith(("https://", "http://", "mailto:")))


def _kind(data: bytes) -> str:
    return "image/svg+xml" if data.lstrip()[:4] in {b"<svg", b"<?xm"} else "application/octet-stream"
