"""Vietnamese is the source, English the catalogue: refuse what English lacks, guesses at, or no longer needs.

python -m scripts.check_translations            what is missing; exit 1 if anything is
python -m scripts.check_translations --update   put new sentences into the catalogue, empty, for a person to translate
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment

from scripts import say
from scripts.places import BIN, FRONTEND, ROOT, TRANSLATIONS, tree

ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
TEMPLATES = ROOT / "templates"
LAZY = ("-k", "_l", "-k", "lazy_gettext", "-k", "lazy_ngettext:1,2")
UPDATE = ".venv/bin/python -m scripts.check_translations --update"
# Letters that Vietnamese has and English has not, enough to know a Vietnamese sentence by.
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
SLOT = re.compile(r"%\((\w+)\)[a-z]")


def main(words: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder, "messages.pot")
        extract(pot)
        if "--update" in words:
            update(pot)
        troubles = [*catalogue_troubles(read(pot)), *unmarked_in_templates(), *sentences_in_scripts()]
    for trouble in troubles:
        say.line(f"  {trouble}")
    say.line(f"Bản dịch: {len(troubles)} chỗ cần sửa (translations to mend)")
    return 1 if troubles else 0


def extract(pot: Path) -> None:
    folders = [folder for folder in ("quizapp", "templates") if (ROOT / folder).is_dir()]
    shape = ("-F", "babel.cfg", *LAZY, "--add-location=file", "--sort-by-file", "--no-wrap", "--project=quizapp")
    pybabel("extract", *shape, "-o", str(pot), *folders)


def update(pot: Path) -> None:
    """Bring the catalogue up to date: old translations stay, nothing is guessed, what no page says any more goes."""
    if not ENGLISH.exists():
        pybabel("init", "--no-wrap", "-i", str(pot), "-d", str(TRANSLATIONS), "-l", "en")
        return
    keep = ("--no-wrap", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date")
    pybabel("update", *keep, "-i", str(pot), "-d", str(TRANSLATIONS), "-l", "en")


def pybabel(*words: str) -> None:
    subprocess.run([BIN / "pybabel", "-q", *words], cwd=ROOT, check=True)


def read(path: Path) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale="en" if path == ENGLISH else None)


def catalogue_troubles(wanted: Catalog) -> Iterator[str]:
    """Yield what is wrong with the English catalogue, sentence by sentence."""
    if not ENGLISH.exists():
        yield f"{ENGLISH.relative_to(ROOT)} chưa có (not there yet): {UPDATE}"
        return
    english = read(ENGLISH)
    for message in wanted:
        if message.id:
            yield from message_troubles(message, english.get(message.id, message.context))
    for message in english:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"thừa, không trang nào còn nói (stale): {first(message)!r} – {UPDATE}"


def message_troubles(message: Message, found: Message | None) -> Iterator[str]:
    where = f"{message.locations[0][0]}: " if message.locations else ""
    if found is None or not all(forms(found.string)):
        yield f"{where}chưa dịch (missing): {first(message)!r}"
    elif found.fuzzy:
        yield f"{where}dịch còn ngờ (fuzzy): {first(message)!r}"
    elif any(slots(form) - slots(*forms(message.id)) for form in forms(found.string)):
        yield f"{where}khác chỗ trống %(…)s (other slots): {first(message)!r}"


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return the singular and plural forms of a msgid or msgstr."""
    return (text,) if isinstance(text, str) else tuple(text)


def first(message: Message) -> str:
    return forms(message.id)[0]


def slots(*texts: str) -> set[str]:
    return {name for text in texts for name in SLOT.findall(text)}


def unmarked_in_templates() -> Iterator[str]:
    """Yield Vietnamese that a page says outside ``_()``. Printed papers are Vietnamese by law, so they may."""
    for path in tree(TEMPLATES, without=("print",)) if TEMPLATES.is_dir() else []:
        if path.suffix in {".html", ".txt"}:
            for row, text in said_outright(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(ROOT)}:{row}: chưa đánh dấu _() (unmarked): {' '.join(text.split())[:60]!r}"


def said_outright(template: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each Vietnamese stretch of a template that is neither in a tag nor in ``{% trans %}``."""
    block, inside = "", False
    for row, kind, value in Environment().lex(template):  # noqa: S701 - nothing is rendered
        if kind == "block_begin":
            block = ""
        elif kind == "name" and not block:
            block = value
            inside = value in {"trans", "pluralize"} or (inside and value != "endtrans")
        elif kind == "data" and not inside and VIETNAMESE.search(value):
            yield row, value


def sentences_in_scripts() -> Iterator[str]:
    """Yield Vietnamese in the browser's modules: their words come from the page, where they can be translated."""
    for path in tree(FRONTEND, without=("node_modules", "tests")) if FRONTEND.is_dir() else []:
        if path.suffix in {".js", ".mjs"}:
            for row, text in enumerate(without_comments(path.read_text(encoding="utf-8")).splitlines(), start=1):
                if VIETNAMESE.search(text):
                    yield f"{path.relative_to(ROOT)}:{row}: câu chữ trong mã (words in code): {text.strip()[:60]!r}"


def without_comments(script: str) -> str:
    """Return ``script`` with its comments emptied, line by line."""
    plain = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), script, flags=re.DOTALL)
    return re.sub(r"(^|\s)//.*", "", plain)


if __name__ == "__main__":
    say.speak_utf8()
    sys.exit(main(sys.argv[1:]))
