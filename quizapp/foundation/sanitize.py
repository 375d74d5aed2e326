"""The only door for HTML and for typed text.

Rich text passes: size, tag and depth caps -> NFC -> nh3 (the security boundary) -> bleach (attribute and CSS filter).
bleach is quadratic on nesting and no longer maintained, so it only ever sees shallow, well-formed HTML made by nh3.
"""

import re
import threading
import unicodedata
from html.parser import HTMLParser

import bleach
import nh3
from bleach.css_sanitizer import CSSSanitizer

from quizapp.foundation.errors import RuleBroken
from quizapp.foundation.i18n import N_

MAX_BYTES = 400_000
MAX_TAGS = 3_000
MAX_DEPTH = 64
MAX_DRESSED_TAGS = 64
MAX_ENTITIES = 20_000
MAX_MARKS_IN_A_ROW = 4
MAX_LOOSE_MARKS = 2_000

ALLOWED_TAGS = frozenset({"p", "h2", "h3", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "blockquote", "br"})
ALIGNABLE = frozenset({"p", "h2", "h3", "li", "blockquote"})
BLOCKS = frozenset({"p", "h2", "h3", "ul", "ol", "li", "blockquote"})

TEXT_TOO_LARGE = N_("Bài viết quá dài nên hệ thống không nhận được. Phần đã lưu trước đó vẫn còn nguyên.")
TEXT_TOO_COMPLEX = N_(
    "Bài viết có định dạng quá phức tạp. Hãy dán lại dưới dạng chữ thường (không kèm định dạng); "
    "phần đã lưu trước đó vẫn còn nguyên."
)
TEXT_PILED_MARKS = N_("Bài viết có ký tự mang quá nhiều dấu chồng lên nhau. Hãy xoá những ký tự đó rồi lưu lại.")
LINE_TOO_LONG = N_("Dòng chữ dài quá %(limit)d ký tự.")

