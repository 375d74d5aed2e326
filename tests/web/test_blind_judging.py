"""S3: swap two authors and their judge sees the same bytes; nothing a judge is shown tells who wrote it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from quizapp.accounts.models import Account, AccountRole
from quizapp.app import create_app
from quizapp.attempts.models import Attempt, Receipt
from quizapp.entries import pdf
from quizapp.entries import services as entries
from quizapp.foundation.access import SYSTEM, Actor, Role
from quizapp.foundation.db import Base
from quizapp.foundation.names import sort_key
from quizapp.house import House
from quizapp.judging import rules
from quizapp.judging.models import Script, ScriptMark
from quizapp.roster.models import Person, Unit
from quizapp.worker.loop import work_off
from tests.factories import PIN, Card, Clock, Visitor, _pin_hash, answer_all, enter, hand_in, start
from tests.web.transcript import Walk, cookie_of, differences

MARKS = {"mark-content": "6,5", "mark-practice": "3", "mark-ideas": "4.25", "mark-form": "2"}


@dataclass(frozen=True)
class Author:
    """Somebody whose every particular is unmistakable."""

    account_id: int
    person_id: int
    unit_id: int
    code: str
    name: str
    school: str
    class_name: str
    born: date


AUTHORS = (
    Author(770001, 880001, 990001, "ZZXX-YYWW", "Lò Thị Mắn", "Trường THCS Mù Cả", "8Q7", date(2006, 3, 29)),
    Author(770002, 880002, 990002, "QQKK-JJHH", "Vàng A Tủa", "Trường THCS Tà Tổng", "9K3", date(2005, 10, 17)),
)


def invite(house: House, author: Author) -> Card:
    """Enter ``author`` under numbers that no page shows by chance."""
    with house.store.unit_of_work(SYSTEM) as work:
        work.session.add(Account(id=author.account_id, code=author.code, pin_hash=_pin_hash(), created_at=work.now))
        work.session.add(Unit(id=author.unit_id, code=author.code[:4], name=author.school, kind="secondary"))
        work.session.flush()
        work.session.add(AccountRole(account_id=author.account_id, role=Role.PARTICIPANT))
        person = Person(id=author.person_id, account_id=author.account_id, unit_id=author.unit_id, category="grade-8")
        person.full_name, person.sort_key = author.name, sort_key(author.name)
        person.class_name, person.birth_date = author.class_name, author.born
        work.session.add(person)
    roles = frozenset({Role.PARTICIPANT})
    actor = Actor(author.account_id, roles, author.person_id, author.unit_id, "secondary", "grade-8")
    return Card(author.code, PIN, author.name, actor)


def enter_script(
    house: House, card: Card, essay: str = "<p>Em nộp hồ sơ qua mạng.</p>", seed: int = 1
) -> tuple[str, str]:
    """Let ``card`` write, hand in, and be queued; return the attempt's name and the receipt's code."""
    ref = start(house, card)
    answer_all(house, card, ref, essay)
    code = hand_in(house, card, ref)
    work_off(house)
    return ref, code


@pytest.fixture
def judge(house: House) -> Card:
    return enter(house, Role.JUDGE, unit="PGD", category="staff", name="Lê Thị Chi")


@pytest.fixture
def entered(house: House, clock: Clock) -> list[tuple[str, str]]:
    """Both authors' scripts, an hour apart, of different length."""
    made = []
    for number, author in enumerate(AUTHORS):
        made.append(enter_script(house, invite(house, author), f"<p>Bài {'rất ' * number}hay.</p>"))
        clock.pass_(hours=1)
    return made


