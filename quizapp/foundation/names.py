"""Vietnamese names: the order of a class list, and a search that forgives missing diacritics.

The order is that of ICU's ``vi`` collation (Vũ Xuân Lương's rule: letters first, then tones, then capitals). It is kept
as an ASCII key in a column, because plain byte order is the only order SQLite and PostgreSQL agree on; declare the
column with collation "C" on PostgreSQL, whose default may follow a language.
"""

import unicodedata

# One primary weight a sign, in CLDR's order; the place in this string is the weight.
_ORDER = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PRIMARY = {sign: chr(0x21 + place) for place, sign in enumerate(_ORDER)}
_FOREIGN = "~"  # above every weight: letters of other scripts come last, by code point
# Tones break ties only: ngang, huyền, hỏi, ngã, sắc, nặng. Any other mark comes after them.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OTHER_MARK = "6"
_LETTER_MARKS = {"\u0306", "\u0302", "\u031b"}
_PLAIN = str.maketrans("\u00d0\u0189\u00f0\u0256\u2019\u02bc\u00a0\u200b\ufeff", "ĐĐđđ''   ")


def sort_key(full_name: str, given: str | None = None) -> str:
    """Return the key by which ``full_name`` takes its place in a list: given name, then family name, then middle names.

    ``given`` is for those whose given name is not the last word (Minh Anh, H'Hen Niê, foreign names).
    Capitals weigh only when all else is equal, so that names typed in capitals stay among their namesakes.
    """
    parts = [_weights(part) for part in _split(full_name, given)]
    letters_and_tones = "".join(f"{letters}  {tones} " for letters, tones, _ in parts)
    return letters_and_tones + " ".join(case for *_, case in parts).rstrip()


def fold(text: str) -> str:
    """Return ``text`` as a searcher without diacritics types it: lower case, single spaces, đ as d."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN).casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.replace("đ", "d").split())


def _split(full_name: str, given: str | None) -> tuple[str, str, str]:
    words = _tidy(full_name).split()
    own = _tidy(given).split() if given else words[-1:]
    rest = _without(words, own)
    return " ".join(own), " ".join(rest[:1]), " ".join(rest[1:])


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def _without(words: list[str], own: list[str]) -> list[str]:
    """Return ``words`` less the last run equal to ``own`` (all of them, when there is none such)."""
    size = len(own)
    for start in range(len(words) - size, -1, -1):
        if [word.casefold() for word in words[start : start + size]] == [word.casefold() for word in own]:
            return words[:start] + words[start + size :]
    return words


def _weights(text: str) -> tuple[str, str, str]:
    """Return the letters, tones and capitals of ``text``, each comparable on its own."""
    signs = [_sign(char) for char in text]
    letters, tones, cases = ("".join(level) for level in zip(*signs, strict=True)) if signs else ("", "", "")
    return letters, tones.rstrip("0"), cases.rstrip("0")


def _sign(char: str) -> tuple[str, str, str]:
    decomposed = unicodedata.normalize("NFD", char.lower())
    base, marks = decomposed[0], decomposed[1:]
    letter = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark in _LETTER_MARKS))
    tone = max((_TONES.get(mark, _OTHER_MARK) for mark in marks if mark not in _LETTER_MARKS), default="0")
    if letter not in _PRIMARY and base in _PRIMARY:
        letter, tone = base, _OTHER_MARK
    if unicodedata.combining(char):
        return "", _TONES.get(char, _OTHER_MARK), ""
    return _PRIMARY.get(letter) or f"{_FOREIGN}{ord(base):06x}", tone, "1" if char != char.lower() else "0"
