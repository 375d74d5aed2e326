"""Signing in with a slip of paper, and what a session is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from quizapp.accounts import services
from quizapp.accounts.models import Account, LoginSession
from quizapp.accounts.rules import SESSION_LIFE
from quizapp.accounts.services import SignInRefused
from quizapp.foundation.access import SYSTEM, Role
from quizapp.house import House
from quizapp.roster.sessions import SignedIn, signed_in
from tests.factories import PIN, Card, Clock, enter
from tests.statements import counted


@pytest.fixture
def card(house: House) -> Card:
    return enter(house)


def who(house: House, token: str) -> SignedIn | None:
    with house.store.glance() as lane:
        return signed_in(lane, token, house.store.clock())


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code}\n"])
def test_a_code_may_be_typed_carelessly(house: House, card: Card, typed: Callable[[str], str]) -> None:
    found = who(house, services.sign_in(house.store, typed(card.code), PIN))
    assert found and (found.actor, found.name) == (card.actor, card.name)


def test_code_and_pin_must_belong_together(house: House, card: Card) -> None:
    sentences = []
    for code, pin in ((card.code, "135791"), ("AAAA-AAAA", PIN), ("", ""), (card.code, "")):
        with pytest.raises(SignInRefused) as refusal:
            services.sign_in(house.store, code, pin)
        sentences.append(str(refusal.value))
    assert len(set(sentences)) == 1
    with house.store.reading() as view:
        assert view.session.scalars(select(LoginSession)).all() == []


def test_a_closed_account_opens_nothing_and_its_sessions_end(house: House, card: Card, clock: Clock) -> None:
    token = services.sign_in(house.store, card.code, PIN)
    with house.store.unit_of_work(SYSTEM) as work:
        work.session.scalars(select(Account).where(Account.code == card.code)).one().closed_at = clock.instant
    assert who(house, token) is None
    with pytest.raises(SignInRefused):
        services.sign_in(house.store, card.code, PIN)


def test_a_session_outlives_any_sitting_and_ends(house: House, card: Card, clock: Clock) -> None:
    assert SESSION_LIFE > timedelta(hours=2)
    token = services.sign_in(house.store, card.code, PIN)
    clock.instant += SESSION_LIFE - timedelta(microseconds=1)
    assert who(house, token)
    clock.instant += timedelta(microseconds=1)
    assert who(house, token) is None


def test_signing_out_ends_one_device_and_not_the_other(house: House, card: Card) -> None:
    phone, desk = (services.sign_in(house.store, card.code, PIN) for _ in range(2))
    with house.store.unit_of_work(SYSTEM) as work:
        services.sign_out(work, phone)
    assert who(house, phone) is None and who(house, desk)


def test_the_database_keeps_neither_pin_nor_token(house: House, card: Card) -> None:
    token = services.sign_in(house.store, card.code, PIN)
    with house.store.reading() as view:
        kept = repr([tuple(row) for table in (Account, LoginSession) for row in view.session.execute(
            select(*table.__table__.columns))])  # fmt: skip
    assert card.code in kept
    assert PIN not in kept and token not in kept


def test_the_hash_is_nobodys_session(house: House, card: Card) -> None:
    services.sign_in(house.store, card.code, PIN)
    with house.store.reading() as view:
        kept = view.session.scalars(select(LoginSession.token_hash)).one()
    assert who(house, kept) is None


def test_one_account_may_be_several(house: House) -> None:
    with house.store.unit_of_work(SYSTEM) as work:
        code = services.open_account(work, "ABCD-EFGH", services.secrets.hash_pin(PIN), list(Role)).code
    found = who(house, services.sign_in(house.store, code, PIN))
    assert found and found.actor.roles == set(Role)
    assert (found.actor.person_id, found.name) == (None, "")


def test_two_accounts_never_share_a_code(house: House, card: Card) -> None:
    with pytest.raises(IntegrityError), house.store.unit_of_work(SYSTEM) as work:
        services.open_account(work, card.code, "x", [Role.PARTICIPANT])


def test_who_is_signed_in_is_one_statement(house: House, card: Card) -> None:
    token = services.sign_in(house.store, card.code, PIN)
    with counted(house.engine) as sent:
        who(house, token)
    assert len(sent) == 1
