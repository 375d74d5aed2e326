"""PINs, hashed with argon2id, and the tokens behind session cookies.

Parameters: 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet); some forty sign-ins a second on two
cores.
"""

import hashlib
import os
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from quizapp.accounts.rules import PIN_LENGTH

# Each hash in the making holds its 19 MiB: more at a time than there are cores would only cost memory.
_room = threading.BoundedSemaphore((os.cpu_count() or 1) + 1)

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Checked when there is no such account, so that the answer takes as long as for one there is.
_NOBODYS_HASH = _hasher.hash("nobody's PIN")


def new_pin() -> str:
    """Return six random digits."""
    return "".join(secrets.choice("0123456789") for _ in range(PIN_LENGTH))


def hash_pin(pin: str) -> str:
    """Return the argon2id hash of ``pin`` with its own salt."""
    return _hasher.hash(pin)


def pin_matches(pin_hash: str | None, pin: str) -> bool:
    """Tell whether ``pin`` is the one behind ``pin_hash``; takes as long when there is no hash."""
    try:
        with _room:
            return _hasher.verify(pin_hash or _NOBODYS_HASH, pin) and pin_hash is not None
    except VerificationError:
        return False


def new_token() -> str:
    """Return 256 random bits for a session cookie."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
