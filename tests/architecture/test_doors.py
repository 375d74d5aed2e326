"""Who may knock where, and which doors the house has. Import contracts (setup.cfg) hold the rest."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from quizapp.config import ROOT
from quizapp.contests.rules import RoundKind
from quizapp.foundation.access import Role
from quizapp.house import House
from quizapp.judging import services as judging
from quizapp.web.shared.access import open_to
from quizapp.worker.loop import work_off
from tests.factories import Card, Visitor, answer_all, enter, hand_in, round_of, start
from tests.web.stored import stored

# Every route, and what each kind of visitor hears from it. "pupil" owns the attempts; "other" is a pupil of the same
# class; "judge" holds the script, "judge 2" does not; "→" leads to the sign-in page, and signing in leads on.
TABLE = """
                                        nobody  pupil  other  judge  judge 2  admin
GET    /                                200     200    200    200    200      200
GET    /healthz                         200     200    200    200    200      200
GET    /readyz                          200     200    200    200    200      200
GET    /sign-in                         200     302    302    302    302      302
POST   /sign-in                         422     422    422    422    422      422
POST   /language                        302     302    302    302    302      302
GET    /receipts                        200     200    200    200    200      200
GET    /receipts/<code>                 200     200    200    200    200      200
GET    /static/<path:filename>          200     200    200    200    200      200
GET    /contests                        →       200    200    403    403      403
GET    /rounds/<ref>                    →       200    200    403    403      403
POST   /rounds/<ref>/start              401     302    302    403    403      403
GET    /attempts/<ref>                  →       200    403    403    403      403
GET    /attempts/<ref>/essay            →       200    403    403    403      403
GET    /attempts/<ref>/review           →       200    403    403    403      403
GET    /attempts/<ref>/receipt          →       200    403    403    403      403
GET    /attempts/<ref>/entry.pdf        →       200    403    403    403      403
GET    /attempts/<ref>/record.json      →       200    403    403    403      403
GET    /judge                           →       403    403    200    200      403
GET    /judge/scripts/<ref>             →       403    403    200    404      403
POST   /judge/scripts/<ref>             401     403    403    422    404      403
POST   /judge/scripts/<ref>/release     401     403    403    302    409      403
POST   /judge/next                      401     403    403    302    302      403
GET    /admin                           →       403    403    403    403      200
GET    /admin/banks                     →       403    403    403    403      200
POST   /admin/banks                     401     403    403    403    403      422
POST   /admin/jobs/again                401     403    403    403    403      302
GET    /admin/banks/<key>               →       403    403    403    403      404
POST   /admin/banks/<key>               401     403    403    403    403      404
GET    /admin/rounds                    →       403    403    403    403      200
GET    /admin/rounds/<ref>/time         →       403    403    403    403      200
POST   /admin/rounds/<ref>/extend       401     403    403    403    403      422
POST   /admin/rounds/<ref>/pause        401     403    403    403    403      422
POST   /admin/rounds/<ref>/resume       401     403    403    403    403      409
GET    /admin/attempts/set-aside        →       403    403    403    403      404
GET    /admin/attempts/set-aside/<ref>/<int:no>/<digest>  →  403  403  403  403  404
GET    /display                         →       200    200    200    200      200
POST   /display                         401     422    422    422    422      422
GET    /api/v1/openapi.json             200     200    200    200    200      200
GET    /api/v1/session                  200     200    200    200    200      200
POST   /api/v1/session                  422     422    422    422    422      422
GET    /api/v1/settings                 401     200    200    200    200      200
PUT    /api/v1/settings                 401     422    422    422    422      422
GET    /api/v1/rounds                   401     200    200    403    403      403
POST   /api/v1/rounds/<ref>/attempts    401     200    200    403    403      403
GET    /api/v1/attempts/<ref>           401     200    403    403    403      403
PUT    /api/v1/attempts/<ref>/responses/<int:no>  401  200  403  403  403  403
GET    /api/v1/attempts/<ref>/time      401     200    403    403    403      403
GET    /api/v1/attempts/<ref>/responses/<int:no>/versions  401  404  403  403  403  403
GET    /api/v1/attempts/<ref>/responses/<int:no>/versions/<version>  401  404  403  403  403  403
GET    /api/v1/attempts/<ref>/receipt   401     200    403    403    403      403
POST   /attempts/<ref>/hand-in          401     302    403    403    403      403
POST   /api/v1/attempts/<ref>/hand-in   401     200    403    403    403      403
GET    /api/v1/receipts/<code>          200     200    200    200    200      200
DELETE /api/v1/session                  401     204    204    204    204      204
POST   /sign-out                        302     302    302    302    302      302
"""
# A stranger comes first, the owner last, so that a door left open is seen before its owner goes through it.
KNOCKING = ("nobody", "other", "judge 2", "admin", "judge", "pupil")
ROUTE = re.compile(r"(?P<method>[A-Z]+)\s+(?P<rule>/\S*)\s+(?P<answers>.+)")
Answers = dict[tuple[str, str], dict[str, str]]


def read_table() -> Answers:
    head, *lines = TABLE.strip("\n").splitlines()
    visitors = re.split(r"\s{2,}", head.strip())
    rows = [found for line in lines if (found := ROUTE.fullmatch(line))]
    return {(row["method"], row["rule"]): dict(zip(visitors, row["answers"].split(), strict=True)) for row in rows}


def routes(app: Flask) -> set[tuple[str, str]]:
    unasked = {"HEAD", "OPTIONS"}
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - unasked}


@pytest.fixture
def people(house: House) -> dict[str, Card]:
    """One of each kind; the judges are of the office, whose scripts none of these are."""
    return {
        "pupil": enter(house),
        "other": enter(house, name="Trần Văn Bình"),
        "judge": enter(house, Role.JUDGE, unit="PGD", category="staff", name="Lê Thị Chi"),
        "judge 2": enter(house, Role.JUDGE, unit="PGD", category="staff", name="Phạm Văn Dũng"),
        "admin": enter(house, Role.ADMINISTRATOR, unit="PGD", category="staff", name="Đỗ Thu Hà"),
    }


@pytest.fixture
def things(house: House, people: dict[str, Card]) -> dict[str, str]:
    """The pupil's open sitting, their written entry that is handed in and printed, and the script a judge holds."""
    pupil = people["pupil"]
    done = start(house, pupil, RoundKind.WRITTEN)
    answer_all(house, pupil, done)
    code = hand_in(house, pupil, done)
    work_off(house)
    with house.store.unit_of_work(people["judge"].actor) as work:
        script = judging.take_next(work) or ""
    return {
        "round": round_of(house).ref,
        "open": start(house, pupil),
        "done": done,
        "code": code,
        "script": script,
        "key": "0" * 64 + ".zip",
    }