def judge_everything(walk: Walk) -> None:
    """Go through the whole queue: the desk, each script, marks that do not fit, a script given back, marks that fit."""
    walk.get("/", "/judge", "/judge/scripts/nobody", "/api/v1/session")
    script = walk.post("/judge/next").headers["Location"]
    walk.post(f"{script}/release")
    script = walk.post("/judge/next").headers["Location"]
    while script != "/judge":
        walk.get(script, "/judge")
        walk.post(script)
        walk.post(script, **MARKS | {"mark-form": "99"})
        sent = walk.post(script, **MARKS, next="1")
        walk.post(script, **MARKS)
        walk.get(script, "/judge")
        script = sent.headers["Location"]
    walk.get("/judge")


def swap(house: House) -> None:
    """Give each author the other's everything: name, school, class, birth, codes, receipt, hours, place in line."""
    people, accounts = ([getattr(author, name) for author in AUTHORS] for name in ("person_id", "account_id"))
    with house.store.unit_of_work(SYSTEM) as work:
        session = work.session
        exchange(session, Person, Person.id.in_(people), "full_name", "sort_key", "class_name", "birth_date", "unit_id")
        exchange(session, Account, Account.id.in_(accounts), "code", "pin_hash")
        exchange(session, Attempt, true(), "ref", "started_at", "deadline_at", "handed_in_at")
        exchange(session, Receipt, true(), "code", "handed_in_at", "content_sha256")
        exchange(session, Script, true(), "author_unit_id", "queued_at")


def exchange(session: Session, table: type[Base], which: ColumnElement[bool], *names: str) -> None:
    """Exchange the values of two rows; texts go by way of a spelling of their own, for some must be unique."""
    (key,) = table.__table__.primary_key.columns
    first, second = session.execute(select(key, *(getattr(table, name) for name in names)).where(which).order_by(key))
    for suffix in ("-", ""):
        for mine, theirs in ((first, second), (second, first)):
            given = dict(zip(names, theirs[1:], strict=True))
            away = {name: value + suffix if isinstance(value, str) else value for name, value in given.items()}
            session.execute(update(table).where(key == mine[0]).values(**away))


def test_swapping_two_authors_changes_no_byte_their_judge_sees(
    house: House,
    judge: Card,
    entered: list[tuple[str, str]],
    twin: Callable[[], House],
    same_chance: Callable[[], None],
) -> None:
    visitor = Visitor(create_app(house)).sign_in(judge)
    visitor.token()
    other = twin()
    swap(other)
    walks = [Walk(create_app(one), cookie_of(visitor)) for one in (house, other)]
    for walk in walks:
        judge_everything(walk)
    assert differences(*walks) == []
    essays = [heard.body for heard in walks[0].heard if "Bài rất hay.".encode() in heard.body]
    assert len(walks[0].heard) >= 30 and essays
    with house.store.reading() as one, other.store.reading() as two:
        authors = [
            set(map(tuple, work.session.execute(select(Script.ref, Script.author_unit_id)))) for work in (one, two)
        ]
    assert authors[0].isdisjoint(authors[1]), "the authors did change places"


def test_the_comparison_notices_an_author(
    house: House,
    judge: Card,
    entered: list[tuple[str, str]],
    twin: Callable[[], House],
    same_chance: Callable[[], None],
) -> None:
    visitor = Visitor(create_app(house)).sign_in(judge)
    visitor.token()
    other = twin()
    swap(other)
    walks = []
    for one in (house, other):
        app = create_app(one)
        first = select(Script.author_unit_id).order_by(Script.ref)
        app.view_functions["judge.desk"] = _leaking(one, first, app.view_functions["judge.desk"])
        walks.append(Walk(app, cookie_of(visitor)))
        walks[-1].get("/judge")
    assert differences(*walks) == ["GET /judge", "HEAD /judge"]


def _leaking(house: House, query: Any, desk: Any) -> Any:
    def leak() -> Any:
        with house.store.reading() as view:
            return desk(), {"ETag": f'"{view.session.scalars(query).first()}"'}

    leak.audiences = desk.audiences  # type: ignore[attr-defined]
    return leak


