"""The shape of a judge's marks."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from quizapp.contests.rules import Criterion


def read_marks(form: MultiDict[str, str], rubric: Iterable[Criterion]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Return (marks by criterion, what is wrong by criterion)."""
    marks: dict[str, Decimal] = {}
    faults: dict[str, str] = {}
    for criterion in rubric:
        typed = form.get(f"mark-{criterion.id}", "").strip().replace(",", ".")
        try:
            marks[criterion.id] = Decimal(typed)
        except InvalidOperation:
            faults[criterion.id] = gettext("Thầy cô hãy nhập điểm bằng số, ví dụ 3,5.")
    return marks, faults
