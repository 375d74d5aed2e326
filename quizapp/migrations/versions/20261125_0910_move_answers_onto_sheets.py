"""Move answers onto sheets, papers into words, essays to their contest. Data only."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger()
INSTANT = sa.DateTime(timezone=True)

ROUNDS = sa.table("rounds", sa.column("id", ID), sa.column("contest_id", ID))
ATTEMPTS = sa.table(
    "attempts",
    sa.column("id", ID),
    sa.column("round_id", ID),
    sa.column("contest_id", ID),
    sa.column("started_at", INSTANT),
    sa.column("layout", sa.JSON()),
    sa.column("paper", sa.Text()),
)
RESPONSES = sa.table(
    "responses",
    sa.column("attempt_id", ID),
    sa.column("no", sa.Integer()),
    sa.column("seq", sa.Integer()),
    sa.column("choice", sa.Text()),
    sa.column("saved_at", INSTANT),
)
SHEETS = sa.table(
    "answer_sheets", sa.column("attempt_id", ID), sa.column("contest_id", ID), sa.column("answers", sa.Text())
)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MICROSECOND = timedelta(microseconds=1)

revision = "20261125_0910"
down_revision = "20261125_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    contest = sa.select(ROUNDS.c.contest_id).where(ROUNDS.c.id == ATTEMPTS.c.round_id).scalar_subquery()
    bind.execute(sa.update(ATTEMPTS).values(contest_id=contest))
    for row in bind.execute(sa.select(ATTEMPTS)).all():
        bind.execute(sa.update(ATTEMPTS).where(ATTEMPTS.c.id == row.id).values(paper=_words(row.layout)))
    answers = dict(_by_attempt(bind))
    for one in bind.execute(sa.select(ATTEMPTS.c.id, ATTEMPTS.c.contest_id, ATTEMPTS.c.started_at)).all():
        packed = json.dumps([_cell(answer, one.started_at) for answer in answers.get(one.id, [])])
        bind.execute(sa.insert(SHEETS).values(attempt_id=one.id, contest_id=one.contest_id, answers=packed))
    op.execute(
        "INSERT INTO essays (attempt_id, contest_id, no, seq, html, words, saved_at) "
        "SELECT e.attempt_id, a.contest_id, e.no, e.seq, e.html, e.words, e.saved_at "
        "FROM essays_before AS e JOIN attempts AS a ON a.id = e.attempt_id"
    )


def downgrade() -> None:
    bind = op.get_bind()
    for row in bind.execute(sa.select(ATTEMPTS.c.id, ATTEMPTS.c.paper)).all():
        bind.execute(sa.update(ATTEMPTS).where(ATTEMPTS.c.id == row.id).values(layout=_places(row.paper)))
    sheets = sa.select(SHEETS.c.attempt_id, SHEETS.c.answers, ATTEMPTS.c.started_at)
    for filled in bind.execute(sheets.join(ATTEMPTS, ATTEMPTS.c.id == SHEETS.c.attempt_id)).all():
        for no, seq, bits, after in json.loads(filled.answers):
            choice = ",".join(str(place) for place in range(bits.bit_length()) if bits >> place & 1)
            saved_at = filled.started_at + after * MICROSECOND
            values = {"attempt_id": filled.attempt_id, "no": no, "seq": seq, "choice": choice, "saved_at": saved_at}
            bind.execute(sa.insert(RESPONSES).values(values))
    op.execute("DELETE FROM answer_sheets")
    op.execute(
        "INSERT INTO essays_before (attempt_id, no, seq, html, words, saved_at) "
        "SELECT attempt_id, no, seq, html, words, saved_at FROM essays"
    )
    op.execute("DELETE FROM essays")


def _by_attempt(bind: sa.Connection) -> Iterator[tuple[int, list[Any]]]:
    ordered = bind.execute(sa.select(RESPONSES).order_by(RESPONSES.c.attempt_id, RESPONSES.c.no)).all()
    for attempt, rows in groupby(ordered, key=lambda row: row.attempt_id):
        yield attempt, list(rows)


def _cell(row: Any, started_at: datetime) -> tuple[int, int, int, int]:
    bits = sum(1 << int(place) for place in row.choice.split(",") if place)
    return row.no, row.seq, bits, (_utc(row.saved_at) - _utc(started_at)) // MICROSECOND


def _utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _words(layout: list[tuple[int, str, list[int]]]) -> str:
    return " ".join(f"{version}{kind[0]}{''.join(DIGITS[place] for place in order)}" for version, kind, order in layout)


def _places(paper: str) -> list[list[Any]]:
    places: list[list[Any]] = []
    for word in paper.split():
        kind = "single" if "s" in word else "multiple"
        version, _, order = word.partition(kind[0])
        places.append([int(version), kind, [int(digit, 36) for digit in order]])
    return places
