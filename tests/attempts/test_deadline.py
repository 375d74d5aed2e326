"""The deadline is exclusive: at the very instant it is too late."""

from datetime import UTC, datetime, timedelta

import pytest

from quizapp.attempts.rules import AttemptClosed, AttemptState, accept_write, deadline, has_passed


def at(time: str) -> datetime:
    hours, minutes = map(int, time.split(":"))
    return datetime(2019, 8, 20, hours, minutes, tzinfo=UTC)


@pytest.mark.parametrize(
    ("started", "allowed_min", "extra_min", "expected"),
    [
        ("08:00", 45, 0, "08:45"),
        ("08:00", 45, 15, "09:00"),
        ("09:40", 45, 0, "10:00"),
        ("09:40", 45, 15, "10:00"),
        ("08:00", None, 0, "10:00"),
        ("08:00", None, 15, "10:00"),
    ],
    ids=[
        "plain sitting",
        "extra time",
        "window closes first",
        "extra time never outlives it",
        "written",
        "written, extra",
    ],
)
def test_when_it_is_too_late(started: str, allowed_min: int | None, extra_min: int, expected: str) -> None:
    allowed = None if allowed_min is None else timedelta(minutes=allowed_min)
    assert deadline(at(started), allowed, timedelta(minutes=extra_min), at("10:00")) == at(expected)


@pytest.mark.parametrize(("allowed", "extra"), [(-1, 0), (45, -1)])
def test_a_sitting_cannot_be_shorter_than_nothing(allowed: int, extra: int) -> None:
    with pytest.raises(ValueError, match="shorter"):
        deadline(at("08:00"), timedelta(minutes=allowed), timedelta(minutes=extra), at("10:00"))


def test_the_last_microsecond_counts_and_the_deadline_itself_does_not() -> None:
    end = at("17:00")
    accept_write(AttemptState.OPEN, end - timedelta(microseconds=1), end, None)
    with pytest.raises(AttemptClosed):
        accept_write(AttemptState.OPEN, end, end, None)


@pytest.mark.parametrize("state", [AttemptState.HANDED_IN, AttemptState.VOID])
def test_a_closed_attempt_takes_nothing(state: AttemptState) -> None:
    with pytest.raises(AttemptClosed):
        accept_write(state, at("08:00"), at("17:00"), None)


@pytest.mark.parametrize(
    ("paused", "came", "counts"),
    [("16:59", "18:00", True), ("17:00", "18:00", False), ("17:01", "18:00", False), ("16:00", "16:30", True)],
    ids=["paused before the end", "at the end", "after the end", "in time anyway"],
)
def test_no_deadline_passes_while_the_round_is_paused(paused: str, came: str, counts: bool) -> None:
    assert has_passed(at(came), at("17:00"), at(paused)) is not counts
