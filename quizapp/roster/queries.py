"""Who is signed in, and what is known of them. One statement a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.accounts.models import Account, AccountRole, LoginSession
from quizapp.accounts.secrets import hash_token
from quizapp.foundation.access import Actor, Role
from quizapp.roster.models import Person, Unit


@dataclass(frozen=True)
class SignedIn:
    """The account behind a session cookie, as the edge needs it."""

    actor: Actor
    name: str
    # How pages shall look for them; nothing where they never chose.
    display: Mapping[str, str]


@dataclass(frozen=True)
class Particulars:
    """What an entry's title page says of its author, and nothing more."""

    full_name: str
    birth_date: date | None
    class_name: str
    category: str
    unit_name: str


def signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Return who holds ``token``; ``None`` if its session ended, was revoked, or its account is closed."""
    roles = select(func.aggregate_strings(AccountRole.role, ","))
    held = roles.where(AccountRole.account_id == Account.id).correlate(Account).scalar_subquery()
    query = (
        select(
            Account.id,
            held.label("roles"),
            Person.id.label("person"),
            Person.full_name,
            Person.category,
            Unit.id.label("unit"),
            Unit.kind,
            Account.display,
        )
        .join(LoginSession, LoginSession.account_id == Account.id)
        .outerjoin(Person, Person.account_id == Account.id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(LoginSession.token_hash == hash_token(token), LoginSession.revoked_at.is_(None))
        .where(LoginSession.ends_at > now, Account.closed_at.is_(None))
    )
    row = session.execute(query).first()
    if row is None:
        return None
    held_roles = frozenset(Role(role) for role in (row.roles or "").split(",") if role)
    actor = Actor(row.id, held_roles, row.person, row.unit, row.kind, row.category)
    return SignedIn(actor, row.full_name or "", row.display or {})


def particulars(session: Session, person_id: int) -> Particulars:
    """Return what may be printed of a person on their own entry."""
    query = (
        select(Person.full_name, Person.birth_date, Person.class_name, Person.category, Unit.name)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.id == person_id)
    )
    return Particulars(*session.execute(query).one())