def address(rule: str, things: dict[str, str]) -> str:
    """Return the address of the pupil's own thing – what is handed in, where the page is about that."""
    after = rule.endswith(("/receipt", "/entry.pdf", "/record.json"))
    name = "round" if "/rounds/" in rule else "script" if "/scripts/" in rule else "done" if after else "open"
    known = {"<ref>": things[name], "<code>": things["code"], "<key>": things["key"], "<int:no>": "1"}
    known |= {"<version>": "1", "<digest>": "0" * 64}
    for slot, value in known.items():
        rule = rule.replace(slot, value)
    return rule.replace("<path:filename>", "build/manifest.json")


def knock(visitor: Visitor, method: str, path: str) -> TestResponse:
    """Ask as an honest page would: with the token, and with JSON where JSON is spoken."""
    if method == "GET":
        return visitor.get(path)
    if path.startswith("/api/"):
        return visitor.send(method, path, {"seq": 1, "choice": [0]} if method == "PUT" else {})
    return visitor.post(path)


def heard(answer: TestResponse) -> str:
    asked_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=/")
    answer.close()
    return "→" if asked_to_sign_in else str(answer.status_code)


# ── The first lock: a route says who may knock ──


def test_no_route_is_silent_about_its_audience(app: Flask) -> None:
    silent = {rule.endpoint for rule in app.url_map.iter_rules() if not _audiences(app, rule.endpoint)}
    assert silent == set()


def test_every_audience_is_a_role_or_everybody(app: Flask) -> None:
    named = {name for rule in app.url_map.iter_rules() for name in _audiences(app, rule.endpoint)}
    assert named == {"anyone", "signed-in", *Role}


def _audiences(app: Flask, endpoint: str) -> frozenset[str]:
    return getattr(app.view_functions[endpoint], "audiences", frozenset())


@pytest.mark.parametrize("role", [None, *Role])
def test_a_route_that_says_nothing_is_closed_to_everybody(house: House, app: Flask, role: Role | None) -> None:
    app.add_url_rule("/forgotten", view_func=lambda: "Ai cũng đọc được.", methods=["GET", "POST"])
    visitor = Visitor(app)
    if role:
        visitor.sign_in(enter(house, role))
    assert [heard(visitor.get("/forgotten")), heard(visitor.post("/forgotten"))] == ["403", "403"]


def test_a_route_that_opens_itself_to_nobody_is_closed(house: House, app: Flask) -> None:
    app.add_url_rule("/nobody", view_func=open_to()(lambda: "Ai cũng đọc được."))
    assert heard(Visitor(app).sign_in(enter(house, Role.ADMINISTRATOR)).get("/nobody")) == "403"


# ── Every route, every visitor, the pupil's own things ──


def test_the_table_names_every_route_and_no_other(app: Flask) -> None:
    assert set(read_table()) == routes(app)


