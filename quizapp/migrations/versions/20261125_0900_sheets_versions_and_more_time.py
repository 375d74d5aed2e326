"""One sheet of answers an attempt, earlier texts of essays, what is set aside, more time, pauses; by contest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BY_CONTEST = "HASH (contest_id)"
PARTITIONED = ("answer_sheets", "essays", "essay_versions", "set_aside")
PARTITIONS = 16

revision = "20261125_0900"
down_revision = "20261123_0900"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_postgres = op.get_bind().dialect.name == "postgresql"
    op.rename_table("essays", "essays_before")
    if on_postgres:
        op.execute("ALTER TABLE essays_before RENAME CONSTRAINT pk_essays TO pk_essays_before")
        op.execute("ALTER TABLE essays_before RENAME CONSTRAINT fk_essays_attempt_id TO fk_essays_before_attempt_id")
    op.create_table(
        "answer_sheets",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("contest_id", ID, autoincrement=False, nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_answer_sheets_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "contest_id", name=op.f("pk_answer_sheets")),
        postgresql_partition_by=BY_CONTEST,
    )
    op.create_table(
        "essays",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("contest_id", ID, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_essays_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "contest_id", name=op.f("pk_essays")),
        postgresql_partition_by=BY_CONTEST,
    )
    op.create_table(
        "essay_versions",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contest_id", ID, autoincrement=False, nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_essay_versions_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "seq", "contest_id", name=op.f("pk_essay_versions")),
        postgresql_partition_by=BY_CONTEST,
    )
    op.create_table(
        "set_aside",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("contest_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("came_at", INSTANT, nullable=False),
        sa.CheckConstraint("reason IN ('late', 'stale')", name=op.f("ck_set_aside_reason")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_set_aside_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "no", "digest", "contest_id", name=op.f("pk_set_aside")),
        postgresql_partition_by=BY_CONTEST,
    )
    if on_postgres:
        _partition()
    op.create_table(
        "extensions",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", ID, nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_extensions_adds")),
        sa.CheckConstraint("unit_id IS NULL OR person_id IS NULL", name=op.f("ck_extensions_one_scope")),
        sa.ForeignKeyConstraint(["granted_by"], ["accounts.id"], name=op.f("fk_extensions_granted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_extensions_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_extensions_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_extensions_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_index("ix_extensions_round_id", "extensions", ["round_id"])
    op.create_table(
        "high_water",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_high_water_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_high_water")),
    )
    with op.batch_alter_table("rounds") as batch_op:
        batch_op.add_column(sa.Column("paused_at", INSTANT, nullable=True))
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.add_column(sa.Column("display", JSON, nullable=True))
    with op.batch_alter_table("people") as batch_op:
        batch_op.add_column(sa.Column("extra_min", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(op.f("ck_people_extra_adds"), "extra_min >= 0")
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.add_column(sa.Column("contest_id", ID, nullable=True))
        batch_op.add_column(sa.Column("paper", sa.Text(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_attempts_contest_id"), "contests", ["contest_id"], ["id"])
        batch_op.drop_index("ix_attempts_overdue")
    op.create_index(
        "ix_attempts_overdue",
        "attempts",
        ["deadline_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _partition() -> None:
    for table in PARTITIONED:
        for number in range(PARTITIONS):
            op.execute(
                f"CREATE TABLE {table}_p{number:02} PARTITION OF {table} "
                f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
            )
    for number in range(PARTITIONS):
        # A sheet is written again with every answer: room beside it keeps the new one on its page.
        op.execute(f"ALTER TABLE answer_sheets_p{number:02} SET (fillfactor = 70)")


def downgrade() -> None:
    op.drop_index("ix_attempts_overdue", "attempts")
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.drop_constraint(op.f("fk_attempts_contest_id"), type_="foreignkey")
        batch_op.drop_column("paper")
        batch_op.drop_column("contest_id")
        batch_op.create_index("ix_attempts_overdue", ["state", "deadline_at"])
    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_constraint(op.f("ck_people_extra_adds"), type_="check")
        batch_op.drop_column("extra_min")
    with op.batch_alter_table("accounts") as batch_op:
        batch_op.drop_column("display")
    with op.batch_alter_table("rounds") as batch_op:
        batch_op.drop_column("paused_at")
    for table in ("high_water", "extensions", "set_aside", "essay_versions", "essays", "answer_sheets"):
        op.drop_table(table)
    op.rename_table("essays_before", "essays")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE essays RENAME CONSTRAINT pk_essays_before TO pk_essays")
        op.execute("ALTER TABLE essays RENAME CONSTRAINT fk_essays_before_attempt_id TO fk_essays_attempt_id")
