"""The shape of a judge's marks."""

import re
from collections.abc import Iterable
from decimal import Decimal

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from quizapp.contests.rules import Criterion


def read_marks(form: MultiDict[str, str], rubric: Iterable[Criterion]) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Return (marks by criterion, what is wrong by criterion)."""
    marks: dict[str, Decimal] = {}
    faults: dict[str, str] = {}
    for criterion in rubric:
        typed = form.get(f"mark-{criterion.id}", "").strip()
        if re.fullmatch(r"-?[0-9]{1,6}([.,][0-9]{0,6})?", typed, re.ASCII):
            marks[criterion.id] = Decimal(typed.replace(",", "."))
        else:
            faults[criterion.id] = gettext("Thầy cô hãy nhập điểm bằng số, ví dụ 3,5.")
    return marks, faults
