"""The entry on paper."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.foundation.db import Base, Id, Instant


class Entry(Base):
    """An entry's PDF that was made and stored."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("attempt_id", "variant"),
        CheckConstraint("variant IN ('named', 'blind')", name="variant"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(Id, ForeignKey("attempts.id"))
    variant: Mapped[str] = mapped_column(Text)
    # Where ``foundation.storage`` keeps it; the key holds the file's SHA-256.
    storage_key: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
