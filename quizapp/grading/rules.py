"""How a choice item earns its points."""

from collections.abc import Set
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Scheme = Literal["all_or_nothing", "partial"]

_CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


def mark(key: Set[str], chosen: Set[str], points: Decimal, scheme: Scheme) -> Decimal:
    """Return what ``chosen`` earns of ``points``, to two decimals.

    ``all_or_nothing``: the full points for exactly the key. ``partial``: each right option earns its share and each
    wrong one takes a share away, never below nothing.

    Raises:
        ValueError: if the item has no key.
    """
    if not key:
        raise ValueError("an item without a key cannot be marked")
    if scheme == "all_or_nothing":
        return points.quantize(_CENT) if key == chosen else NOTHING
    shares = max(len(key & chosen) - len(chosen - key), 0)
    return (points * shares / len(key)).quantize(_CENT, ROUND_HALF_UP)
