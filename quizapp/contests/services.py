"""Making a contest from a preset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from quizapp.banks import queries as banks
from quizapp.banks.queries import PoolItem
from quizapp.contests import rules
from quizapp.contests.checks import require_sound
from quizapp.contests.models import Contest, Round, RoundItem
from quizapp.contests.presets import Preset, RoundPreset
from quizapp.contests.rules import Candidate, RoundTerms
from quizapp.foundation.access import Role
from quizapp.foundation.errors import RuleBroken, require
from quizapp.foundation.i18n import N_
from quizapp.foundation.refs import new_ref
from quizapp.foundation.work import Work


class NoEssayPrompt(RuleBroken):
    """The preset names an essay question that no bank holds."""

    message = N_("Không tìm thấy câu tự luận %(codes)s trong các ngân hàng câu hỏi.")
    slug = "no-essay-prompt"


@dataclass(frozen=True)
class Window:
    """Another window than the preset's, for the same terms (UTC; the end is exclusive)."""

    opens_at: datetime
    closes_at: datetime


def create_contest(work: Work, preset: Preset, window: Window | None = None) -> Contest:
    """Make the contest with its rounds, and freeze each round's pool: items in force on the contest's day.

    Raises:
        TermsRefused: if a round cannot be held on such terms.
        PoolTooSmall: if the loaded banks cannot fill the blueprint.
        NoEssayPrompt: if the essay's prompt is in no bank.
    """
    require(work.actor.has(Role.ADMINISTRATOR))
    contest = Contest(ref=new_ref(), slug=preset.slug, title=preset.title, organisers=list(preset.organisers))
    contest.rules_text = {language: list(lines) for language, lines in preset.rules_text.items()}
    contest.as_of, contest.margins_mm = preset.as_of, list(preset.margins_mm)
    work.session.add(contest)
    work.session.flush()
    pool = [
        item
        for item in banks.pool(work.session)
        if item.valid_from <= preset.as_of and (item.valid_to is None or preset.as_of < item.valid_to)
    ]
    for told in preset.rounds:
        _add_round(work, contest, told, pool, window)
    work.audit("create_contest", f"contest:{contest.ref}", slug=contest.slug)
    return contest


def _add_round(
    work: Work, contest: Contest, told: RoundPreset, pool: Sequence[PoolItem], window: Window | None
) -> None:
    terms = told.terms if window is None else msgspec.structs.replace(told.terms, closes_by_unit_kind={})
    opens_at, closes_at = (window.opens_at, window.closes_at) if window else (told.opens_at, told.closes_at)
    require_sound(told.slug, told.kind, opens_at, closes_at, terms)
    candidates = _candidates(terms, pool)
    rules.check_pool(terms, candidates, _audiences(terms))
    row = Round(ref=new_ref(), contest_id=contest.id, slug=told.slug, title=told.title, kind=told.kind)
    row.opens_at, row.closes_at = opens_at, closes_at
    row.terms = msgspec.to_builtins(terms)
    row.essay_version_id = _prompt(terms, pool)
    work.session.add(row)
    work.session.flush()
    for one in candidates:
        item = RoundItem(round_id=row.id, version_id=one.version_id, kind=one.kind, stratum=one.stratum)
        item.options, item.audience = one.options, list(one.audience)
        work.session.add(item)


def _candidates(terms: RoundTerms, pool: Sequence[PoolItem]) -> list[Candidate]:
    choices = [item for item in pool if item.kind != "essay"]
    return [
        Candidate(item.version_id, item.kind, number, item.audience, item.options)
        for number, draw in enumerate(terms.draw)
        for item in choices
        if item.domain in draw.domains
    ]


def _audiences(terms: RoundTerms) -> list[str]:
    return sorted({rules.audience_of(category) for categories in terms.enter.values() for category in categories})


def _prompt(terms: RoundTerms, pool: Sequence[PoolItem]) -> int | None:
    if terms.essay is None:
        return None
    named = [item.version_id for item in pool if item.kind == "essay" and item.code in terms.essay.items]
    if not named:
        raise NoEssayPrompt(codes=", ".join(terms.essay.items))
    return named[0]
