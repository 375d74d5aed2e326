"""Contests as data files: ``contests/presets/*.yaml``."""

from datetime import date, datetime
from pathlib import Path

import msgspec
import yaml

from quizapp.contests.rules import RoundKind, RoundTerms, Terms
from quizapp.foundation.clock import HOME

FOLDER = Path(__file__).parent / "presets"


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
    # Millimetres: top, right, bottom, left. Source: Circular 01/2011/TT-BNV, the ranges for official documents.
    margins_mm: tuple[int, int, int, int] = (20, 20, 20, 30)


def names() -> list[str]:
    """Return the presets there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_preset(name: str) -> Preset:
    """Read the preset ``name``.

    Raises:
        FileNotFoundError: if there is none.
        msgspec.ValidationError: if the file says something that a contest cannot be.
    """
    told = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return msgspec.convert(_zoned(told), Preset, strict=False)


def _zoned(value: object) -> object:
    if isinstance(value, datetime):
        return value.replace(tzinfo=HOME) if value.tzinfo is None else value
    if isinstance(value, dict):
        return {name: _zoned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_zoned(inner) for inner in value]
    return str(value) if isinstance(value, float) else value
