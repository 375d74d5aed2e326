"""Moulds: a template rendered once with marks in it, and poured as often as one likes.

What is the same on everybody's page – markup, sentences, the words of a question – is worked out once; what is a
person's own goes where the marks are. The template stays the only place that says what the page looks like.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping

from markupsafe import Markup

# Letters and digits only: a mark passes through attributes, addresses and JSON as it is.
_SEED = secrets.token_hex(8)


def mark(name: str) -> Markup:
    """Return what stands for ``name`` while a mould is made."""
    return Markup(f"mark{_SEED}{name}x")  # noqa: S704 - letters and digits of our own


class Mould:
    """Markup with places to fill, in UTF-8. What is poured must be safe already: markup, or text that was escaped."""

    __slots__ = ("_names", "_template")

    def __init__(self, markup: str, names: Iterable[str]) -> None:
        marks = {str(mark(name)): name for name in names}
        parts = re.split("(" + "|".join(map(re.escape, marks)) + ")", markup)
        self._names = [marks[part] for part in parts if part in marks]
        self._template = "".join("%b" if part in marks else part.replace("%", "%%") for part in parts).encode()

    def pour(self, values: Mapping[str, bytes]) -> bytes:
        """Return the markup with ``values`` where the marks were."""
        return self._template % tuple([values[name] for name in self._names])