def test_every_visitor_hears_what_the_table_says(
    house: House, app: Flask, people: dict[str, Card], things: dict[str, str]
) -> None:
    visitors = {name: Visitor(app).sign_in(card) for name, card in people.items()} | {"nobody": Visitor(app)}
    wrong, before = [], stored(house)
    for (method, rule), expected in read_table().items():
        path = address(rule, things)
        for name in KNOCKING:
            found = heard(knock(visitors[name], method, path))
            if found != expected[name]:
                wrong.append(f"{name}: {method} {path} answered {found}, not {expected[name]}")
            after = stored(house)
            if (found[0] in "4→" or method == "GET") and after != before:
                wrong.append(f"{name}: {method} {path} answered {found} and yet changed something")
            before = after
    assert wrong == []


@pytest.mark.parametrize("path", ["/attempts/{}", "/attempts/{}/entry.pdf", "/api/v1/attempts/{}", "/judge/scripts/{}"])
def test_a_name_nobody_has_is_not_found(house: House, app: Flask, path: str) -> None:
    visitor = Visitor(app).sign_in(enter(house, Role.JUDGE if "judge" in path else Role.PARTICIPANT))
    assert [heard(visitor.get(path.format(name))) for name in ("nobody", "1", "..", "%00")] == ["404"] * 4


def test_a_receipt_tells_anyone_nothing_of_its_owner(
    people: dict[str, Card], things: dict[str, str], app: Flask
) -> None:
    pupil = people["pupil"]
    for path in (f"/receipts/{things['code']}", f"/api/v1/receipts/{things['code']}"):
        told = Visitor(app).get(path).text
        assert things["code"] in told
        assert [
            secret for secret in (pupil.name, pupil.code, things["done"], "Sông Xanh", "6A1") if secret in told
        ] == []


# ── One door each ──

Finder = Callable[[ast.AST], bool]


def places(finder: Finder) -> set[str]:
    """Return the modules of quizapp that hold a piece of code."""
    return {name for name, tree in _trees() if any(finder(node) for node in ast.walk(tree))}


def _trees() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted((ROOT / "quizapp").rglob("*.py")):
        if "versions" not in path.parts:
            yield path.relative_to(ROOT / "quizapp").as_posix(), ast.parse(path.read_text("utf-8"))


def calls(*names: str) -> Finder:
    """Find calls of a name, however it was reached: ``now()``, ``datetime.now()``, ``func.now()``."""

    def find(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called in names

    return find


def mentions(module: str, *names: str) -> Finder:
    """Find ``module.name`` and ``from module import name``."""

    def find(node: ast.AST) -> bool:
        if isinstance(node, ast.ImportFrom):
            return node.module == module and any(alias.name in names for alias in node.names)
        named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
        return named and node.attr in names

    return find


def test_only_the_unit_of_work_commits() -> None:
    """Migrations run in a transaction of their own, and so does the move to another database."""
    committing = {"foundation/road.py", "foundation/work.py", "migrations/env.py", "cli/migrate_store.py"}
    assert places(calls("commit", "begin_nested", "autocommit")) == committing


def test_only_one_module_reads_the_clock() -> None:
    assert places(calls("now", "utcnow", "today", "time_ns", "current_timestamp")) == {"foundation/clock.py"}
    assert places(mentions("time", "time", "gmtime", "localtime", "strftime")) == set()


def test_a_house_is_the_only_one_to_open_a_session_on_the_database() -> None:
    """The session of the S3 storage is boto3's, and knows no database."""
    opening = {"foundation/work.py", "foundation/db.py", "foundation/storage_s3.py"}
    assert places(calls("Session", "sessionmaker", "create_engine")) == opening


def test_only_cleaned_essays_are_marked_as_safe_html() -> None:
    """``Markup(...)`` of a variable: the judge's page and the paper; our own marks, and JSON that was escaped.

    Everything else goes through autoescape.
    """

    def marks(node: ast.AST) -> bool:
        bare = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup"
        return bare and any(not isinstance(argument, ast.Constant) for argument in node.args)

    assert places(marks) == {
        "entries/pdf.py",
        "web/judge/views.py",
        "web/shared/mould.py",
        "web/contestant/sheets.py",
    }
    assert places(calls("render_template_string", "eval", "exec", "loads_unsafe")) == set()
    assert places(mentions("pickle", "loads", "load")) == set()


def test_templates_never_switch_escaping_off_nor_write_scripts_inline() -> None:
    safe = {"macros/icons.html", "print/base.html"}
    found = {name for name, text in _templates() if re.search(r"\|\s*safe\b|autoescape\s+false", text)}
    assert found <= safe
    handlers = re.compile(r"<[^>{]*\son[a-z]+\s*=|javascript:|<script(?![^>]*(src=|type=\"application/json\"))", re.I)
    assert {name for name, text in _templates() if handlers.search(text)} == set()
    styled = {name for name, text in _templates() if re.search(r"<style|\sstyle\s*=", text)}
    assert {name for name in styled if not name.startswith("print/")} == set()


def _templates() -> Iterator[tuple[str, str]]:
    folder = ROOT / "templates"
    for path in sorted(folder.rglob("*.html")):
        yield path.relative_to(folder).as_posix(), _without_comments(path)


def _without_comments(path: Path) -> str:
    return re.sub(r"{#.*?#}", "", path.read_text("utf-8"), flags=re.S)
