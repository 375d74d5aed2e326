"""Codes, PINs and how long a session lives."""

import re
from datetime import timedelta

# Longer than any sitting: nobody is signed out in mid-paper.
SESSION_LIFE = timedelta(hours=12)

# How long the row of an ended session is kept.
SESSION_KEPT = timedelta(days=1)

CODE_LENGTH = 8
PIN_LENGTH = 6


def is_pin(typed: str) -> bool:
    """Tell whether ``typed`` has the shape of a PIN: six digits."""
    return re.fullmatch(rf"[0-9]{{{PIN_LENGTH}}}", typed) is not None
