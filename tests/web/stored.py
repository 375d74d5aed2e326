"""What is stored, row by row, so that a test can say that nothing changed."""

from sqlalchemy import select

from quizapp.attempts.models import AnswerSheet, Attempt, Essay, EssayVersion, Receipt, SetAside
from quizapp.foundation.models import AuditRecord, Told
from quizapp.house import House
from quizapp.judging.models import Script, ScriptMark

TABLES = (Attempt, AnswerSheet, Essay, EssayVersion, SetAside, Receipt, Script, ScriptMark, Told, AuditRecord)


def stored(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Return every row that a visitor could change."""
    with house.store.reading() as view:
        return {
            table.__tablename__: sorted(map(tuple, view.session.execute(select(*table.__table__.columns))), key=repr)
            for table in TABLES
        }
