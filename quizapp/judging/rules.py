"""Leases and marks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from quizapp.contests.rules import Criterion
from quizapp.foundation.errors import BadInput, RuleBroken
from quizapp.foundation.i18n import N_

# How long a judge who opened a script keeps it from the others.
LEASE = timedelta(hours=2)

STEP = Decimal("0.25")


class ScriptState(StrEnum):
    """Where a script stands."""

    WAITING = "waiting"
    HELD = "held"
    MARKED = "marked"


class ScriptTaken(RuleBroken):
    """Somebody else holds the script, or it is marked."""

    message = N_("Bài này đang ở giám khảo khác hoặc đã chấm xong. Thầy cô hãy nhận bài tiếp theo.")
    slug = "script-taken"


class MarksRefused(BadInput):
    """The marks do not fit the rubric; ``criteria`` names the ones at fault."""

    message = N_(
        "Điểm chưa hợp lệ: mỗi tiêu chí cần một điểm từ 0 đến mức tối đa, theo bước 0,25. Chưa có gì được gửi."
    )

    def __init__(self, criteria: Iterable[str]) -> None:
        super().__init__()
        self.criteria = tuple(criteria)


def is_free(state: ScriptState, held_until: datetime | None, now: datetime) -> bool:
    """Tell whether a script may be taken: waiting, or held by somebody whose lease has ended."""
    return state is ScriptState.WAITING or (state is ScriptState.HELD and held_until is not None and held_until <= now)


def check_marks(rubric: Collection[Criterion], marks: Mapping[str, Decimal]) -> Decimal:
    """Return the total of ``marks`` (criterion id → points).

    Raises:
        MarksRefused: if a criterion has no mark, an unknown one has, or a mark is out of reach or between the steps.
    """
    reach = {criterion.id: criterion.points for criterion in rubric}
    wrong = sorted(reach.keys() ^ marks.keys())
    wrong += [name for name, points in marks.items() if name in reach and not _fits(points, reach[name])]
    if wrong:
        raise MarksRefused(wrong)
    return sum(marks.values(), Decimal(0))


def _fits(points: Decimal, most: Decimal) -> bool:
    return points.is_finite() and 0 <= points <= most and points % STEP == 0
