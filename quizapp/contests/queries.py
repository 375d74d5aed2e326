"""Rounds as the rest of the house reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from quizapp.contests.models import Contest, Round, RoundItem
from quizapp.contests.rules import Candidate, RoundKind, RoundTerms
from quizapp.foundation.errors import NotFound


@dataclass(frozen=True)
class RoundView:
    """A round with what its contest says."""

    id: int
    ref: str
    contest_id: int
    kind: RoundKind
    title: Mapping[str, str]
    contest_title: Mapping[str, str]
    organisers: tuple[str, ...]
    rules_text: Mapping[str, list[str]]
    opens_at: datetime
    closes_at: datetime
    paused_at: datetime | None
    terms: RoundTerms
    essay_version_id: int | None
    margins_mm: tuple[int, ...]


def list_rounds(session: Session) -> list[RoundView]:
    """Return all rounds, the one that closes first in front."""
    return [_view(*row) for row in session.execute(_rounds().order_by(Round.closes_at, Round.id))]


def get_round(session: Session, ref: str, *, hold: bool = False) -> RoundView:
    """Return the round behind a public name; with ``hold`` its window and pause stay as they are until the commit.

    Raises:
        NotFound: if there is none.
    """
    query = _rounds().where(Round.ref == ref)
    return _one(session, query.with_for_update(read=True, key_share=True, of=Round) if hold else query)


def get_round_row(session: Session, ref: str) -> Round:
    """Return the round's row for a change of its window or pause. Whoever starts an attempt meanwhile waits.

    Raises:
        NotFound: if there is none.
    """
    row = session.scalar(select(Round).where(Round.ref == ref).with_for_update())
    if row is None:
        raise NotFound
    return row


def round_by_id(session: Session, round_id: int) -> RoundView:
    """Return the round with ``round_id``."""
    return _one(session, _rounds().where(Round.id == round_id))


def candidates(session: Session, round_id: int) -> list[Candidate]:
    """Return the round's frozen pool, always in the same order."""
    query = select(RoundItem.version_id, RoundItem.kind, RoundItem.stratum, RoundItem.audience, RoundItem.options)
    rows = session.execute(query.where(RoundItem.round_id == round_id).order_by(RoundItem.id))
    return [
        Candidate(version, kind, stratum, tuple(audience), options)
        for version, kind, stratum, audience, options in rows
    ]


def _rounds() -> Select[Round, Contest]:
    return select(Round, Contest).join(Contest, Contest.id == Round.contest_id)


def _one(session: Session, query: Select[Round, Contest]) -> RoundView:
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    return _view(*row)


def _view(row: Round, contest: Contest) -> RoundView:
    return RoundView(
        id=row.id,
        ref=row.ref,
        contest_id=row.contest_id,
        kind=RoundKind(row.kind),
        title=row.title,
        contest_title=contest.title,
        organisers=tuple(contest.organisers),
        rules_text=contest.rules_text,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        paused_at=row.paused_at,
        terms=msgspec.convert(row.terms, RoundTerms, strict=False),
        essay_version_id=row.essay_version_id,
        margins_mm=tuple(contest.margins_mm),
    )
