"""What attempts tell."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AttemptHandedIn:
    """An attempt was closed for good, by its owner or by its deadline."""

    attempt_id: int
