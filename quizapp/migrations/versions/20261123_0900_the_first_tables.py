"""The first tables: accounts, banks, contests, the roster, attempts, scores, scripts, entries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "20261123_0900"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("code", name=op.f("uq_accounts_code")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_log_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_log_subject"), ["subject"], unique=False)

    op.create_table(
        "banks",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("loaded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_banks")),
        sa.UniqueConstraint("slug", name=op.f("uq_banks_slug")),
    )
    op.create_table(
        "contests",
        sa.Column("id", ID, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("organisers", JSON, nullable=False),
        sa.Column("rules_text", JSON, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("margins_mm", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
        sa.UniqueConstraint("ref", name=op.f("uq_contests_ref")),
        sa.UniqueConstraint("slug", name=op.f("uq_contests_slug")),
    )
    op.create_table(
        "pulses",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulses")),
    )
    op.create_table(
        "told",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.Column("heard_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
    )
    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.create_index(
            "ix_told_waiting",
            ["id"],
            unique=False,
            sqlite_where=sa.text("heard_at IS NULL"),
            postgresql_where=sa.text("heard_at IS NULL"),
        )

    op.create_table(
        "units",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('office', 'preschool', 'primary', 'secondary')", name=op.f("ck_units_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
    )
    op.create_table(
        "account_roles",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('participant', 'judge', 'administrator')", name=op.f("ck_account_roles_role")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_roles_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_roles")),
        sa.UniqueConstraint("account_id", "role", name=op.f("uq_account_roles_account_id_role")),
    )
    op.create_table(
        "items",
        sa.Column("id", ID, nullable=False),
        sa.Column("bank_id", ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["banks.id"], name=op.f("fk_items_bank_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("code", name=op.f("uq_items_code")),
    )
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.create_index("ix_items_bank_id", ["bank_id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("told_id", ID, nullable=True),
        sa.Column("once_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("state <> 'running' OR token IS NOT NULL", name=op.f("ck_jobs_running_is_leased")),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(["told_id"], ["told.id"], name=op.f("fk_jobs_told_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("once_key", name=op.f("uq_jobs_once_key")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_jobs_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )
        batch_op.create_index(
            "ix_jobs_failed",
            ["name"],
            unique=False,
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )

    op.create_table(
        "login_sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_login_sessions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_sessions_token_hash")),
    )
    with op.batch_alter_table("login_sessions", schema=None) as batch_op:
        batch_op.create_index("ix_login_sessions_account_id", ["account_id"], unique=False)

    op.create_table(
        "people",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("sort_key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("class_name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "category IN ('staff', 'grade-6', 'grade-7', 'grade-8', 'grade-9')", name=op.f("ck_people_category")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_people_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_people_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("account_id", name=op.f("uq_people_account_id")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index("ix_people_unit_id", ["unit_id", "sort_key"], unique=False)

    op.create_table(
        "item_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("body", JSON, nullable=False),
        sa.Column("answer_key", JSON, nullable=True),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "kind = 'essay' OR answer_key IS NOT NULL", name=op.f("ck_item_versions_choices_have_a_key")
        ),
        sa.CheckConstraint("kind IN ('single', 'multiple', 'essay')", name=op.f("ck_item_versions_kind")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_versions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_versions")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_versions_item_id_number")),
    )
    op.create_table(
        "rounds",
        sa.Column("id", ID, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("essay_version_id", ID, nullable=True),
        sa.CheckConstraint("kind IN ('sitting', 'written')", name=op.f("ck_rounds_kind")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_rounds_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_rounds_contest_id")),
        sa.ForeignKeyConstraint(["essay_version_id"], ["item_versions.id"], name=op.f("fk_rounds_essay_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("contest_id", "slug", name=op.f("uq_rounds_contest_id_slug")),
        sa.UniqueConstraint("ref", name=op.f("uq_rounds_ref")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("deadline_at", INSTANT, nullable=False),
        sa.Column("handed_in_at", INSTANT, nullable=True),
        sa.Column("layout", JSON, nullable=False),
        sa.Column("essay_version_id", ID, nullable=True),
        sa.CheckConstraint(
            "state <> 'handed_in' OR handed_in_at IS NOT NULL", name=op.f("ck_attempts_handed_in_is_dated")
        ),
        sa.CheckConstraint("state IN ('open', 'handed_in', 'void')", name=op.f("ck_attempts_state")),
        sa.ForeignKeyConstraint(["essay_version_id"], ["item_versions.id"], name=op.f("fk_attempts_essay_version_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_attempts_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_attempts_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("ref", name=op.f("uq_attempts_ref")),
        sa.UniqueConstraint("round_id", "person_id", "number", name=op.f("uq_attempts_round_id_person_id_number")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index("ix_attempts_overdue", ["state", "deadline_at"], unique=False)
        batch_op.create_index("ix_attempts_person_id", ["person_id"], unique=False)

    op.create_table(
        "round_items",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("options", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_items_round_id")),
        sa.ForeignKeyConstraint(["version_id"], ["item_versions.id"], name=op.f("fk_round_items_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_items")),
        sa.UniqueConstraint("round_id", "version_id", name=op.f("uq_round_items_round_id_version_id")),
    )
    op.create_table(
        "choice_scores",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("per_item", JSON, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.CheckConstraint("points >= 0 AND points <= max_points", name=op.f("ck_choice_scores_within_reach")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_choice_scores_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_choice_scores")),
    )
    op.create_table(
        "entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.CheckConstraint("variant IN ('named', 'blind')", name=op.f("ck_entries_variant")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_entries_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("attempt_id", "variant", name=op.f("uq_entries_attempt_id_variant")),
    )
    op.create_table(
        "essays",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_essays_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_essays")),
    )
    op.create_table(
        "receipts",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("handed_in_at", INSTANT, nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_receipts_attempt_id")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("code", name=op.f("uq_receipts_code")),
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
    op.create_table(
        "scripts",
        sa.Column("id", ID, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("author_unit_id", ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("judge_id", ID, nullable=True),
        sa.Column("held_until", INSTANT, nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state <> 'held' OR (judge_id IS NOT NULL AND held_until IS NOT NULL)",
            name=op.f("ck_scripts_held_by_somebody"),
        ),
        sa.CheckConstraint("state <> 'marked' OR total IS NOT NULL", name=op.f("ck_scripts_marked_has_a_total")),
        sa.CheckConstraint("state IN ('waiting', 'held', 'marked')", name=op.f("ck_scripts_state")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_scripts_attempt_id")),
        sa.ForeignKeyConstraint(["author_unit_id"], ["units.id"], name=op.f("fk_scripts_author_unit_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["accounts.id"], name=op.f("fk_scripts_judge_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_scripts_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scripts")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_scripts_attempt_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_scripts_ref")),
    )
    with op.batch_alter_table("scripts", schema=None) as batch_op:
        batch_op.create_index("ix_scripts_queue", ["state", "ref"], unique=False)

    op.create_table(
        "script_marks",
        sa.Column("id", ID, nullable=False),
        sa.Column("script_id", ID, nullable=False),
        sa.Column("judge_id", ID, nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["judge_id"], ["accounts.id"], name=op.f("fk_script_marks_judge_id")),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_script_marks_script_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_marks")),
        sa.UniqueConstraint(
            "script_id", "judge_id", "criterion", name=op.f("uq_script_marks_script_id_judge_id_criterion")
        ),
    )


def downgrade() -> None:
    op.drop_table("script_marks")
    with op.batch_alter_table("scripts", schema=None) as batch_op:
        batch_op.drop_index("ix_scripts_queue")

    op.drop_table("scripts")
    op.drop_table("responses")
    op.drop_table("receipts")
    op.drop_table("essays")
    op.drop_table("entries")
    op.drop_table("choice_scores")
    op.drop_table("round_items")
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_attempts_person_id")
        batch_op.drop_index("ix_attempts_overdue")

    op.drop_table("attempts")
    op.drop_table("rounds")
    op.drop_table("item_versions")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index("ix_people_unit_id")

    op.drop_table("people")
    with op.batch_alter_table("login_sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_login_sessions_account_id")

    op.drop_table("login_sessions")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_jobs_failed", sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'")
        )
        batch_op.drop_index(
            "ix_jobs_due",
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )

    op.drop_table("jobs")
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_index("ix_items_bank_id")

    op.drop_table("items")
    op.drop_table("account_roles")
    op.drop_table("units")
    with op.batch_alter_table("told", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_told_waiting", sqlite_where=sa.text("heard_at IS NULL"), postgresql_where=sa.text("heard_at IS NULL")
        )

    op.drop_table("told")
    op.drop_table("pulses")
    op.drop_table("contests")
    op.drop_table("banks")
    with op.batch_alter_table("audit_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_log_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_log_at"))

    op.drop_table("audit_log")
    op.drop_table("accounts")
