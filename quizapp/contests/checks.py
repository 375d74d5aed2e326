"""What makes a round's terms impossible, as sentences for whoever wrote them. Plain data; no clock, no database."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from quizapp.banks.rules import DOMAINS
from quizapp.contests.rules import RoundKind, RoundTerms
from quizapp.foundation.errors import BadInput
from quizapp.foundation.i18n import N_

# As the roster knows them.
UNIT_KINDS = ("office", "preschool", "primary", "secondary")
CATEGORIES = ("staff", "grade-6", "grade-7", "grade-8", "grade-9")

MOST_POINTS = Decimal(1000)
MARGINS_MM = range(10, 61)

# A sentence with slots, what fills them, and whether it is true of the terms.
Finding = tuple[bool, str, dict[str, object]]


class TermsRefused(BadInput):
    """A contest cannot be held on such terms; nothing was made."""

    message = N_("Vòng «%(round)s» không tổ chức được. %(faults)s")
    slug = "terms"


def require_sound(slug: str, kind: RoundKind, opens_at: datetime, closes_at: datetime, terms: RoundTerms) -> None:
    """Make sure that a round can be held.

    Raises:
        TermsRefused: telling everything that is wrong.
    """
    findings = [*_window(opens_at, closes_at, terms), *_sitting(kind, terms), *_entering(terms)]
    findings += [*_choices(terms), *_essay(terms), *_rubric(terms)]
    wrong = [sentence % values for broken, sentence, values in findings if broken]
    if wrong:
        raise TermsRefused(round=slug, faults=" ".join(wrong))


def are_points(points: Decimal) -> bool:
    """Tell whether ``points`` can be given: more than nothing, at most a thousand, at most two decimals."""
    return points.is_finite() and 0 < points <= MOST_POINTS and points % Decimal("0.01") == 0


def _window(opens_at: datetime, closes_at: datetime, terms: RoundTerms) -> Iterator[Finding]:
    yield opens_at >= closes_at, N_("Giờ đóng (closes_at) phải sau giờ mở (opens_at)."), {}
    for unit_kind, closes in terms.closes_by_unit_kind.items():
        values: dict[str, object] = {"name": unit_kind}
        yield opens_at >= closes, N_("Giờ đóng riêng của «%(name)s» phải sau giờ mở (opens_at)."), values
        yield unit_kind not in terms.enter, N_("Có giờ đóng riêng cho «%(name)s» nhưng không ai ở đó dự thi."), values


def _sitting(kind: RoundKind, terms: RoundTerms) -> Iterator[Finding]:
    minutes = terms.allowed_min
    timed = kind is RoundKind.SITTING
    yield timed and (minutes is None or minutes < 1), N_("Bài thi tính giờ cần số phút (allowed_min) từ 1 trở lên."), {}
    yield not timed and minutes is not None, N_("Bài dự thi viết không tính giờ, nên không có allowed_min."), {}
    yield terms.attempts_allowed < 1, N_("Số lần thi (attempts_allowed) phải từ 1 trở lên."), {}


def _entering(terms: RoundTerms) -> Iterator[Finding]:
    yield not any(terms.enter.values()), N_("Chưa có ai được dự thi (enter)."), {}
    for unit_kind, categories in terms.enter.items():
        yield unit_kind not in UNIT_KINDS, N_("Không có loại đơn vị «%(name)s»."), {"name": unit_kind}
        for category in categories:
            yield category not in CATEGORIES, N_("Không có đối tượng «%(name)s»."), {"name": category}


def _choices(terms: RoundTerms) -> Iterator[Finding]:
    yield not terms.draw and terms.essay is None, N_("Bài thi phải có câu trắc nghiệm hoặc bài tự luận."), {}
    yield not are_points(terms.item_points), N_("Điểm mỗi câu (item_points) phải lớn hơn 0, nhiều nhất hai số lẻ."), {}
    for number, draw in enumerate(terms.draw, 1):
        yield draw.count < 1, N_("Phần %(number)s phải rút từ 1 câu trở lên."), {"number": number}
        yield not draw.domains, N_("Phần %(number)s chưa có lĩnh vực nào."), {"number": number}
    for domain, times in Counter(domain for draw in terms.draw for domain in draw.domains).items():
        yield domain not in DOMAINS, N_("Không có lĩnh vực «%(name)s»."), {"name": domain}
        # A question belongs to one part, or a paper could hold it twice.
        yield times > 1, N_("Lĩnh vực «%(name)s» chỉ được nằm trong một phần."), {"name": domain}


def _essay(terms: RoundTerms) -> Iterator[Finding]:
    if terms.essay is None:
        return
    yield not terms.essay.items, N_("Bài tự luận chưa có câu nào (items)."), {}
    yield terms.essay.word_limit < 1, N_("Giới hạn từ (word_limit) phải từ 1 trở lên."), {}
    yield not are_points(terms.essay.points), N_("Điểm bài tự luận phải lớn hơn 0, nhiều nhất hai số lẻ."), {}


def _rubric(terms: RoundTerms) -> Iterator[Finding]:
    most = terms.essay.points if terms.essay else Decimal(0)
    sound = all(are_points(criterion.points) for criterion in terms.rubric)
    yield not sound, N_("Điểm của mỗi tiêu chí phải lớn hơn 0, nhiều nhất hai số lẻ."), {}
    total = sum((criterion.points for criterion in terms.rubric), Decimal(0)) if sound else most
    values: dict[str, object] = {"total": f"{total:f}", "points": f"{most:f}"}
    yield total != most, N_("Các tiêu chí cộng lại được %(total)s điểm, bài tự luận có %(points)s điểm."), values
    for name, times in Counter(criterion.id for criterion in terms.rubric).items():
        yield times > 1, N_("Có hai tiêu chí cùng mã «%(name)s»."), {"name": name}
