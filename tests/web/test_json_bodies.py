"""Odd bodies to the JSON interface: each is refused in words, none changes anything, none makes the server stumble."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from quizapp.house import House
from tests.factories import Visitor, enter, round_of, start
from tests.web.stored import stored

HUGE = "9" * 5000
DEEP = 100_000
NOT_UTF8 = '{"seq": 1, "html": "Bài"}'.encode("latin-1", "replace").replace(b"B?i", b"B\xe0i")
MEGABYTE = 1024 * 1024

SAVE = {
    "nothing": b"",
    "not JSON": b"seq=1",
    "a list": b"[]",
    "a text": b'"seq"',
    "null": b"null",
    "cut short": b'{"seq": 1, "choice": [0',
    "two values": b'{"seq": 1} {"seq": 2}',
    "not UTF-8": NOT_UTF8,
    "UTF-16": '{"seq": 1, "choice": [0]}'.encode("utf-16"),
    "lone surrogate": b'{"seq": 1, "html": "\\ud800"}',
    "NaN": b'{"seq": NaN, "choice": [0]}',
    "a huge number": f'{{"seq": {HUGE}, "choice": [0]}}'.encode(),
    "a huge position": f'{{"seq": 1, "choice": [{HUGE}]}}'.encode(),
    "seq 0": b'{"seq": 0, "choice": [0]}',
    "seq below 0": b'{"seq": -1, "choice": [0]}',
    "seq beyond the column": b'{"seq": 2147483648, "choice": [0]}',
    "seq as text": b'{"seq": "1", "choice": [0]}',
    "seq as a fraction": b'{"seq": 1.5, "choice": [0]}',
    "seq as yes": b'{"seq": true, "choice": [0]}',
    "no seq": b'{"choice": [0]}',
    "no answer at all": b'{"seq": 1}',
    "nothing for an answer": b'{"seq": 1, "choice": null, "html": null}',
    "choice and essay at once": b'{"seq": 1, "choice": [0], "html": "<p>A</p>"}',
    "choice as a number": b'{"seq": 1, "choice": 0}',
    "choice below 0": b'{"seq": 1, "choice": [-1]}',
    "choice beyond the options": b'{"seq": 1, "choice": [9]}',
    "choice twice": b'{"seq": 1, "choice": [0, 0]}',
    "too many choices": json.dumps({"seq": 1, "choice": [0] * 21}).encode(),
    "an essay where a choice belongs": b'{"seq": 1, "html": "<p>A</p>"}',
    "a score of one's own": b'{"seq": 1, "choice": [0], "points": 40}',
    "somebody else's name": b'{"seq": 1, "choice": [0], "person_id": 2}',
    "time of one's own": b'{"seq": 1, "choice": [0], "saved_at": "2019-08-01T00:00:00Z"}',
    "deep lists": b'{"seq": 1, "choice": ' + b"[" * DEEP,
    "deep unknown": b'{"x": ' + b"[" * DEEP,
    "deep objects": b'{"x": ' * DEEP,
}
EMPTY = {
    "nothing": b"",
    "a list": b"[]",
    "null": b"null",
    "not UTF-8": b'{"\xff": 1}',
    "unknown": b'{"extra_time": 60}',
    "deep": b'{"x": ' + b"[" * DEEP,
    "a huge number": f'{{"x": {HUGE}}}'.encode(),
}
SIGN_IN = {
    "nothing": b"",
    "a list": b"[]",
    "a text": b'"x"',
    "deep lists": b"[" * DEEP,
    "deep pin": b'{"code": "A", "pin": ' + b"[" * DEEP,
    "deep unknown": b'{"code": "A", "pin": "1", "x": ' + b"[" * DEEP,
    "a number for a code": b'{"code": 1, "pin": "246810"}',
    "a huge number": f'{{"code": {HUGE}, "pin": "1"}}'.encode(),
    "a list of codes": b'{"code": ["A", "B"], "pin": "246810"}',
    "a long code": json.dumps({"code": "A" * 41, "pin": "246810"}).encode(),
    "a long pin": json.dumps({"code": "A", "pin": "1" * 41}).encode(),
    "roles of one's own": b'{"code": "A", "pin": "1", "roles": ["administrator"]}',
    "not UTF-8": b'{"code": "\xff", "pin": "1"}',
}


@pytest.fixture
def pupil(house: House, visitor: Visitor) -> Visitor:
    return visitor.sign_in(enter(house))


@pytest.fixture
def ref(house: House, pupil: Visitor) -> str:
    told: dict[str, Any] = pupil.send("post", f"/api/v1/rounds/{round_of(house).ref}/attempts", {}).get_json()
    return str(told["ref"])


def send(
    visitor: Visitor, method: str, path: str, body: bytes, kind: str = "application/json", **more: Any
) -> TestResponse:
    headers = {"X-CSRFToken": visitor.token()}
    return visitor.client.open(path, method=method, data=body, content_type=kind, headers=headers, **more)


def refused(answer: TestResponse, status: int, slug: str) -> bool:
    """Tell whether the answer is this problem, told in words."""
    told = answer.get_json()
    assert answer.content_type == "application/problem+json", answer.text[:200]
    assert (answer.status_code, told["type"]) == (status, f"urn:quizapp:{slug}")
    return bool(told["title"] and told["detail"] and told["status"] == status)


@pytest.mark.parametrize("body", SAVE.values(), ids=SAVE.keys())
def test_what_is_no_change_is_refused(house: House, pupil: Visitor, ref: str, body: bytes) -> None:
    before = stored(house)
    assert refused(send(pupil, "put", f"/api/v1/attempts/{ref}/responses/1", body), 422, "invalid")
    assert stored(house) == before


@pytest.mark.parametrize("path", ["/api/v1/rounds/{round}/attempts", "/api/v1/attempts/{ref}/hand-in"])
@pytest.mark.parametrize("body", EMPTY.values(), ids=EMPTY.keys())
def test_what_should_be_empty_must_be(house: House, pupil: Visitor, ref: str, path: str, body: bytes) -> None:
    before = stored(house)
    address = path.format(round=round_of(house).ref, ref=ref)
    assert refused(send(pupil, "post", address, body), 422, "invalid")
    assert stored(house) == before


@pytest.mark.parametrize("body", SIGN_IN.values(), ids=SIGN_IN.keys())
def test_what_is_no_sign_in_is_refused(house: House, visitor: Visitor, body: bytes) -> None:
    assert refused(send(visitor, "post", "/api/v1/session", body), 422, "invalid")


@pytest.mark.parametrize("body", SIGN_IN.values(), ids=SIGN_IN.keys())
def test_json_is_no_form(house: House, visitor: Visitor, body: bytes) -> None:
    answer = send(visitor, "post", "/sign-in", body)
    assert (answer.status_code, answer.content_type) == (422, "text/html; charset=utf-8")
    assert "Hãy nhập mã trên phiếu." in answer.text


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded", "text/json", "multipart/form-data"]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/api/v1/attempts/{ref}/responses/1"),
        ("post", "/api/v1/attempts/{ref}/hand-in"),
        ("post", "/api/v1/rounds/{round}/attempts"),
        ("post", "/api/v1/session"),
    ],
)
def test_only_json_is_spoken_here(house: House, pupil: Visitor, ref: str, method: str, path: str, kind: str) -> None:
    before = stored(house)
    address = path.format(round=round_of(house).ref, ref=ref)
    assert refused(send(pupil, method, address, b'{"seq": 1, "choice": [0]}', kind), 415, "http-415")
    assert stored(house) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/api/v1/attempts/{ref}/responses/1"),
        ("put", "/api/v1/attempts/{ref}/responses/41"),
        ("post", "/api/v1/attempts/{ref}/hand-in"),
        ("post", "/api/v1/rounds/{round}/attempts"),
        ("post", "/api/v1/session"),
    ],
)
def test_a_body_over_a_megabyte_is_refused_unread(
    house: House, pupil: Visitor, ref: str, method: str, path: str
) -> None:
    before = stored(house)
    address = path.format(round=round_of(house).ref, ref=ref)
    body = b'{"seq": 1, "html": "' + b"a" * MEGABYTE + b'"}'
    assert refused(send(pupil, method, address, body), 413, "http-413")
    assert stored(house) == before


def test_an_essay_may_be_long_but_not_endless(house: House, pupil: Visitor, ref: str) -> None:
    path = f"/api/v1/attempts/{ref}/responses/41"
    long = "<p>" + "rất dài " * 20_000 + "</p>"
    assert pupil.send("put", path, {"seq": 1, "html": long}).get_json()["words"] == 40_000
    before = stored(house)
    assert refused(pupil.send("put", path, {"seq": 2, "html": "a" * 400_001}), 422, "invalid")
    assert refused(pupil.send("put", path, {"seq": 2, "html": "đ" * 399_999}), 422, "text-refused")
    assert stored(house) == before


@pytest.mark.parametrize("no", ["0", "42", "-1", "1.5", "a", "99999999999999999999", "%31%30%30"])
def test_there_is_no_such_item(house: House, pupil: Visitor, ref: str, no: str) -> None:
    before = stored(house)
    answer = pupil.send("put", f"/api/v1/attempts/{ref}/responses/{no}", {"seq": 1, "choice": [0]})
    assert answer.status_code in (404, 422) and answer.content_type == "application/problem+json"
    assert stored(house) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/attempts/{ref}/responses/1"),
        ("get", "/api/v1/attempts/{ref}/responses/1"),
        ("get", "/api/v1/attempts/{ref}/hand-in"),
        ("put", "/api/v1/attempts/{ref}"),
        ("delete", "/api/v1/attempts/{ref}"),
        ("patch", "/api/v1/session"),
        ("post", "/api/v1/openapi.json"),
    ],
)
def test_a_wrong_method_is_named_so(house: House, pupil: Visitor, ref: str, method: str, path: str) -> None:
    before = stored(house)
    answer = pupil.send(method, path.format(ref=ref), {})
    assert refused(answer, 405, "http-405")
    assert answer.headers["Allow"]
    assert stored(house) == before


def test_handing_in_again_and_again_is_answered_with_the_one_receipt(house: House, pupil: Visitor, ref: str) -> None:
    first = pupil.send("post", f"/api/v1/attempts/{ref}/hand-in", {})
    before = stored(house)
    again = [pupil.send("post", f"/api/v1/attempts/{ref}/hand-in", {}) for _ in range(4)]
    assert {answer.get_data() for answer in again} == {first.get_data()}
    assert pupil.post(f"/attempts/{ref}/hand-in").headers["Location"] == f"/attempts/{ref}/receipt"
    assert stored(house) == before


def test_names_told_twice_are_no_way_round_the_rules(house: House, pupil: Visitor, ref: str) -> None:
    body = b'{"seq": 1, "choice": [0], "choice": [99]}'
    assert refused(send(pupil, "put", f"/api/v1/attempts/{ref}/responses/1", body), 422, "invalid")


def test_a_stranger_learns_of_his_body_only_that_he_is_not_signed_in(house: House, visitor: Visitor) -> None:
    ref = start(house, enter(house))
    for body in (b"[" * DEEP, b"{}", b'{"seq": 1, "choice": [0]}'):
        answer = send(visitor, "put", f"/api/v1/attempts/{ref}/responses/1", body)
        assert refused(answer, 401, "signed-out")
