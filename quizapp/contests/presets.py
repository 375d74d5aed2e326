"""Contests as data files: ``contests/presets/*.yaml``."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
import yaml

from quizapp.contests.checks import MARGINS_MM, require_sound
from quizapp.contests.rules import RoundKind, RoundTerms, Terms
from quizapp.foundation.clock import HOME
from quizapp.foundation.errors import BadInput
from quizapp.foundation.i18n import N_

FOLDER = Path(__file__).parent / "presets"


class PresetRefused(BadInput):
    """The file cannot be read as a contest: a misspelt name, a missing one, a value of another kind."""

    message = N_("Tệp cuộc thi «%(name)s» viết sai: %(reason)s.")
    slug = "preset"


class RoundPreset(Terms, frozen=True):
    """A round as a preset tells it; times without a zone are Vietnam's."""

    slug: str
    title: dict[str, str]
    kind: RoundKind
    opens_at: datetime
    closes_at: datetime
    terms: RoundTerms


class Preset(Terms, frozen=True):
    """A contest as a preset tells it."""

    slug: str
    title: dict[str, str]
    organisers: tuple[str, ...]
    as_of: date
    rules_text: dict[str, tuple[str, ...]]
    rounds: tuple[RoundPreset, ...]
    # Millimetres: top, right, bottom, left. Source: Circular 01/2011/TT-BNV, the ranges for official documents
    # (top and bottom 20-25, left 30-35, right 15-20); 25 at the foot leaves the page number room.
    margins_mm: tuple[int, int, int, int] = (20, 20, 25, 30)


def names() -> list[str]:
    """Return the presets there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_preset(name: str) -> Preset:
    """Read the preset ``name``.

    Raises:
        FileNotFoundError: if there is none.
        PresetRefused, TermsRefused: if the file says something that a contest cannot be.
    """
    return parse_preset(name, (FOLDER / f"{name}.yaml").read_text("utf-8"))


def parse_preset(name: str, text: str) -> Preset:
    """Return the contest that ``text`` (YAML) tells; ``name`` is for complaints.

    Raises:
        PresetRefused, TermsRefused: if it says something that a contest cannot be.
    """
    try:
        preset = msgspec.convert(_zoned(yaml.safe_load(text)), Preset, strict=False)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise PresetRefused(name=name, reason=str(error)) from None
    if any(edge not in MARGINS_MM for edge in preset.margins_mm):
        raise PresetRefused(name=name, reason="margins_mm: 10–60 mm")
    if not all(title.get("vi") for title in _titles(preset)):
        raise PresetRefused(name=name, reason="title: vi")
    for told in preset.rounds:
        require_sound(told.slug, told.kind, told.opens_at, told.closes_at, told.terms)
    return preset


def _titles(preset: Preset) -> Iterator[dict[str, str]]:
    yield preset.title
    for told in preset.rounds:
        yield told.title
        yield from (criterion.title for criterion in told.terms.rubric)


def _zoned(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=HOME) if value.tzinfo is None else value
    if isinstance(value, dict):
        return {name: _zoned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_zoned(inner) for inner in value]
    return str(value) if isinstance(value, float) else value
