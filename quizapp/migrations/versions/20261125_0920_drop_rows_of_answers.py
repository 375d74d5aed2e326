"""Drop what the sheets replaced: a row an answer, papers as JSON, essays without their contest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "20261125_0920"
down_revision = "20261125_0910"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("responses")
    op.drop_table("essays_before")
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.drop_column("layout")
        batch_op.alter_column("paper", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("contest_id", existing_type=ID, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.add_column(sa.Column("layout", JSON, nullable=False, server_default="[]"))
        batch_op.alter_column("paper", existing_type=sa.Text(), nullable=True)
        batch_op.alter_column("contest_id", existing_type=ID, nullable=True)
    with op.batch_alter_table("attempts") as batch_op:
        batch_op.alter_column("layout", existing_type=JSON, server_default=None)
    op.create_table(
        "essays_before",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_essays_before_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_essays_before")),
    )
    op.create_table(
        "responses",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_responses_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", "no", name=op.f("pk_responses")),
    )
