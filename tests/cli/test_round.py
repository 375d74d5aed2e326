"""The time of rounds from the command line."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from quizapp.attempts import queries
from quizapp.contests.models import Round
from quizapp.foundation import clock as clocks
from quizapp.house import House
from tests.cli.conftest import Command
from tests.factories import enter, round_of, start


@pytest.fixture
def ref(house: House) -> str:
    """The sitting, whose window is open today as well: the command line's clock is the real one."""
    view = round_of(house)
    with house.engine.begin() as connection:
        late = clocks.now() + timedelta(days=1)
        connection.execute(update(Round).where(Round.id == view.id).values(closes_at=late))
    return view.ref


def test_a_round_is_extended_paused_and_resumed(house: House, quizapp: Command, ref: str) -> None:
    attempt = start(house, enter(house))
    with house.store.reading() as view:
        end = queries.get_row(view.session, attempt).deadline_at
    closes_at = round_of(house).closes_at
    ran = quizapp("round", "extend", ref, "--minutes", 5, "--unit", "THCS-A", "--reason", "Mất điện")
    assert (ran.exit_code, ran.stdout) == (0, "Đã gia hạn 5 phút; 1 bài đang làm có hạn mới.\n")
    with house.store.reading() as view:
        assert queries.get_row(view.session, attempt).deadline_at == end + timedelta(minutes=5)
    ran = quizapp("round", "pause", ref, "--since", "2026-01-01T00:00", "--reason", "Mất mạng")
    assert ran.exit_code == 0, ran.output
    assert round_of(house).paused_at is not None
    assert "tạm dừng từ 1/1/2026 00:00:00" in quizapp("round", "list").stdout
    assert quizapp("round", "resume", ref).exit_code == 0
    assert round_of(house).paused_at is None
    assert round_of(house).closes_at > closes_at


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("extend", "nowhere", "--minutes", "5", "--reason", "x"), "Không tìm thấy nội dung này."),
        (("extend", "{ref}", "--minutes", "0", "--reason", "x"), "Số phút phải từ 1 đến 14400."),
        (("extend", "{ref}", "--minutes", "5", "--person", "AAAA", "--reason", "x"), "Không có đơn vị hay thí sinh"),
        (("pause", "{ref}", "--reason", " "), "Thiếu lý do."),
        (("resume", "{ref}"), "Vòng thi không tạm dừng"),
    ],
)
def test_what_is_refused_is_a_sentence_and_exit_status_1(
    quizapp: Command, ref: str, words: tuple[str, ...], sentence: str
) -> None:
    ran = quizapp("round", *(word.replace("{ref}", ref) for word in words))
    assert ran.exit_code == 1
    assert sentence in ran.stderr


@pytest.mark.parametrize("command", ["list", "extend", "pause", "resume"])
def test_each_command_explains_itself_in_vietnamese(quizapp: Command, command: str) -> None:
    ran = quizapp("round", command, "-h")
    assert ran.exit_code == 0
    assert "vòng thi" in ran.stdout
