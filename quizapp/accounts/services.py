"""Making accounts, signing in and out."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, select, update

from quizapp.accounts import rules, secrets
from quizapp.accounts.models import Account, AccountRole, LoginSession
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.errors import ContestError
from quizapp.foundation.i18n import N_
from quizapp.foundation.refs import tidy_code
from quizapp.foundation.work import Store, Work


class SignInRefused(ContestError):
    """Code and PIN do not belong together. Says the same whether the code exists or not."""

    message = N_("Mã dự thi hoặc mã PIN chưa đúng. Hãy xem lại phiếu rồi thử lại.")
    slug = "sign-in-refused"


def open_account(work: Work, code: str, pin_hash: str, roles: Iterable[Role]) -> Account:
    """Make an account that signs in with ``code``; its PIN was hashed beforehand, outside the transaction."""
    account = Account(code=code, pin_hash=pin_hash, created_at=work.now)
    work.session.add(account)
    work.session.flush()
    work.session.add_all(AccountRole(account_id=account.id, role=role) for role in sorted(roles))
    return account


def sign_in(store: Store, code: str, pin: str) -> str:
    """Check code and PIN, begin a session, and return its token for the cookie.

    The PIN is checked outside any transaction: hashing is slow on purpose, and nobody's answer shall wait for it.

    Raises:
        SignInRefused: if they do not belong together or the account is closed.
    """
    with store.reading() as view:
        query = select(Account.id, Account.pin_hash).where(Account.code == tidy_code(code), Account.closed_at.is_(None))
        found = view.session.execute(query).first()
    if not secrets.pin_matches(found.pin_hash if found else None, pin) or found is None:
        raise SignInRefused
    token = secrets.new_token()
    with store.unit_of_work(SYSTEM) as work:
        begin_session(work, found.id, token)
    return token


def begin_session(work: Work, account_id: int, token: str) -> None:
    """Write the session row behind ``token``."""
    row = LoginSession(token_hash=secrets.hash_token(token), account_id=account_id, started_at=work.now)
    row.ends_at = work.now + rules.SESSION_LIFE
    work.session.add(row)


def forget_ended_sessions(store: Store) -> None:
    """Remove the rows of sessions that ended more than a day ago: they only tell who was here when."""
    with store.unit_of_work(SYSTEM) as work:
        work.session.execute(delete(LoginSession).where(LoginSession.ends_at < work.now - rules.SESSION_KEPT))


def sign_out(work: Work, token: str) -> None:
    """End the session behind ``token``; its cookie opens nothing any more, wherever a copy of it is."""
    mine = (LoginSession.token_hash == secrets.hash_token(token), LoginSession.revoked_at.is_(None))
    work.session.execute(update(LoginSession).where(*mine).values(revoked_at=work.now))


def choose_display(work: Work, chosen: rules.Display) -> None:
    """Remember with the actor's own account how pages shall look for them."""
    mine = update(Account).where(Account.id == work.actor.account_id)
    work.session.execute(mine.values(display=msgspec.to_builtins(chosen)))
