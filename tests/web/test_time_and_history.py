"""The clock a page looks at, an essay's history, and how pages look for one person."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from quizapp.attempts import more_time
from quizapp.foundation.access import SYSTEM, Role
from quizapp.house import House
from tests.factories import Card, Clock, Visitor, enter, hand_in, round_of, start
from tests.statements import counted

ESSAY = 41
LARGE = {"text_size": "150", "contrast": "high", "face": "readable", "motion": "reduced"}
USUAL = {"text_size": "100", "contrast": "normal", "face": "standard", "motion": "full"}
LONG = "<p>" + "chữ " * 60 + "</p>"


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


@pytest.fixture
def ref(house: House, pupil: Card) -> str:
    return start(house, pupil)


@pytest.fixture
def page(app: Flask, pupil: Card) -> Visitor:
    return Visitor(app).sign_in(pupil)


# ── time ──


def time(page: Visitor, ref: str) -> dict[str, Any]:
    told: dict[str, Any] = page.get(f"/api/v1/attempts/{ref}/time").get_json()
    return told


def test_a_page_sees_a_deadline_move_and_a_pause_come_and_go(
    house: House, clock: Clock, pupil: Card, ref: str, page: Visitor
) -> None:
    started = clock.instant
    first = time(page, ref)
    assert first == {
        "server_time": started.isoformat().replace("+00:00", "Z"),
        "deadline": (started + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        "state": "open",
        "paused": False,
    }
    with house.store.unit_of_work(SYSTEM) as work:
        more_time.extend(work, round_of(house).ref, 10, "Mất điện")
        more_time.pause(work, round_of(house).ref, "Mất mạng")
    assert time(page, ref)["paused"] is True
    clock.pass_(seconds=90)
    with house.store.unit_of_work(SYSTEM) as work:
        more_time.resume(work, round_of(house).ref)
    told = time(page, ref)
    assert (told["paused"], datetime.fromisoformat(told["deadline"])) == (
        False,
        started + timedelta(hours=1, minutes=10, seconds=90),
    )
    hand_in(house, pupil, ref)
    assert time(page, ref)["state"] == "handed_in"


def test_a_look_at_the_clock_is_two_statements_with_the_door(house: House, ref: str, page: Visitor) -> None:
    with counted(house.engine) as statements:
        time(page, ref)
    assert len(statements) <= 2


def test_the_rounds_tell_the_window_as_it_was_extended_and_that_they_stand_still(
    house: House, clock: Clock, app: Flask, page: Visitor, pupil: Card
) -> None:
    view = round_of(house)
    with house.store.unit_of_work(SYSTEM) as work:
        more_time.extend(work, view.ref, 10, "Mất điện", person=pupil.code)
    clock.instant = view.closes_at
    page.sign_in(pupil)  # their session has long ended
    other = Visitor(app).sign_in(enter(house))
    assert [told(one, view.ref)["state"] for one in (page, other)] == ["open", "closed"]
    assert datetime.fromisoformat(told(page, view.ref)["closes_at"]) == view.closes_at + timedelta(minutes=10)
    assert "Sẵn sàng?" in page.get(f"/rounds/{view.ref}").text
    with house.store.unit_of_work(SYSTEM) as work:
        more_time.pause(work, view.ref, "Mất mạng")
    clock.pass_(hours=1)
    assert (told(page, view.ref)["state"], told(page, view.ref)["paused"]) == ("open", True)
    for path in (f"/rounds/{view.ref}", "/contests"):
        assert "Ban tổ chức đang tạm dừng vòng thi." in page.get(path).text
    assert "Sẵn sàng?" not in page.get(f"/rounds/{view.ref}").text
    answer = page.send("post", f"/api/v1/rounds/{view.ref}/attempts", {})
    assert (answer.status_code, answer.get_json()["type"]) == (409, "urn:quizapp:round-paused")


def told(page: Visitor, ref: str) -> dict[str, Any]:
    rounds = page.get("/api/v1/rounds").get_json()["rounds"]
    return next(one for one in rounds if one["ref"] == ref)


# ── history ──


def write(page: Visitor, ref: str, seq: int, html: str) -> None:
    answer = page.send("put", f"/api/v1/attempts/{ref}/responses/{ESSAY}", {"seq": seq, "html": html})
    assert answer.status_code == 200, answer.text


def history(page: Visitor, ref: str) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = page.get(f"/api/v1/attempts/{ref}/responses/{ESSAY}/versions").get_json()["versions"]
    return kept


def version(page: Visitor, ref: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = page.get(f"/api/v1/attempts/{ref}/responses/{ESSAY}/versions/{name}").get_json()
    return found


def stored(page: Visitor, ref: str) -> str:
    items = page.get(f"/api/v1/attempts/{ref}").get_json()["items"]
    return str(next(item for item in items if item["no"] == ESSAY)["html"])


def test_an_earlier_text_is_taken_back_and_what_it_replaces_is_kept(clock: Clock, ref: str, page: Visitor) -> None:
    write(page, ref, 1, LONG)
    write(page, ref, 2, "<p>Viết lại từ đầu.</p>")
    (kept,) = history(page, ref)
    assert (kept["seq"], kept["words"]) == (1, 60)
    found = version(page, ref, kept["ref"])
    assert found["html"] == LONG.replace(" </p>", " </p>") and found["words"] == 60
    clock.pass_(seconds=1)
    write(page, ref, 3, found["html"])
    assert stored(page, ref) == found["html"]
    assert [one["seq"] for one in history(page, ref)] == [2, 1]
    assert version(page, ref, "2")["html"] == "<p>Viết lại từ đầu.</p>"


def test_words_that_nobody_wrote_before_are_kept_by_the_usual_spacing(clock: Clock, ref: str, page: Visitor) -> None:
    write(page, ref, 1, LONG)
    write(page, ref, 2, "<p>Viết lại từ đầu.</p>")
    clock.pass_(seconds=1)
    write(page, ref, 3, LONG.replace("chữ", "lời"))
    assert [one["seq"] for one in history(page, ref)] == [1]


@pytest.mark.parametrize("name", ["9", "0", "-1", "1e1", "٣", "99999999999999999999", "x"])
def test_there_is_no_such_version(ref: str, page: Visitor, name: str) -> None:
    write(page, ref, 1, LONG)
    answer = page.get(f"/api/v1/attempts/{ref}/responses/{ESSAY}/versions/{name}")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "urn:quizapp:not-found")


@pytest.mark.parametrize("no", [0, 1, 42, 10**12])
def test_only_the_essay_has_a_history(ref: str, page: Visitor, no: int) -> None:
    assert page.get(f"/api/v1/attempts/{ref}/responses/{no}/versions").status_code == 404


def test_an_essays_history_is_its_owners(house: House, app: Flask, ref: str, page: Visitor) -> None:
    write(page, ref, 1, LONG)
    write(page, ref, 2, "<p>Khác.</p>")
    other = Visitor(app).sign_in(enter(house))
    for path in ("time", f"responses/{ESSAY}/versions", f"responses/{ESSAY}/versions/1"):
        assert other.get(f"/api/v1/attempts/{ref}/{path}").status_code == 403
        assert page.get(f"/api/v1/attempts/{ref}/{path}").status_code == 200


# ── how pages look ──


def test_settings_are_remembered_with_the_account_on_every_device(app: Flask, pupil: Card, page: Visitor) -> None:
    other = Visitor(app).sign_in(pupil)
    assert other.get("/api/v1/settings").get_json() == USUAL
    assert page.send("put", "/api/v1/settings", LARGE).get_json() == LARGE
    assert other.get("/api/v1/settings").get_json() == LARGE
    html = other.get("/contests").text.split(">", 2)[1]
    assert 'data-text="150" data-contrast="high" data-face="readable" data-motion="reduced"' in html


def test_settings_of_one_are_not_anothers(house: House, app: Flask, page: Visitor) -> None:
    page.send("put", "/api/v1/settings", LARGE)
    other = Visitor(app).sign_in(enter(house, Role.JUDGE, unit="PGD", category="staff"))
    assert other.get("/api/v1/settings").get_json() == USUAL


@pytest.mark.parametrize(
    "sent", [{}, LARGE | {"text_size": "175"}, LARGE | {"motion": None}, LARGE | {"colour": "red"}, [LARGE]]
)
def test_settings_that_do_not_exist_are_refused(page: Visitor, sent: Any) -> None:
    page.send("put", "/api/v1/settings", LARGE)
    assert page.send("put", "/api/v1/settings", sent).status_code == 422
    assert page.get("/api/v1/settings").get_json() == LARGE


def test_without_a_script_a_form_chooses_and_leads_back(page: Visitor) -> None:
    answer = page.post("/display", **LARGE, next="/contests")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/contests")
    assert page.get("/api/v1/settings").get_json() == LARGE
    form = page.get("/display").text
    assert form.count("checked") == 4
    assert 'value="150" checked' in form and 'action="/display"' in form


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
def test_the_form_leads_to_no_other_site(page: Visitor, target: str) -> None:
    assert page.post("/display", **LARGE, next=target).headers["Location"] == "/display"
    assert target not in page.get(f"/display?next={target}").text


def test_a_form_that_lacks_a_choice_changes_nothing(page: Visitor) -> None:
    page.send("put", "/api/v1/settings", LARGE)
    assert page.post("/display", text_size="100").status_code == 422
    assert page.get("/api/v1/settings").get_json() == LARGE
