"""S9: what every response says to the browser – pages, downloads, static files and every kind of error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from flask import Flask, abort
from flask_babel import gettext
from werkzeug.test import EnvironBuilder, TestResponse

from quizapp.app import create_app
from quizapp.contests.rules import RoundKind
from quizapp.foundation.access import Role
from quizapp.house import House
from quizapp.web.shared.access import ANYONE, open_to
from quizapp.web.shared.errors import DETAILS, TITLES
from quizapp.worker.loop import work_off
from tests.conftest import FULL, Stores
from tests.conftest import _house as a_house
from tests.factories import Clock, Visitor, answer_all, enter, hand_in, round_of, start

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
LARGE = b"x" * (1024 * 1024 + 1)


@pytest.fixture
def stumbling(app: Flask) -> Flask:
    """The application with views that go wrong."""
    return let_stumble(app)


def let_stumble(app: Flask) -> Flask:
    def stumble() -> str:
        raise RuntimeError("Bài viết của em Ánh Tuyết")

    for prefix in ("", "/api/v1"):
        app.add_url_rule(f"{prefix}/stumble", f"stumble{prefix}", open_to(ANYONE)(stumble))
        for status in (400, 429, 503):
            view = open_to(ANYONE)(lambda status=status: abort(status))
            app.add_url_rule(f"{prefix}/answer-{status}", f"{prefix}{status}", view)
    return app


@pytest.fixture(scope="module")
def answers(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, TestResponse]]:
    """One answer of every kind there is."""
    with contextmanager(a_house)(stores, FULL, tmp_path_factory.mktemp("headers"), Clock()) as house:
        app = create_app(house)
        app.config["PROPAGATE_EXCEPTIONS"] = None
        found = ask_for_everything(house, let_stumble(app))
        yield found
        for answer in found.values():
            answer.close()


def ask_for_everything(house: House, stumbling: Flask) -> dict[str, TestResponse]:
    pupil, judge, admin = enter(house), enter(house, Role.JUDGE, unit="PGD"), enter(house, Role.ADMINISTRATOR)
    done = start(house, pupil, RoundKind.WRITTEN)
    answer_all(house, pupil, done)
    code = hand_in(house, pupil, done)
    work_off(house)
    ref = start(house, pupil)
    nobody, mine = Visitor(stumbling), Visitor(stumbling).sign_in(pupil)
    theirs = {"judge": Visitor(stumbling).sign_in(judge), "admin": Visitor(stumbling).sign_in(admin)}
    save, manifest = f"/api/v1/attempts/{ref}/responses/1", "/static/build/manifest.json"
    known = nobody.get(manifest)
    not_json = {"data": "{}", "content_type": "text/plain", "headers": {"X-CSRFToken": mine.token()}}
    return {
        "200 front page": nobody.get("/"),
        "200 questions": mine.get(f"/attempts/{ref}"),
        "200 essay": mine.get(f"/attempts/{ref}/essay"),
        "200 pdf": mine.get(f"/attempts/{done}/entry.pdf"),
        "200 record": mine.get(f"/attempts/{done}/record.json"),
        "200 receipt": nobody.get(f"/receipts/{code}"),
        "200 desk": theirs["judge"].get("/judge"),
        "200 banks": theirs["admin"].get("/admin/banks"),
        "200 json": mine.get("/api/v1/rounds"),
        "200 head": nobody.client.head("/"),
        "200 options": nobody.client.options("/api/v1/session"),
        "200 static": known,
        "304 static": nobody.client.get(manifest, headers={"If-None-Match": known.headers["ETag"]}),
        "206 static": nobody.client.get(manifest, headers={"Range": "bytes=0-3"}),
        "416 static": nobody.client.get(manifest, headers={"Range": "bytes=999999-"}),
        "404 static": nobody.get("/static/build/nothing.js"),
        "404 out of static": nobody.get("/static/../config.py"),
        "204 signed out": Visitor(stumbling).sign_in(pupil).send("delete", "/api/v1/session", None),
        "302 sign-in": nobody.get("/contests"),
        "302 language": nobody.post("/language", lang="vi"),
        "308 slashes": nobody.client.open(EnvironBuilder().get_environ() | {"PATH_INFO": "//receipts"}),
        "400 csrf": nobody.client.post("/sign-out"),
        "400 csrf json": nobody.client.delete("/api/v1/session"),
        "400": nobody.get("/answer-400"),
        "401 json": nobody.get("/api/v1/rounds"),
        "401 page": nobody.post(f"/attempts/{ref}/hand-in"),
        "403": mine.get("/admin"),
        "403 json": mine.get("/api/v1/attempts/nobody".replace("nobody", _of_another(house))),
        "404": nobody.get("/nowhere"),
        "404 json": nobody.get("/api/v1/nowhere"),
        "404 receipt": nobody.get("/receipts/AAAA"),
        "405": nobody.post("/contests"),
        "405 json": nobody.client.patch("/api/v1/session"),
        "409": mine.post(f"/rounds/{round_of(house, RoundKind.WRITTEN).ref}/start"),
        "409 json": mine.send("put", f"/api/v1/attempts/{done}/responses/1", {"seq": 9, "choice": [0]}),
        "413": mine.client.post("/sign-out", data=LARGE, content_type="application/x-www-form-urlencoded"),
        "413 json": mine.client.put(save, data=LARGE, content_type="application/json", headers=not_json["headers"]),
        "415 json": mine.client.put(save, **not_json),
        "422": nobody.post("/sign-in"),
        "422 json": mine.send("put", save, {"seq": 0}),
        "429": nobody.get("/answer-429"),
        "429 json": nobody.get("/api/v1/answer-429"),
        "500": nobody.get("/stumble"),
        "500 json": nobody.get("/api/v1/stumble"),
        "503": nobody.get("/answer-503"),
        "503 json": nobody.get("/api/v1/answer-503"),
    }


def _of_another(house: House) -> str:
    return start(house, enter(house, name="Trần Văn Bình"))


def test_every_kind_of_answer_is_the_kind_it_says(answers: dict[str, TestResponse]) -> None:
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: int(name.split()[0]) for name in answers
    }


def test_every_answer_carries_every_header(answers: dict[str, TestResponse]) -> None:
    bare = {
        name: missing
        for name, answer in answers.items()
        if (missing := {header for header, value in ALWAYS.items() if answer.headers.getlist(header) != [value]})
    }
    assert bare == {}


def test_nothing_personal_is_kept_by_a_cache(answers: dict[str, TestResponse]) -> None:
    kept = {name: answer.headers["Cache-Control"] for name, answer in answers.items()}
    assert {name for name, value in kept.items() if value != "no-store"} == {
        "200 static",
        "206 static",
        "304 static",
    }
    assert kept["200 static"] == "public, max-age=31536000, immutable"


def test_a_static_file_sets_no_cookie(answers: dict[str, TestResponse]) -> None:
    assert [name for name, answer in answers.items() if "static" in name and "Set-Cookie" in answer.headers] == []


def test_no_answer_tells_what_it_runs_on(answers: dict[str, TestResponse]) -> None:
    chatty = {"Server", "X-Powered-By", "Via"}
    assert [name for name, answer in answers.items() if chatty & set(answer.headers.keys())] == []


def test_a_type_is_always_told_with_its_letters(answers: dict[str, TestResponse]) -> None:
    types = {answer.headers["Content-Type"] for answer in answers.values() if answer.data}
    assert types == {
        "text/html; charset=utf-8",
        "application/json",
        "application/problem+json",
        "application/pdf",
    }


def test_a_download_is_named_by_the_server(answers: dict[str, TestResponse]) -> None:
    record, pdf = (answers[name].headers["Content-Disposition"] for name in ("200 record", "200 pdf"))
    assert record == "attachment; filename=noi-dung-bai-du-thi.json"
    assert pdf.startswith("inline; filename=bai-du-thi-") and pdf.endswith(".pdf")


def test_a_wrong_method_is_told_which_ones_are_right(answers: dict[str, TestResponse]) -> None:
    assert set(answers["405"].headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/v1/nowhere", "/static/build/manifest.json"])
def test_over_https_the_browser_is_told_to_stay_there(https_app: Flask, path: str) -> None:
    with https_app.test_client().get(path, base_url="https://thi.example.vn") as answer:
        assert answer.headers["Strict-Transport-Security"] == HSTS
        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS


def test_over_http_nothing_is_said_of_https(answers: dict[str, TestResponse]) -> None:
    assert [name for name, answer in answers.items() if "Strict-Transport-Security" in answer.headers] == []


# ── What errors say ──

WHOLE = {"400", "400 csrf", "403", "404", "405", "413", "429", "500", "503"}


def parts(answer: TestResponse) -> dict[str, str]:
    page = BeautifulSoup(answer.text, "html.parser")
    names = [name.get_text(strip=True) for name in page.select("dl.told dt")]
    return dict(zip(names, [said.get_text(strip=True) for said in page.select("dl.told dd")], strict=True))


def test_an_error_page_says_in_vietnamese_what_happened_what_was_kept_and_what_next(
    answers: dict[str, TestResponse],
) -> None:
    for name in sorted(WHOLE):
        page = BeautifulSoup(answers[name].text, "html.parser")
        said = parts(answers[name])
        assert list(said) == ["Chuyện gì đã xảy ra", "Những gì được giữ lại", "Làm gì tiếp theo"], name
        assert all(said.values()), name
        assert page.html and page.html["lang"] == "vi"
        assert page.h1 and page.h1.text == TITLES[answers[name].status_code]


def test_every_error_page_leads_home(answers: dict[str, TestResponse]) -> None:
    pages = [answer for name, answer in answers.items() if name[0] in "45" and "told" in answer.text]
    assert len(pages) >= len(WHOLE)
    assert [
        BeautifulSoup(page.text, "html.parser").select_one('main a.button[href="/"]') is None for page in pages
    ] == [False] * len(pages)


def test_an_error_of_the_interface_is_a_problem_in_words(answers: dict[str, TestResponse]) -> None:
    problems = {name: answer for name, answer in answers.items() if name[0] in "45" and name.endswith("json")}
    assert len(problems) >= 10
    for name, answer in problems.items():
        told = answer.get_json()
        assert answer.content_type == "application/problem+json", name
        assert told["status"] == answer.status_code and told["type"].startswith("urn:quizapp:"), name
        assert told["title"] == TITLES[answer.status_code] and told["detail"].endswith("."), name


def test_a_stumble_quotes_nobody(stumbling: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    pages = [Visitor(stumbling).get(path) for path in ("/stumble", "/api/v1/stumble")]
    shown, logged = "".join(page.text for page in pages), "".join(capfd.readouterr())
    assert logged.count("unforeseen") == 2, "the stumbling itself is told"
    assert [word for word in ("Ánh Tuyết", "Traceback", ".py") if word in shown + logged] == []
    assert "RuntimeError" not in shown


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda visitor: visitor.get("/nowhere"), 404),
        (lambda visitor: visitor.post("/contests"), 405),
        (lambda visitor: visitor.get("/stumble"), 500),
        (lambda visitor: visitor.get("/answer-429"), 429),
    ],
    ids=["404", "405", "500", "429"],
)
def test_who_chose_english_is_answered_in_english(
    stumbling: Flask, ask: Callable[[Visitor], TestResponse], status: int
) -> None:
    visitor = Visitor(stumbling)
    visitor.post("/language", lang="en")
    answer = ask(visitor)
    with stumbling.test_request_context(headers={"Cookie": f"session={_cookie(visitor)}"}):
        expected = [gettext(TITLES[status]), *map(gettext, DETAILS[status])]
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.html and page.html["lang"] == "en"
    assert [page.h1.text if page.h1 else "", *parts(answer).values()] == expected


def _cookie(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("session")
    return cookie.value if cookie else ""
