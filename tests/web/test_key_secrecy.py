"""S1: flip the key of every question in the banks, and no contestant receives a different byte before the release."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import msgspec
import pytest
from flask import Flask, Response
from sqlalchemy import select, update

from quizapp.app import create_app
from quizapp.attempts import queries as attempts
from quizapp.banks import loader
from quizapp.banks import queries as banks
from quizapp.banks.formats import native
from quizapp.banks.models import ItemVersion
from quizapp.banks.rules import DOMAINS, Kind
from quizapp.config import ROOT
from quizapp.contests import queries as contests
from quizapp.contests import rules
from quizapp.contests.presets import RoundPreset, read_preset
from quizapp.contests.rules import Draw, DrawnItem
from quizapp.contests.services import create_contest
from quizapp.foundation.access import SYSTEM
from quizapp.grading.models import ChoiceScore
from quizapp.house import House
from quizapp.web.shared.access import open_to
from quizapp.worker.loop import work_off
from tests.factories import Card, Visitor, enter, round_of
from tests.web.transcript import Walk, cookie_of, differences

# χ² that chance exceeds once in a hundred times, by degrees of freedom.
ONE_IN_A_HUNDRED = {3: 11.345, 9: 21.666}
PAPERS = 400


@pytest.fixture
def teacher(house: House) -> Card:
    return enter(house, category="staff")


@pytest.fixture
def whole_banks(house: House, teacher: Card) -> dict[str, str]:
    """Rounds that ask every choice item of all banks: one that shows the score, one that shows nothing yet."""
    shown, hidden = (read_preset(name) for name in ("ha-noi-2019", "thanh-xuan-2019"))
    with house.store.unit_of_work(SYSTEM) as work:
        count = len([item for item in banks.pool(work.session) if item.kind != Kind.ESSAY])
        every = (_ask_everything(shown.rounds[0], count), _ask_everything(hidden.rounds[0], count))
        create_contest(work, msgspec.structs.replace(shown, slug="every-item", rounds=every))
    with house.store.reading() as view:
        asked = [row for row in contests.list_rounds(view.session) if row.terms.item_count == count]
    return {row.kind.value: row.ref for row in asked}


def _ask_everything(told: RoundPreset, count: int) -> RoundPreset:
    who = {"secondary": ("staff",)}
    terms = msgspec.structs.replace(told.terms, draw=(Draw(DOMAINS, count),), enter=who, closes_by_unit_kind={})
    return msgspec.structs.replace(told, terms=terms)


def flip_keys(house: House) -> int:
    """Make other options right in every choice item, explanations included; return in how many."""
    with house.store.unit_of_work(SYSTEM) as work:
        versions = work.session.scalars(select(ItemVersion).where(ItemVersion.kind != "essay")).all()
        for version in versions:
            ids = [option for option, _text in version.body["options"]]
            other = sorted(ids[(ids.index(right) + 1) % len(ids)] for right in version.answer_key or ())
            assert other != sorted(version.answer_key or ())
            notes = version.notes | {"explanation": str(version.notes["explanation"])[::-1]}
            change = update(ItemVersion).where(ItemVersion.id == version.id)
            work.session.execute(change.values(answer_key=other, notes=notes))
    return len(versions)


def pages(ref: str) -> list[str]:
    return [f"/api/v1/attempts/{ref}", *(f"/attempts/{ref}{page}" for page in ("", "/essay", "/review"))]


def lobby(round_ref: str) -> list[str]:
    everywhere = ["/", "/contests", "/receipts", "/api/v1/session", "/api/v1/rounds", "/api/v1/openapi.json"]
    return [*everywhere, f"/rounds/{round_ref}", "/attempts/nowhere", "/api/v1/attempts/nowhere"]


def sit(walk: Walk, round_ref: str) -> str:
    """Go through the whole paper up to the hand-in, errors included; return the attempt's name."""
    walk.get(*lobby(round_ref))
    attempt = walk.send("post", f"/api/v1/rounds/{round_ref}/attempts", {}).get_json()
    ref = str(attempt["ref"])
    walk.get(*pages(ref))
    for item in attempt["items"]:
        change: dict[str, Any] = {"html": "<p>Em thấy tiện.</p>"} if item["kind"] == "essay" else {"choice": [0]}
        path = f"/api/v1/attempts/{ref}/responses/{item['no']}"
        assert walk.send("put", path, {"seq": 2, **change}).status_code == 200
        walk.send("put", path, {"seq": 1, "choice": [1]})
    for again in ({"seq": 2, "choice": [0]}, {"seq": 3, "choice": [99]}, {"seq": 3, "choice": []}, {"seq": 3, "x": 1}):
        walk.send("put", f"/api/v1/attempts/{ref}/responses/1", again)
    walk.get(*lobby(round_ref), *pages(ref))
    return ref