_START_TAG = re.compile(r"<[a-zA-Z]")
_END_TAG = re.compile(r"</[a-zA-Z]")
_DRESSED_TAG = re.compile(r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
# A long solidus (U+0338) after ">" would melt into it under NFC and take the tag along; controls have no glyph.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0338\ud800-\udfff\ufffe\uffff]")
_ALIGNMENT = re.compile(r"\s*text-align\s*:\s*(?:left|center|right|justify)\s*;?\s*")
_ORDINAL = re.compile(r"[0-9]{1,4}", re.ASCII)
_SAME_MEANING = {"<b>": "<strong>", "</b>": "</strong>", "<i>": "<em>", "</i>": "</em>"}
_SAME_MEANING_TAG = re.compile("|".join(_SAME_MEANING))
# What Word counts words between; the browser's words.js must use this very class (JavaScript's \s also holds U+FEFF).
SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = re.compile(f"[{SPACES}]+")
_LINE_SPACES = re.compile(f"[{SPACES}\u200b\ufeff]+")
# Eth and African D look like Đ on screen but fold and sort as other letters.
_LOOK_ALIKES = str.maketrans({"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ", "\u0256": "đ"})


_mine = threading.local()


class TextRefused(RuleBroken):
    """The text is too large or too tangled to be kept; nothing was changed."""

    message = TEXT_TOO_COMPLEX
    slug = "text-refused"


def clean_essay(html: str) -> str:
    """Return ``html`` with nothing in it but what an essay may hold.

    Cleaning what is clean changes nothing: passes repeat until the text stands still (two, as a rule).

    Raises:
        TextRefused: more than ``MAX_BYTES`` or ``MAX_TAGS``, nested deeper than ``MAX_DEPTH``, or marks piled up.
    """
    for _ in range(6):
        cleaned = _pass(html)
        if cleaned == html:
            return cleaned
        html = cleaned
    raise TextRefused(TEXT_TOO_COMPLEX)


def plain_text(html: str) -> str:
    """Return the words of a cleaned essay, NFC, each block and each line break on a line of its own."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = ("".join(reader.parts)).split("\n")
    return nfc("\n".join(line.strip(" ") for line in lines if line.strip()))


def count_words(text: str) -> int:
    """Count as Word does: what stands between spaces, no-break spaces included. Zero-width signs part nothing."""
    return sum(1 for token in _SPACES.split(nfc(text)) if token)


def clean_line(text: str, limit: int) -> str:
    """Return one typed line (a name, a title): NFC, single spaces, no controls, Đ in its Vietnamese form.

    Raises:
        TextRefused: longer than ``limit`` characters after cleaning, or marks piled up.
    """
    _refuse_piled_marks(text)
    spaced = _LINE_SPACES.sub(" ", nfc(text))
    visible = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn"})
    line = _LINE_SPACES.sub(" ", nfc(visible)).strip().translate(_LOOK_ALIKES)
    if len(line) > limit:
        raise TextRefused(LINE_TOO_LONG, limit=limit)
    return line


def nfc(text: str) -> str:
    """Return ``text`` with every Vietnamese letter as one code point."""
    return unicodedata.normalize("NFC", text)


def _pass(html: str) -> str:
    html = _UNPRINTABLE.sub("", html)
    _refuse_monsters(html)
    html = nfc(html)
    _refuse_loose_marks(html)
    html = nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes={"ol": {"start"}, **{tag: {"style"} for tag in ALIGNABLE}},
        filter_style_properties={"text-align"},
        url_schemes=set(),
        link_rel=None,
    )
    _refuse_bulk(html)
    _refuse_depth(html)
    html = _fence().clean(html)
    return _SAME_MEANING_TAG.sub(lambda tag: _SAME_MEANING[tag[0]], str(html))


def _fence() -> bleach.Cleaner:
    """Return this thread's cleaner: making one takes longer than most of its work, and it serves one at a time."""
    fence: bleach.Cleaner | None = getattr(_mine, "fence", None)
    if fence is None:
        fence = _mine.fence = bleach.Cleaner(
            tags=ALLOWED_TAGS,
            attributes=_may_keep,
            css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"], allowed_svg_properties=[]),
            protocols=[],
            strip=True,
        )
    return fence


def _refuse_monsters(html: str) -> None:
    """Refuse what could cost the parsers more than a moment, by counts no trick can lower.

    Unclosed formatting tags with attributes of their own are reopened in every later paragraph, so that a few
    thousand tags could grow to millions: they have a cap of their own.
    """
    _refuse_bulk(html)
    if len(_DRESSED_TAG.findall(html)) > MAX_DRESSED_TAGS:
        raise TextRefused(TEXT_TOO_COMPLEX)
    _refuse_piled_marks(html)


def _refuse_piled_marks(text: str) -> None:
    """Refuse towers of accents: putting them into NFC's order, and drawing them, takes the square of their height."""
    height = 0
    for char in text:
        height = height + 1 if char > "\u02ff" and unicodedata.combining(char) else 0
        if height > MAX_MARKS_IN_A_ROW:
            raise TextRefused(TEXT_PILED_MARKS)


def _refuse_loose_marks(text: str) -> None:
    """Refuse pages of accents that belong to no letter: none are left in Vietnamese once it is NFC."""
    if sum(1 for char in text if char > "\u02ff" and unicodedata.combining(char)) > MAX_LOOSE_MARKS:
        raise TextRefused(TEXT_PILED_MARKS)


def _refuse_bulk(html: str) -> None:
    if len(html.encode()) > MAX_BYTES:
        raise TextRefused(TEXT_TOO_LARGE)
    if max(len(_START_TAG.findall(html)), len(_END_TAG.findall(html))) > MAX_TAGS or html.count("&") > MAX_ENTITIES:
        raise TextRefused(TEXT_TOO_COMPLEX)


def _refuse_depth(html: str) -> None:
    """Refuse deep nesting. ``html`` is nh3's own writing: every tag closed, every "<" in the text escaped."""
    depth = 0
    for end, name in _TAG.findall(html):
        if name != "br":
            depth += -1 if end else 1
        if depth > MAX_DEPTH:
            raise TextRefused(TEXT_TOO_COMPLEX)


def _may_keep(tag: str, name: str, value: str) -> bool:
    if name == "style":
        return tag in ALIGNABLE and bool(_ALIGNMENT.fullmatch(value))
    return (tag, name) == ("ol", "start") and bool(_ORDINAL.fullmatch(value))


class _Reader(HTMLParser):
    """Collects text; a block's edge and a line break are a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS or tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
