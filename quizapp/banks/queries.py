"""What is in the banks. The key has a query of its own, and only grading asks it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.banks.models import Bank, Item, ItemVersion


@dataclass(frozen=True)
class BankRow:
    """A line of the administrator's list."""

    slug: str
    title: Mapping[str, str]
    domain: str
    as_of: date
    items: int


@dataclass(frozen=True)
class PoolItem:
    """What drawing a paper needs to know of an item's current version."""

    version_id: int
    code: str
    kind: str
    domain: str
    difficulty: str
    audience: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    options: int


@dataclass(frozen=True)
class Asked:
    """What a contestant may see of a version."""

    version_id: int
    kind: str
    stem: str
    options: tuple[tuple[str, str], ...]


def list_banks(session: Session) -> list[BankRow]:
    """Return all banks with the number of their items, by slug."""
    counted = func.count(Item.id)
    query = select(Bank.slug, Bank.title, Bank.domain, Bank.as_of, counted).outerjoin(Item, Item.bank_id == Bank.id)
    return [BankRow(*row) for row in session.execute(query.group_by(Bank.id).order_by(Bank.slug))]


def known_fingerprints(session: Session, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return code → (bank slug, fingerprint of the current version) for those of ``codes`` that are known."""
    query = (
        select(Item.code, Bank.slug, ItemVersion.fingerprint)
        .join(Bank, Bank.id == Item.bank_id)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current))
        .where(Item.code.in_(codes))
    )
    return {code: (slug, mark) for code, slug, mark in session.execute(query)}


def pool(session: Session) -> list[PoolItem]:
    """Return every item's current version, without its key."""
    query = (
        select(ItemVersion, Item.code, Bank.domain)
        .join(Item, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.current))
        .join(Bank, Bank.id == Item.bank_id)
        .order_by(Item.code)
    )
    return [_pool_item(version, code, domain) for version, code, domain in session.execute(query)]


def asked(session: Session, version_ids: Collection[int]) -> dict[int, Asked]:
    """Return what may be shown of the versions, by id."""
    query = select(ItemVersion.id, ItemVersion.kind, ItemVersion.body).where(ItemVersion.id.in_(version_ids))
    return {row.id: asked_of(row.id, row.kind, row.body) for row in session.execute(query)}


def keys(session: Session, version_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the right options of the versions, by id. For grading only."""
    query = select(ItemVersion.id, ItemVersion.answer_key).where(ItemVersion.id.in_(version_ids))
    return {row.id: frozenset(row.answer_key or ()) for row in session.execute(query)}


def outline(session: Session, version_id: int) -> tuple[str, ...]:
    """Return what a good answer to an essay question covers. For judges only."""
    notes: dict[str, Any] = session.execute(select(ItemVersion.notes).where(ItemVersion.id == version_id)).scalar_one()
    return tuple(notes.get("outline", ()))


def _pool_item(version: ItemVersion, code: str, domain: str) -> PoolItem:
    options = len(version.body.get("options", ()))
    span = (version.valid_from, version.valid_to)
    return PoolItem(version.id, code, version.kind, domain, version.difficulty, tuple(version.audience), *span, options)


def asked_of(version_id: int, kind: str, body: Mapping[str, Any]) -> Asked:
    """Return what may be shown of a stored version."""
    options = tuple((option, text) for option, text in body.get("options", ()))
    return Asked(version_id, kind, body["stem"], options)
