"""Marking the choice part."""

from decimal import Decimal

from sqlalchemy.orm import Session

from quizapp.attempts import queries as attempts
from quizapp.attempts.queries import PaperItem
from quizapp.banks import queries as banks
from quizapp.contests import queries as contests
from quizapp.foundation.work import Work
from quizapp.grading import rules
from quizapp.grading.models import ChoiceScore


def mark_choices(work: Work, attempt_id: int) -> ChoiceScore:
    """Mark the attempt's choices by the key of the very versions it was asked. Marking again changes nothing."""
    known = work.session.get(ChoiceScore, attempt_id)
    if known:
        return known
    attempt = attempts.by_id(work.session, attempt_id)
    terms = contests.round_by_id(work.session, attempt.round_id).terms
    chosen = _chosen(work.session, attempt_id, attempt.items)
    keys = banks.keys(work.session, [item.version_id for item in attempt.items])
    earned = [rules.mark(keys[version], picked, terms.item_points, terms.multiple) for version, picked in chosen]
    score = ChoiceScore(attempt_id=attempt_id, points=sum(earned, Decimal(0)), max_points=terms.choice_points)
    score.per_item, score.marked_at = [str(points) for points in earned], work.now
    work.session.add(score)
    work.audit("mark_choices", f"attempt:{attempt.ref}", points=str(score.points))
    return score


def _chosen(session: Session, attempt_id: int, items: tuple[PaperItem, ...]) -> list[tuple[int, frozenset[str]]]:
    """Return (version, the bank's ids of the chosen options) for each item."""
    asked = banks.asked(session, [item.version_id for item in items])
    return [
        (
            place.version_id,
            frozenset(
                asked[place.version_id].options[place.order[position]][0]
                for position in (item.saved.choice if item.saved else ())
            ),
        )
        for item, place in zip(items, attempts.places(session, attempt_id), strict=True)
    ]
