"""The administrator's pages about a round's time, and about what was set aside."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from quizapp.attempts import queries
from quizapp.foundation.access import Role
from quizapp.foundation.clock import HOME
from quizapp.house import House
from tests.factories import Card, Clock, Visitor, enter, round_of, start


@pytest.fixture
def admin(house: House, app: Flask) -> Visitor:
    return Visitor(app).sign_in(enter(house, Role.ADMINISTRATOR, unit="PGD", category="staff", name="Đỗ Thu Hà"))


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


def deadline(house: House, ref: str) -> datetime:
    with house.store.reading() as view:
        return queries.get_row(view.session, ref).deadline_at


def page(house: House) -> str:
    return f"/admin/rounds/{round_of(house).ref}"


def test_the_rounds_tell_how_they_stand(house: House, admin: Visitor, pupil: Card) -> None:
    start(house, pupil)
    told = admin.get("/admin/rounds").text
    assert told.count("Đang mở") == 2
    facts = " ".join(admin.get(f"{page(house)}/time").text.split())
    assert "<dt>Đang làm</dt><dd>1</dd>" in facts
    assert "<dt>Đã nộp</dt><dd>0</dd>" in facts


@pytest.mark.parametrize(
    ("whom", "moved"), [("all", {"a", "b"}), ("unit", {"b"}), ("person", {"a"})], ids=["everybody", "unit", "person"]
)
def test_more_time_by_form(house: House, admin: Visitor, whom: str, moved: set[str]) -> None:
    cards = {"a": enter(house), "b": enter(house, unit="THCS-B")}
    refs = {name: start(house, card) for name, card in cards.items()}
    before = {name: deadline(house, ref) for name, ref in refs.items()}
    code = {"all": "", "unit": "THCS-B", "person": cards["a"].code}[whom]
    answer = admin.post(f"{page(house)}/extend", minutes="15", whom=whom, code=code, reason="Mất điện")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{page(house)}/time")
    assert {name for name, ref in refs.items() if deadline(house, ref) == before[name] + timedelta(minutes=15)} == moved
    told = admin.get(f"{page(house)}/time").text
    assert f"{len(moved)} bài đang làm có hạn mới" in told
    assert "Mất điện" in told and code in told


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"minutes": "0"}, "Số phút phải từ 1 đến 14400."),
        ({"minutes": "mười"}, "Số phút phải từ 1 đến 14400."),
        ({"minutes": "99999999999"}, "Số phút phải từ 1 đến 14400."),
        ({"reason": ""}, "Hãy ghi lý do"),
        ({"reason": " "}, "Thiếu lý do."),
        ({"whom": "unit"}, "thì phải có mã"),
        ({"code": "THCS-A"}, "thì để trống mã"),
        ({"whom": "nobody"}, "Hãy chọn cho ai."),
        ({"whom": "unit", "code": "KHONG-CO"}, "Không có đơn vị hay thí sinh nào mang mã này."),
    ],
)
def test_a_form_that_errs_is_told_where_and_moves_nothing(
    house: House, admin: Visitor, pupil: Card, fields: dict[str, str], sentence: str
) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)
    sent = {"minutes": "15", "whom": "all", "code": "", "reason": "Mất điện"} | fields
    answer = admin.post(f"{page(house)}/extend", **sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert deadline(house, ref) == end


def test_pausing_since_an_outage_and_going_on_by_form(house: House, clock: Clock, admin: Visitor, pupil: Card) -> None:
    ref = start(house, pupil)
    end = deadline(house, ref)
    clock.pass_(minutes=10)
    since = clock.instant - timedelta(minutes=3)
    typed = f"{since.astimezone(HOME):%Y-%m-%dT%H:%M}"
    admin.post(f"{page(house)}/pause", pause_reason="Mất mạng", since=typed)
    assert round_of(house).paused_at == since
    told = admin.get(f"{page(house)}/time").text
    assert "Đang tạm dừng" in told and "Tạm dừng vòng thi" not in told
    assert admin.post(f"{page(house)}/pause", pause_reason="Mất mạng").status_code == 409
    clock.pass_(minutes=2)
    admin.post(f"{page(house)}/resume")
    assert deadline(house, ref) == end + timedelta(minutes=5)
    assert "lùi lại 5 phút" in admin.get(f"{page(house)}/time").text


@pytest.mark.parametrize(("reason", "since"), [("", ""), ("Mất mạng", "hôm qua"), ("Mất mạng", "2031-01-01T00:00")])
def test_a_pause_that_errs_is_no_pause(house: House, admin: Visitor, reason: str, since: str) -> None:
    assert admin.post(f"{page(house)}/pause", pause_reason=reason, since=since).status_code == 422
    assert round_of(house).paused_at is None


def test_what_was_set_aside_is_listed_without_names_and_read_on_request(
    house: House, clock: Clock, app: Flask, admin: Visitor, pupil: Card
) -> None:
    ref = start(house, pupil)
    writer = Visitor(app).sign_in(pupil)
    clock.instant = deadline(house, ref)
    for no, body in {41: {"seq": 1, "html": "<p>Đến <b>muộn</b> rồi</p>"}, 1: {"seq": 1, "choice": [0]}}.items():
        assert writer.send("put", f"/api/v1/attempts/{ref}/responses/{no}", body).status_code == 409
    listed = admin.get(f"/admin/attempts/set-aside?round={round_of(house).ref}").text
    assert "Có 2 nội dung." in listed and listed.count("Đến muộn") == 2
    assert ref in listed
    assert [secret for secret in (pupil.name, pupil.code, "muộn rồi") if secret in listed] == []
    paths = [
        part.split('"')[0] for part in listed.split('href="') if part.startswith(f"/admin/attempts/set-aside/{ref}")
    ]
    contents = [admin.get(path).text for path in sorted(paths)]
    assert "Vị trí đã chọn, kể từ 0: 0" in contents[0]
    assert "<p>Đến muộn rồi</p>" in contents[1]
    assert not [one for one in contents if pupil.name in one]
    assert admin.get(paths[0].replace("/41/", "/40/").replace("/1/", "/2/")).status_code == 404
    facts = " ".join(admin.get("/admin/rounds").text.split())
    assert "<dt>Nội dung để riêng</dt><dd>2</dd>" in facts


def test_what_was_set_aside_in_another_round_is_not_listed(house: House, admin: Visitor) -> None:
    assert "Không có nội dung nào" in admin.get(f"/admin/attempts/set-aside?round={round_of(house).ref}").text
    assert admin.get("/admin/attempts/set-aside?round=nowhere").status_code == 404
