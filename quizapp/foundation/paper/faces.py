"""Which face stands for Times New Roman on this machine, and which signs it can draw."""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from quizapp.foundation.errors import ContestError
from quizapp.foundation.i18n import N_

STYLES = ("regular", "bold", "italic", "bold_italic")
# What stands on paper for a sign the face cannot draw: a hollow square, or a question mark where even that is lacking.
STAND_IN = "\u25a1"

_PREFERRED = ("Times New Roman", "Liberation Serif")
_FILE_NAME = re.compile(r"(times|liberationserif).*\.(ttf|otf)", re.IGNORECASE)
_FOLDERS = (
    Path("~/.local/share/fonts").expanduser(),
    Path("~/.fonts").expanduser(),
    Path("/usr/local/share/fonts"),
    Path("/usr/share/fonts"),
)
_BASES = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VIETNAMESE_LETTERS = frozenset(unicodedata.normalize("NFC", base + tone) for base in _BASES for tone in _TONES) | {
    "đ",
    "Đ",
}
# Twins that look the same on paper.
_TWINS = {0x2011: "-", 0x2010: "-", 0x2015: "\u2014", 0x02BC: "\u2019"}
_ATTACHED = "[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u20e3\U000e0020-\U000e007f]*"


class FaceMissing(ContestError):
    """Neither Times New Roman nor Liberation Serif is installed, or not with all Vietnamese letters in four styles."""

    message = N_(
        "Máy chủ chưa có phông Times New Roman hoặc Liberation Serif đủ chữ tiếng Việt. "
        "Hãy cài gói fonts-liberation2 (hoặc fonts-liberation) rồi thử lại."
    )
    slug = "face-missing"


@dataclass(frozen=True)
class Face:
    """A type face in its four styles; ``files`` are regular, bold, italic, bold italic."""

    name: str
    files: tuple[Path, ...]


def body_face(folders: Sequence[Path] = _FOLDERS) -> Face:
    """Return the face for everything on paper: Times New Roman where it is installed, else its metric twin.

    A face counts only with all 134 Vietnamese letters in all four styles. Of several copies the newest one is taken.

    Raises:
        FaceMissing: ``folders`` hold no such face.
    """
    return _body_face(tuple(folders))


def missing_glyphs(text: str, face: Face | None = None) -> set[str]:
    """Return the visible signs of ``text`` that the face cannot draw in every style."""
    drawable = _drawable(face or body_face())
    text = unicodedata.normalize("NFC", text)
    return {char for char in set(text) if ord(char) not in drawable and ord(char) not in _TWINS and _is_visible(char)}


def printable(text: str, face: Face | None = None) -> str:
    """Return ``text`` as it can be printed: a stand-in for each sign the face lacks (one for a whole joined emoji)."""
    face = face or body_face()
    drawable = _drawable(face)
    text = unicodedata.normalize("NFC", text)
    if all(ord(char) in drawable or char in "\n\t" for char in set(text)):
        return text
    if lacking := missing_glyphs(text, face):
        stand_in = STAND_IN if ord(STAND_IN) in drawable else "?"
        sign = f"[{''.join(map(re.escape, sorted(lacking)))}]{_ATTACHED}"
        text = re.sub(f"{sign}(?:\u200d{sign})*", stand_in, text)
    return "".join(_nearest(char, drawable) for char in text)


def _nearest(char: str, drawable: frozenset[int]) -> str:
    if ord(char) in drawable or char in "\n\t":
        return char
    if ord(char) in _TWINS:
        return _TWINS[ord(char)]
    return " " if unicodedata.category(char) == "Zs" else ""


def _is_visible(char: str) -> bool:
    attached = 0xFE00 <= ord(char) <= 0xFE0F or 0xE0000 <= ord(char) <= 0xE0FFF
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"} and not attached


@cache
def _drawable(face: Face) -> frozenset[int]:
    """Return the code points that every style of ``face`` can draw."""
    return frozenset.intersection(*(_code_points(path) for path in face.files))


@cache
def _body_face(folders: tuple[Path, ...]) -> Face:
    found: dict[tuple[str, Path], dict[str, tuple[float, Path]]] = {}
    for path in _font_files(folders):
        if described := _describe(path):
            family, style, revision = described
            found.setdefault((family, path.parent), {})[style] = (revision, path)
    whole = [(family, styles) for (family, _), styles in found.items() if set(styles) == set(STYLES)]
    whole.sort(key=lambda copy: (_PREFERRED.index(copy[0]), -min(revision for revision, _ in copy[1].values())))
    for family, styles in whole:
        face = Face(family, tuple(styles[style][1] for style in STYLES))
        if {ord(letter) for letter in VIETNAMESE_LETTERS} <= _drawable(face):
            return face
    raise FaceMissing


def _font_files(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        for parent, children, names in os.walk(folder):
            children.sort()
            yield from (Path(parent, name) for name in sorted(names) if _FILE_NAME.fullmatch(name))


def _describe(path: Path) -> tuple[str, str, float] | None:
    """Return family, style and revision of a font file, or None when it is not one of ours or cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            family, marks = font["name"].getDebugName(1), font["OS/2"].fsSelection
            style = STYLES[bool(marks & 0x20) + 2 * bool(marks & 0x01)]
            return (family, style, font["head"].fontRevision) if family in _PREFERRED else None
    except (OSError, TTLibError, KeyError):
        return None


@cache
def _code_points(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