def planted(entered: list[tuple[str, str]]) -> list[str]:
    """Everything that could tell who wrote a script."""
    known = []
    for author, (ref, code) in zip(AUTHORS, entered, strict=True):
        known += [author.name, author.name.split()[-1], author.school, author.class_name, author.code, ref, code]
        known += [author.code.replace("-", ""), code.replace("-", ""), sort_key(author.name)]
        known += [str(author.account_id), str(author.person_id), str(author.unit_id)]
        known += [author.born.isoformat(), f"{author.born.day}/{author.born.month}/{author.born.year}"]
    return known


def test_no_planted_identifier_is_on_any_page_of_the_judge(
    house: House, app: Flask, judge: Card, entered: list[tuple[str, str]]
) -> None:
    visitor = Visitor(app).sign_in(judge)
    walk = Walk(app, cookie_of(visitor))
    judge_everything(walk)
    seen = "".join(f"{heard.headers}{heard.body.decode()}" for heard in walk.heard)
    assert "Bài rất hay." in seen and "Bài hay." in seen
    assert len(planted(entered)) == 30
    assert [word for word in planted(entered) if word in seen] == []
    with house.store.reading() as view:
        assert len(view.session.scalars(select(ScriptMark)).all()) == 8


def test_the_blind_paper_holds_no_identifier_in_its_text_nor_beside_it(
    house: House, entered: list[tuple[str, str]]
) -> None:
    with house.store.reading() as view:
        attempt = view.session.scalars(select(Attempt.id).where(Attempt.ref == entered[0][0])).one()
        named = entries.document(view, attempt, "https://thi.example.vn")
    shown, hidden = (_all_of(pdf.render_entry(paper)) for paper in (named, named.blind("MA-PHACH-01")))
    own = [word for word in planted(entered)[:15] if word in shown]
    assert {AUTHORS[0].name, AUTHORS[0].school, AUTHORS[0].class_name, entered[0][1], "29/3/2006"} <= set(own)
    assert "MA-PHACH-01" in hidden and "Bài hay." in hidden
    assert [word for word in planted(entered) if word in hidden] == []
    assert "thi.example.vn" not in hidden


def _all_of(paper: bytes) -> str:
    read = PdfReader(io.BytesIO(paper))
    links = [str(annotation.get_object()) for page in read.pages for annotation in page.get("/Annots", [])]
    inside = [str(read.metadata), str(read.trailer.get("/ID")), *links]
    return " ".join([*(page.extract_text() for page in read.pages), *inside, paper.decode("latin-1")])


# ── Who gets which script ──


def next_for(app: Flask, card: Card) -> tuple[Visitor, str]:
    visitor = Visitor(app).sign_in(card)
    return visitor, visitor.post("/judge/next").headers["Location"]


def opens(visitor: Visitor, path: str) -> bool:
    answer = visitor.get(path)
    assert answer.status_code in (200, 403, 404)
    return answer.status_code == 200


def sends(visitor: Visitor, path: str, **marks: str) -> TestResponse:
    return visitor.post(path, **(marks or MARKS))


@pytest.fixture
def script(house: House) -> str:
    """The page of the one script there is; its author is of THCS-A."""
    enter_script(house, enter(house))
    with house.store.reading() as view:
        return f"/judge/scripts/{view.session.scalars(select(Script.ref)).one()}"


def test_a_judge_never_gets_a_script_of_their_own_unit(house: House, app: Flask, script: str) -> None:
    colleague = enter(house, Role.JUDGE, unit="THCS-A", category="staff", name="Trần Văn Bình")
    visitor, given = next_for(app, colleague)
    assert given == "/judge"
    assert "Hiện không có bài nào chờ chấm." in visitor.get("/judge").text
    assert not opens(visitor, script)
    assert [sends(visitor, script).status_code, sends(visitor, f"{script}/release").status_code] == [403, 409]