def hand_in(walk: Walk, ref: str) -> list[str]:
    """Hand in; return the pages there are afterwards."""
    code = walk.send("post", f"/api/v1/attempts/{ref}/hand-in", {}).get_json()["code"]
    walk.send("post", f"/api/v1/attempts/{ref}/hand-in", {})
    walk.send("put", f"/api/v1/attempts/{ref}/responses/1", {"seq": 9, "choice": [1]})
    papers = [f"/attempts/{ref}/{name}" for name in ("receipt", "record.json", "entry.pdf")]
    return [*pages(ref), *papers, f"/api/v1/attempts/{ref}/receipt", f"/receipts/{code}", f"/api/v1/receipts/{code}"]


Houses = tuple[House, House]


@pytest.fixture
def two_houses(house: House, cookie: str, twin: Callable[[], House]) -> Houses:
    """Two houses alike in everything but the keys."""
    other = twin()
    assert flip_keys(other) >= 120
    return house, other


@pytest.fixture
def cookie(house: House, whole_banks: dict[str, str], teacher: Card, same_chance: Callable[[], None]) -> str:
    """A cookie that opens both houses: it was given before they parted."""
    visitor = Visitor(create_app(house)).sign_in(teacher)
    visitor.token()
    return cookie_of(visitor)


@pytest.fixture
def walks(cookie: str, two_houses: Houses) -> tuple[Walk, Walk]:
    first, second = (Walk(create_app(house), cookie) for house in two_houses)
    return first, second


def test_no_byte_depends_on_a_key_before_the_hand_in_nor_after_where_nothing_is_shown(
    walks: tuple[Walk, Walk],
    two_houses: Houses,
    whole_banks: dict[str, str],
    same_chance: Callable[[], None],
) -> None:
    for walk, house in zip(walks, two_houses, strict=True):
        same_chance()
        ref = sit(walk, whole_banks["written"])
        after = hand_in(walk, ref)
        walk.get(*after)
        work_off(house)
        walk.get(*after, *lobby(whole_banks["written"]))
    assert differences(*walks) == []
    asked_for = {item["stem"] for item in _attempt(walks[0])["items"] if item["kind"] != "essay"}
    assert len(asked_for) >= 120
    points = [_points(house) for house in two_houses]
    assert points[0] != points[1], "the keys do differ: the same answers earn other points"


def test_where_the_score_is_shown_it_is_all_that_is_shown(
    walks: tuple[Walk, Walk],
    two_houses: Houses,
    whole_banks: dict[str, str],
    same_chance: Callable[[], None],
) -> None:
    for walk, house in zip(walks, two_houses, strict=True):
        same_chance()
        after = hand_in(walk, sit(walk, whole_banks["sitting"]))
        work_off(house)
        with house.store.unit_of_work(SYSTEM) as work:
            work.session.execute(update(ChoiceScore).values(points=31))
        walk.get(*after)
        _make_alike(walk)
    assert differences(*walks) == []
    shown = walks[0].visitor.get(next(path for path in after if path.endswith("/receipt"))).text
    assert "31/" in shown


def _make_alike(walk: Walk) -> None:
    """Write 31 points into the answer to the hand-in, which tells the score, as it stands everywhere else."""
    for at, heard in enumerate(walk.heard):
        if heard.asked.startswith("post ") and "/hand-in " in heard.asked:
            told = json.loads(heard.body)
            told["score"]["points"] = "31"
            length = ("Content-Length", "31")
            headers = tuple(length if name == "Content-Length" else (name, value) for name, value in heard.headers)
            walk.heard[at] = replace(heard, headers=headers, body=json.dumps(told).encode())


def _attempt(walk: Walk) -> dict[str, Any]:
    told = [json.loads(heard.body) for heard in walk.heard if heard.asked.startswith("GET /api/v1/attempts/")]
    return next(body for body in told if "items" in body)


def _points(house: House) -> list[Any]:
    with house.store.reading() as view:
        return list(view.session.scalars(select(ChoiceScore.points)))


def leak_in_the_body(key: str) -> Response:
    return Response(f"Đáp án: {key}")


def leak_in_the_etag(key: str) -> Response:
    return Response("Không có gì ở đây.", headers={"ETag": f'"{hash(key) % 1000}"'})


def leak_in_the_length(key: str) -> Response:
    return Response(" " * sum(map(ord, key)))


def leak_in_the_status(key: str) -> Response:
    return Response("Không có gì ở đây.", status=200 if "a" in key else 202)


@pytest.mark.parametrize("leak", [leak_in_the_body, leak_in_the_etag, leak_in_the_length, leak_in_the_status])
def test_the_comparison_catches_a_leak(two_houses: Houses, cookie: str, leak: Callable[[str], Response]) -> None:
    walks = []
    for house in two_houses:
        app = create_app(house)
        app.add_url_rule("/leak", view_func=open_to("participant")(lambda house=house: leak(_first_key(house))))
        walks.append(Walk(app, cookie))
        walks[-1].get("/contests", "/leak")
    caught = differences(*walks)
    assert "GET /leak" in caught and "GET /contests" not in caught


