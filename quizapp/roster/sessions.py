"""Who is signed in: one visitor, or a crowd asked about in one statement beside the work that they came for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from quizapp.accounts.secrets import hash_token
from quizapp.foundation.access import Actor, Role
from quizapp.foundation.errors import ContestError, NotAllowed
from quizapp.foundation.i18n import N_
from quizapp.foundation.road import Lane

_ACTORS = """
    SELECT s.token_hash, a.id, p.id, r.id
    FROM login_sessions AS s
    JOIN accounts AS a ON a.id = s.account_id
    LEFT JOIN account_roles AS r ON r.account_id = a.id AND r.role = 'participant'
    LEFT JOIN people AS p ON p.account_id = a.id
    WHERE s.token_hash IN :hashes AND s.revoked_at IS NULL AND s.ends_at > :now AND a.closed_at IS NULL
"""


_SIGNED_IN = """
    SELECT a.id, r.role, p.id, p.full_name, p.category, u.id, u.kind, CAST(a.display AS text)
    FROM login_sessions AS s
    JOIN accounts AS a ON a.id = s.account_id
    LEFT JOIN account_roles AS r ON r.account_id = a.id
    LEFT JOIN people AS p ON p.account_id = a.id
    LEFT JOIN units AS u ON u.id = p.unit_id
    WHERE s.token_hash = :token_hash AND s.revoked_at IS NULL AND s.ends_at > :now AND a.closed_at IS NULL
"""


@dataclass(frozen=True)
class SignedIn:
    """The account behind a session cookie, as the edge needs it; ``display`` tells how its pages shall look."""

    actor: Actor
    name: str
    display: Mapping[str, str]


class SignedOut(ContestError):
    """The session has ended, or never was."""

    message = N_("Phiên đăng nhập đã hết. Hãy đăng nhập lại; những gì đã lưu vẫn còn nguyên.")
    slug = "signed-out"


def signed_in(lane: Lane, token: str, now: datetime) -> SignedIn | None:
    """Return who holds ``token``; ``None`` if its session ended, was revoked, or its account is closed."""
    rows = lane.rows(_SIGNED_IN, token_hash=hash_token(token), now=now)
    if not rows:
        return None
    account, _role, person, name, category, unit, unit_kind, display = rows[0]
    roles = frozenset(Role(row[1]) for row in rows if row[1])
    actor = Actor(account, roles, person, unit, unit_kind, category)
    return SignedIn(actor, name or "", json.loads(display) if display else {})


def actors(lane: Lane, token_hashes: Sequence[str], now: datetime) -> dict[str, Actor]:
    """Return token hash → who is signed in with it; hashes of sessions or accounts that ended are missing."""
    if not token_hashes:
        return {}
    rows = lane.rows(_ACTORS, hashes=sorted(set(token_hashes)), now=now)
    return {token: _actor(account, person, bool(takes_part)) for token, account, person, takes_part in rows}


def participant(who: Actor | str, signed_in: Mapping[str, Actor]) -> Actor:
    """Return who asks: an actor, or whoever ``signed_in`` has behind the hash of a token.

    Raises:
        SignedOut: if nobody is behind it.
        NotAllowed: if they take no part.
    """
    actor = signed_in.get(who) if isinstance(who, str) else who
    if actor is None:
        raise SignedOut
    if not actor.has(Role.PARTICIPANT):
        raise NotAllowed
    return actor


def _actor(account: int, person: int | None, takes_part: bool) -> Actor:
    return Actor(account, frozenset({Role.PARTICIPANT} if takes_part else ()), person)
