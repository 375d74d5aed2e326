"""Unguessable names for what is seen outside."""

import secrets

# No I, L, O, U, 0, 1: read aloud or copied by hand, no character is taken for another, and no word comes about.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def new_ref() -> str:
    """Return a name of 128 random bits for a URL, never with a hyphen in front: a command line would see an option."""
    while (name := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return name


def new_code(length: int, group: int = 4) -> str:
    """Return a random code for people, in groups: ``K7QM-2XW9``. Each character carries 4.9 bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(length)]
    return "-".join("".join(letters[at : at + group]) for at in range(0, length, group))


def tidy_code(typed: str) -> str:
    """Return ``typed`` as :func:`new_code` would have written it: capitals, groups of four, no spaces."""
    letters = [letter for letter in typed.upper() if letter.isascii() and letter.isalnum()]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, len(letters), 4))