def _first_key(house: House) -> str:
    with house.store.reading() as view:
        query = select(ItemVersion.answer_key).where(ItemVersion.kind == "single").order_by(ItemVersion.id)
        return "".join(view.session.scalars(query).first() or ())


# ── Where the right option stands says nothing ──


def table_of_right_options(house: House, papers: list[tuple[DrawnItem, ...]]) -> Counter[tuple[int, int]]:
    """Count (the bank's place of the right option, its place on the paper) over single items with four options."""
    with house.store.reading() as view:
        versions = {item.version_id for paper in papers for item in paper}
        keys, asked = banks.keys(view.session, versions), banks.asked(view.session, versions)
    counted: Counter[tuple[int, int]] = Counter()
    for item in (item for paper in papers for item in paper if item.kind == "single" and len(item.order) == 4):
        ids = [option for option, _text in asked[item.version_id].options]
        right = ids.index(next(iter(keys[item.version_id])))
        counted[right, item.order.index(right)] += 1
    return counted


def papers_of(house: House) -> list[tuple[DrawnItem, ...]]:
    found = round_of(house)
    with house.store.reading() as view:
        pool = contests.candidates(view.session, found.id)
    return [rules.draw_paper(found.terms, pool, "student", Random(seed)) for seed in range(PAPERS)]


def of_places(table: Counter[tuple[int, int]]) -> float:
    """χ² of the places on the paper against one in four."""
    shown = Counter[int]()
    for (_in_bank, on_paper), number in table.items():
        shown[on_paper] += number
    expected = shown.total() / 4
    return sum((shown[place] - expected) ** 2 / expected for place in range(4))


def of_dependence(table: Counter[tuple[int, int]]) -> float:
    """χ² of the place on the paper against the place in the bank."""
    rows = [sum(table[row, column] for column in range(4)) for row in range(4)]
    columns = [sum(table[row, column] for row in range(4)) for column in range(4)]
    cells = [
        (table[row, column], rows[row] * columns[column] / table.total()) for row in range(4) for column in range(4)
    ]
    return sum((found - expected) ** 2 / expected for found, expected in cells)


def test_the_right_option_stands_anywhere_alike(house: House) -> None:
    table = table_of_right_options(house, papers_of(house))
    assert table.total() > 10_000
    assert of_places(table) < ONE_IN_A_HUNDRED[3]
    assert of_dependence(table) < ONE_IN_A_HUNDRED[9]


def test_papers_in_the_banks_own_order_would_be_noticed(house: House) -> None:
    plain = [
        tuple(DrawnItem(item.version_id, item.kind, tuple(sorted(item.order))) for item in paper)
        for paper in papers_of(house)
    ]
    assert of_dependence(table_of_right_options(house, plain)) > ONE_IN_A_HUNDRED[9]


# ── What lies about openly ──


def test_what_anyone_may_fetch_holds_nothing_of_the_banks(app: Flask) -> None:
    client = app.test_client()
    lying_about = {"openapi": client.get("/api/v1/openapi.json").text, "front page": client.get("/").text}
    for path in sorted((ROOT / "quizapp" / "static").rglob("*.*")):
        if path.suffix != ".woff2":
            lying_about[path.name] = path.read_text("utf-8", errors="ignore")
    secrets = [
        part
        for folder in sorted((ROOT / "question_banks").iterdir())
        if folder.is_dir()
        for located in native.read(loader.from_folder(folder)).questions
        for part in (f'"{located.question.code}"', located.question.stem, located.question.explanation)
        if part
    ]
    assert len(secrets) >= 360
    assert [(name, part) for name, text in lying_about.items() for part in secrets if part in text] == []
    assert "answer_key" not in "".join(lying_about.values())


def test_an_attempt_tells_these_names_and_no_others(house: House, visitor: Visitor) -> None:
    visitor.sign_in(enter(house))
    told = visitor.send("post", f"/api/v1/rounds/{round_of(house).ref}/attempts", {}).get_json()
    assert set(told) == {"ref", "state", "kind", "started_at", "deadline", "server_time", "items"}
    choice = {"no", "kind", "stem", "options", "choice", "seq", "saved_at"}
    essay = {"no", "kind", "stem", "word_limit", "html", "words", "seq", "saved_at"}
    assert {frozenset(item) for item in told["items"]} == {frozenset(choice), frozenset(essay)}


def test_the_paper_that_is_drawn_holds_no_key(house: House) -> None:
    assert "key" not in " ".join(attempts.PaperItem.__annotations__)
    assert "key" not in " ".join(banks.Asked.__annotations__)
