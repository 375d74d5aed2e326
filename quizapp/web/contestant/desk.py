"""What the contestant's first pages show of a round."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from flask_babel import gettext
from markupsafe import Markup

from quizapp.contests import rules
from quizapp.contests.queries import RoundView
from quizapp.foundation.access import Actor
from quizapp.web.shared.filters import span
from quizapp.web.shared.i18n import in_language

Mine = tuple[str, str, datetime]


@dataclass(frozen=True)
class RoundCard:
    """A round as its page tells it."""

    ref: str
    contest_title: str
    title: str
    kind: str
    opens_at: datetime
    closes_at: datetime
    state: str
    paused: bool
    attempt_ref: str | None
    attempt_state: str | None
    left_words: str
    rules_html: Markup
    allowed_min: int | None
    item_count: int
    essay_word_limit: int | None
    points: Decimal


def round_card(view: RoundView, actor: Actor, mine: Mine | None, more: timedelta | None, now: datetime) -> RoundCard:
    """Return what is told of ``view`` to ``actor``, whose latest attempt is ``mine``; ``more`` time was granted."""
    closes_at = rules.closing(view.terms, view.closes_at, actor.unit_kind, more or timedelta(0))
    ref, attempt_state, deadline = mine or (None, None, closes_at)
    essay = view.terms.essay
    return RoundCard(
        ref=view.ref,
        contest_title=in_language(view.contest_title),
        title=in_language(view.title),
        kind=view.kind,
        opens_at=view.opens_at,
        closes_at=closes_at,
        state=rules.state_at(now, view.opens_at, closes_at, view.paused_at),
        paused=view.paused_at is not None,
        attempt_ref=ref,
        attempt_state=attempt_state,
        left_words=_left(now, view.opens_at, deadline if attempt_state == "open" else closes_at),
        rules_html=_paragraphs(_rules_text(view)),
        allowed_min=view.terms.allowed_min,
        item_count=view.terms.item_count,
        essay_word_limit=essay.word_limit if essay else None,
        points=view.terms.choice_points + (essay.points if essay else 0),
    )


def _rules_text(view: RoundView) -> list[str]:
    lines = {language: "\n".join(paragraphs) for language, paragraphs in view.rules_text.items()}
    return in_language(lines).split("\n")


def _left(now: datetime, opens_at: datetime, closes_at: datetime) -> str:
    if now < opens_at:
        return str(gettext("Mở sau %(time)s", time=span(opens_at - now)))
    if now < closes_at:
        return str(gettext("Còn %(time)s", time=span(closes_at - now)))
    return str(gettext("Đã hết hạn"))


def _paragraphs(lines: list[str]) -> Markup:
    return Markup().join(Markup("<p>{}</p>").format(line) for line in lines)
