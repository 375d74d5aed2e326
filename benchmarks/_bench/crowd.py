"""People at their papers, signed in: made by the real services, copied in bulk."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha1
from random import Random

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text

from _bench.copies import Copied, Copier, Patterns, link
from _bench.ground import Ground
from quizapp.accounts.rules import CODE_LENGTH, SESSION_LIFE
from quizapp.accounts.secrets import hash_pin, hash_token, new_token
from quizapp.accounts.services import open_account
from quizapp.attempts import queries, services
from quizapp.contests.queries import list_rounds
from quizapp.foundation import clock
from quizapp.foundation.access import SYSTEM, Actor, Role
from quizapp.foundation.refs import new_code
from quizapp.roster.services import NewPerson, enter_person, enter_unit
from quizapp.worker.loop import work_off

PIN = "246810"
CONTEST = "ha-noi-2019"
PATTERNS = 12
# Longer than any measurement; a sitting's hour would end in the middle of one.
ALLOWED = timedelta(hours=12)

SENTENCE = "Nhà em ở gần bộ phận một cửa; mẹ em nộp hồ sơ qua mạng và nhận kết quả tại nhà. "
WORDS_IN_SENTENCE = len(SENTENCE.split())


def essay(words: int, mark: str = "") -> str:
    """Return an essay of about ``words`` words in paragraphs of ten sentences."""
    paragraph = f"<p>{(SENTENCE * 10).strip()}</p>"
    return f"<p>{mark or 'Bài viết'}</p>" + paragraph * max(1, words // (10 * WORDS_IN_SENTENCE))


@dataclass(frozen=True)
class Writer:
    """Somebody signed in who is at a paper."""

    ref: str
    code: str
    cookie: str
    csrf: str
    attempt: int


class Crowd:
    """The people of one installation."""

    def __init__(self, ground: Ground, *, answered: bool = True, words: int = 0, handed_in: bool = False) -> None:
        """Make the patterns: sittings with 40 answers if ``answered``, an essay of ``words``, perhaps handed in."""
        self._ground = ground
        self._signer = Signer(ground)
        self.patterns = Patterns(ground)
        with ground.house.store.unit_of_work(SYSTEM) as work:
            enter_unit(work, "THCS-A", "Trường THCS Sông Xanh (minh họa)", "secondary")
        self.patterns.pass_over()
        for number in range(PATTERNS):
            self._make(number, answered, words, handed_in)
            self.patterns.take()
        self._copier = Copier(ground, self.patterns.rows)

    def people(self, count: int) -> list[Copied]:
        """Return ``count`` more people with an attempt each; nobody is signed in."""
        return list(self._copier.copy(count))

    def writers(self, count: int) -> list[Writer]:
        """Return ``count`` more people, signed in."""
        return self.sign_in(self.people(count))

    def sign_in(self, people: Sequence[Copied]) -> list[Writer]:
        """Begin a session for each."""
        tokens = [new_token() for _ in people]
        now = clock.now()
        began, ends = (moment.replace(tzinfo=None).isoformat(" ") for moment in (now, now + SESSION_LIFE))
        if self._ground.kind == "postgres":
            began, ends = f"{began}+00", f"{ends}+00"
        with link(self._ground, settle=True) as opened:
            after = (opened.ask("SELECT max(id) FROM login_sessions")[0][0] or 0) + 1
            rows = [
                (after + at, hash_token(token), person.account, began, ends)
                for at, (token, person) in enumerate(zip(tokens, people, strict=True))
            ]
            opened.insert("login_sessions", ("id", "token_hash", "account_id", "started_at", "ends_at"), rows)
        return [self._signer.writer(one, token) for one, token in zip(people, tokens, strict=True)]

    def _make(self, number: int, answered: bool, words: int, handed_in: bool) -> None:
        house = self._ground.house
        with house.store.unit_of_work(SYSTEM) as work:
            unit = enter_unit(work, "THCS-A", "Trường THCS Sông Xanh (minh họa)", "secondary")
            account = open_account(work, new_code(CODE_LENGTH), _pin_hash(), [Role.PARTICIPANT])
            new = NewPerson("Nguyễn Thị Ánh Tuyết", "grade-6", "6A1", date(2007, 9, 2))
            person = enter_person(work, unit, new, account.id)
            roles = frozenset({Role.PARTICIPANT})
            actor = Actor(account.id, roles, person.id, unit.id, unit.kind, "grade-6")
        with house.store.reading() as view:
            sitting = next(row for row in list_rounds(view.session) if row.kind == "sitting")
        ref, _new = services.start_once(house.store, actor, sitting.ref, Random(number))
        if answered:
            self._answer(actor, ref, words, number)
        if handed_in:
            with house.store.unit_of_work(actor) as work:
                services.hand_in(work, ref)
            work_off(house)
        self._give_time(ref)

    def _answer(self, actor: Actor, ref: str, words: int, number: int) -> None:
        house = self._ground.house
        with house.store.reading() as view:
            paper = queries.get_attempt(view.session, queries.get_row(view.session, ref))
        for item in paper.items:
            for seq in (1, 2):
                house.saving.choice(actor, ref, item.no, seq, [(number + seq) % 2])
        if words and paper.essay:
            house.saving.essay(actor, ref, paper.essay.no, 1, essay(words))

    def _give_time(self, ref: str) -> None:
        later = {"until": clock.now() + ALLOWED, "ref": ref}
        if self._ground.kind == "sqlite":
            later["until"] = later["until"].replace(tzinfo=None).isoformat(" ")  # type: ignore[attr-defined]
        with self._ground.house.engine.begin() as opened:
            opened.execute(text("UPDATE attempts SET deadline_at = :until WHERE ref = :ref AND state = 'open'"), later)


class Signer:
    """Signs cookies and tokens as the application does."""

    def __init__(self, ground: Ground) -> None:
        key = ground.settings.secret_key
        app = Flask("signer")
        app.secret_key = key
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        self._cookies, self._tokens = signer, URLSafeTimedSerializer(key, salt="wtf-csrf-token")

    def writer(self, person: Copied, token: str) -> Writer:
        """Return ``person`` with the cookie and the token that a browser would hold."""
        cookie, csrf = self.pair(token)
        return Writer(person.ref, person.code, cookie, csrf, person.attempt)

    def pair(self, token: str | None = None) -> tuple[str, str]:
        """Return a session cookie – of somebody signed in, if there is a ``token`` – and the token beside it."""
        raw = sha1(secrets.token_bytes(64), usedforsecurity=False).hexdigest()
        held = {"csrf_token": raw} | ({"_user_id": token} if token else {})
        return self._cookies.dumps(held), str(self._tokens.dumps(raw))


_HASHES: list[str] = []


def _pin_hash() -> str:
    if not _HASHES:
        _HASHES.append(hash_pin(PIN))
    return _HASHES[0]
