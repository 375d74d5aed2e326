"""Where a story plays: the address of a running installation, and who may sign in there."""

from dataclasses import dataclass, field


@dataclass
class Site:
    """A running installation: its address and one sign-in per role, as it printed them."""

    address: str
    environment: dict[str, str]
    cards: list[tuple[str, str, str]] = field(default_factory=list)

    def card(self, role: str) -> tuple[str, str]:
        """Return the code and PIN printed for ``role``."""
        return next((code, pin) for name, code, pin in self.cards if name == role)