def test_of_two_scripts_a_judge_gets_the_one_that_is_not_of_their_unit(house: House, app: Flask, script: str) -> None:
    enter_script(house, enter(house, unit="THCS-B", name="Hoàng Thị Lan"), "<p>Bài của trường bạn.</p>")
    visitor, given = next_for(app, enter(house, Role.JUDGE, unit="THCS-A", category="staff"))
    assert given not in ("/judge", script)
    assert "Bài của trường bạn." in visitor.get(given).text


def test_a_script_that_one_judge_holds_is_closed_to_the_others(
    house: House, app: Flask, judge: Card, script: str
) -> None:
    holder, given = next_for(app, judge)
    second, given_second = next_for(app, enter(house, Role.JUDGE, unit="PGD", category="staff"))
    assert (given, given_second) == (script, "/judge")
    assert opens(holder, script) and not opens(second, script)
    assert [sends(second, script).status_code, sends(second, f"{script}/release").status_code] == [404, 409]
    assert sends(holder, script).headers["Location"] == "/judge"


def test_asking_again_gives_the_same_script(house: House, app: Flask, judge: Card, script: str) -> None:
    enter_script(house, enter(house, name="Hoàng Thị Lan"))
    visitor, given = next_for(app, judge)
    assert {visitor.post("/judge/next").headers["Location"] for _ in range(3)} == {given}


def test_when_a_lease_ends_the_next_judge_gets_the_script(
    house: House, app: Flask, clock: Clock, judge: Card, script: str
) -> None:
    second = enter(house, Role.JUDGE, unit="PGD", category="staff", name="Phạm Văn Dũng")
    holder, _given = next_for(app, judge)
    clock.instant += rules.LEASE - timedelta(microseconds=1)
    assert opens(holder, script) and next_for(app, second)[1] == "/judge"
    clock.instant += timedelta(microseconds=1)
    assert not opens(holder, script)
    taker, given = next_for(app, second)
    assert given == script and opens(taker, script)
    assert sends(holder, script).status_code == 404
    assert sends(taker, script).headers["Location"] == "/judge"


def test_marks_sent_late_count_while_nobody_else_has_taken_the_script(
    house: House, app: Flask, clock: Clock, judge: Card, script: str
) -> None:
    holder, _given = next_for(app, judge)
    clock.instant += rules.LEASE + timedelta(hours=1)
    assert sends(holder, script).headers["Location"] == "/judge"
    assert totals(house) == [Decimal("15.75")]


def test_marks_sent_twice_are_kept_once_and_other_marks_are_refused(
    house: House, app: Flask, judge: Card, script: str
) -> None:
    visitor, _given = next_for(app, judge)
    assert [sends(visitor, script).status_code for _ in range(3)] == [302] * 3
    assert sends(visitor, script, **MARKS | {"mark-form": "1"}).status_code == 409
    same_total = MARKS | {"mark-content": "6,25", "mark-form": "2,25"}
    assert sends(visitor, script, **same_total).status_code == 409
    assert totals(house) == [Decimal("15.75")]
    with house.store.reading() as view:
        assert len(view.session.scalars(select(ScriptMark)).all()) == 4


@pytest.mark.parametrize("mark", ["", "8,5", "-1", "3,1", "NaN", "Infinity", "1e1", "mười", "9" * 400, "6\x00"])
def test_marks_that_do_not_fit_are_shown_again_and_nothing_is_kept(
    house: House, app: Flask, judge: Card, script: str, mark: str
) -> None:
    visitor, _given = next_for(app, judge)
    again = sends(visitor, script, **MARKS | {"mark-content": mark})
    assert again.status_code == 422 and 'value="4.25"' in again.text
    assert totals(house) == [None]
    assert opens(visitor, script)


def totals(house: House) -> list[Decimal | None]:
    with house.store.reading() as view:
        return list(view.session.scalars(select(Script.total)))


def test_an_empty_essay_is_nobodys_work(house: House) -> None:
    pupil = enter(house)
    hand_in(house, pupil, start(house, pupil))
    work_off(house)
    assert totals(house) == []
