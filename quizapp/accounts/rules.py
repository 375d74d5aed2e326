"""Codes, PINs, how long a session lives, and how pages may look."""

import re
from datetime import timedelta
from typing import Literal

import msgspec

# Longer than any sitting: nobody is signed out in mid-paper.
SESSION_LIFE = timedelta(hours=12)

# How long the row of an ended session is kept.
SESSION_KEPT = timedelta(days=1)

CODE_LENGTH = 8
PIN_LENGTH = 6


def is_pin(typed: str) -> bool:
    """Tell whether ``typed`` has the shape of a PIN: six digits."""
    return re.fullmatch(rf"[0-9]{{{PIN_LENGTH}}}", typed) is not None


class Display(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How pages look for one person (``text_size`` in %); the defaults are for whoever never chose."""

    text_size: Literal["100", "125", "150", "200"] = "100"
    contrast: Literal["normal", "high"] = "normal"
    face: Literal["standard", "readable"] = "standard"
    motion: Literal["full", "reduced"] = "full"
