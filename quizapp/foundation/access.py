"""Who acts. A unit of work has exactly one actor; policies judge by it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What an account may be. One account may be several."""

    PARTICIPANT = "participant"
    JUDGE = "judge"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: their account, and the person and unit behind it where there is one."""

    account_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    person_id: int | None = None
    unit_id: int | None = None
    unit_kind: str | None = None
    category: str | None = None

    def has(self, role: Role) -> bool:
        """Tell whether the actor holds ``role``."""
        return role in self.roles


NOBODY = Actor()

# The machine itself: jobs, the timetable, the command line.
SYSTEM = Actor(roles=frozenset({Role.ADMINISTRATOR}))
