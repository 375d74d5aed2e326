"""Counting what is sent to the database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine, event

from quizapp.foundation.road import Lane, Row


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent while inside, on either road (BEGIN and the like left out)."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            sent.append(statement)

    rows, do = Lane.rows, Lane.do

    def noted_rows(lane: Lane, question: str, **values: object) -> Sequence[Row]:
        sent.append(question)
        return rows(lane, question, **values)

    def noted_do(lane: Lane, statement: str, **values: object) -> None:
        sent.append(statement)
        do(lane, statement, **values)

    event.listen(engine, "before_cursor_execute", note)
    Lane.rows, Lane.do = noted_rows, noted_do  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
        Lane.rows, Lane.do = rows, do  # type: ignore[method-assign]
