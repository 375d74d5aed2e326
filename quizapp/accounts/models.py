"""Accounts, what they may be, and the sessions in which they are signed in."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.access import Role
from quizapp.foundation.db import Base, Id, Instant, Json

_ROLES = ", ".join(f"'{role}'" for role in Role)


class Account(Base):
    """Somebody who can sign in with a printed code and a PIN."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    # argon2id; the PIN itself is shown once, on the slip.
    pin_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    # How the pages shall look for this person (text size, contrast, face, motion); nothing where nobody chose.
    display: Mapped[dict[str, Any] | None] = mapped_column(Json)


class AccountRole(Base):
    """One thing an account may be."""

    __tablename__ = "account_roles"
    __table_args__ = (
        UniqueConstraint("account_id", "role"),
        CheckConstraint(f"role IN ({_ROLES})", name="role"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    role: Mapped[str] = mapped_column(Text)


class LoginSession(Base):
    """One device on which an account is signed in; the row can be revoked, a cookie cannot."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index("ix_login_sessions_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # SHA-256 of the token in the cookie: who reads the table cannot sign in with it.
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[int] = mapped_column(Id, ForeignKey("accounts.id"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
