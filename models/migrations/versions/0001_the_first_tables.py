"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from models.base import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "audit_entries",
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True, comment="None for the system"),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False, comment="the thing acted on, in words"),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "changes", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_entries_digest")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_entries_of_batch", ["batch_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "demo_clock",
        sa.Column("offset_seconds", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_clock_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_clock")),
    )
    op.create_table(
        "instance",
        sa.Column("instance_id", sa.String(length=40), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_instance_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leases")),
        sa.UniqueConstraint("name", name=op.f("uq_leases_name")),
    )
    op.create_table(
        "programmes",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("key", name=op.f("uq_programmes_key")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.String(length=120), nullable=False, comment="'name:...' or 'address:...'"),
        sa.Column("failed_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_failures_recent", ["subject", "failed_at"], unique=False)

    op.create_table(
        "units",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("upper_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("mobile", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("path LIKE '/%/'", name=op.f("ck_units_path_is_bounded")),
        sa.ForeignKeyConstraint(["upper_id"], ["units.id"], name=op.f("fk_units_upper_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
        sa.UniqueConstraint("path", name=op.f("uq_units_path")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_upper_id"), ["upper_id"], unique=False)

    op.create_table(
        "users",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("mobile", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("account", name=op.f("uq_users_account")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("mobile", name=op.f("uq_users_mobile")),
    )
    op.create_table(
        "batches",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False, comment="official number of the notice"),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "running",
                "paused",
                "finished",
                name="batchstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("next_due_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'draft' OR published_at IS NOT NULL", name=op.f("ck_batches_running_was_published")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_batches_programme_id_programmes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("code", name=op.f("uq_batches_code")),
    )
    with op.batch_alter_table("batches", schema=None) as batch_op:
        batch_op.create_index("ix_batches_due", ["state", "next_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_batches_programme_id"), ["programme_id"], unique=False)

    op.create_table(
        "files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "media_type", sa.String(length=80), nullable=False, comment="told from the content, never from the name"
        ),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes"),
        sa.Column("stored_at", UTCDateTime(), nullable=False),
        sa.Column("stored_by", sa.String(length=80), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_files_not_empty")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_files_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_files_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_files_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "admin",
                "coordinator",
                "officer",
                "applicant",
                "expert",
                "auditor",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "programmes", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "post",
            sa.Enum("A", "B", name="post", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role <> 'officer' OR unit_id IS NOT NULL", name=op.f("ck_memberships_officer_has_unit")),
        sa.CheckConstraint("role <> 'system'", name=op.f("ck_memberships_nobody_is_the_system")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_memberships_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_memberships_unit_id_units")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memberships_user_id"), ["user_id"], unique=False)

    op.create_table(
        "titles",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False, comment="key of the category"),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True, comment="None while the title is valid"),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("batch_no >= 1", name=op.f("ck_titles_batch_is_counted_from_one")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_titles_programme_id_programmes")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_titles_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_titles")),
    )
    with op.batch_alter_table("titles", schema=None) as batch_op:
        batch_op.create_index("ix_titles_asked", ["programme_id", "batch_no", "category"], unique=False)
        batch_op.create_index(batch_op.f("ix_titles_credit_code"), ["credit_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_titles_holder"), ["holder"], unique=False)
        batch_op.create_index(batch_op.f("ix_titles_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "batch_units",
        sa.Column("class_key", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_batch_units_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_batch_units_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_units")),
        sa.UniqueConstraint("batch_id", "unit_id", name=op.f("uq_batch_units_batch_id_unit_id")),
    )
    with op.batch_alter_table("batch_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_units_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_units_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "batch_versions",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="sha256 of the canonical text, hexadecimal"
        ),
        sa.Column(
            "document", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_batch_versions_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_versions")),
        sa.UniqueConstraint("batch_id", "revision", name=op.f("uq_batch_versions_batch_id_revision")),
    )
    with op.batch_alter_table("batch_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_versions_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "call_notes",
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "phone",
                "wechat",
                "qq",
                "in_person",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("person", sa.String(length=80), nullable=False, comment="who was spoken to"),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("called_at", UTCDateTime(), nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_call_notes_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_call_notes_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_notes")),
    )
    with op.batch_alter_table("call_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_notes_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_notes_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "categories",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "subtypes", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_categories_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_categories_batch_id_key")),
    )
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_categories_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("post", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("mobile", sa.String(length=40), nullable=True),
        sa.Column("fax", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("valid_until", UTCDateTime(), nullable=True),
        sa.Column(
            "refused_at", UTCDateTime(), nullable=True, comment="when the mail host refused the address for good"
        ),
        sa.Column("refused_because", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "email IS NOT NULL OR mobile IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_contacts_is_reachable")
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_contacts_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_contacts_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_contacts_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index("ix_contacts_current", ["batch_id", "unit_id", "valid_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contacts_valid_until"), ["valid_until"], unique=False)

    op.create_table(
        "duties",
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False, comment="0 when the duty is about the unit itself"),
        sa.Column("opens_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column(
            "settled_as",
            sa.Enum(
                "done",
                "none",
                "exempt",
                "waived",
                name="settlement",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("is_late", sa.Boolean(), nullable=False, comment="settled by a permit after the deadline (补报)"),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(settled_as IS NULL) = (settled_at IS NULL)", name=op.f("ck_duties_settled_has_time")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_duties_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_duties_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint(
            "batch_id", "stage_key", "unit_id", "title_id", name=op.f("uq_duties_batch_id_stage_key_unit_id_title_id")
        ),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duties_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_duties_owed", ["batch_id", "stage_key", "settled_as", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_duties_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "extensions",
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("title_id", sa.Integer(), nullable=True),
        sa.Column("was_due_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("granted_by", sa.String(length=80), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_at > was_due_at", name=op.f("ck_extensions_gives_more_time")),
        sa.CheckConstraint("title_id IS NULL OR unit_id IS NOT NULL", name=op.f("ck_extensions_title_has_unit")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_extensions_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_extensions_file_id_files")),
        sa.ForeignKeyConstraint(["title_id"], ["titles.id"], name=op.f("fk_extensions_title_id_titles")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_extensions_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    with op.batch_alter_table("extensions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extensions_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extensions_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "flow_runs",
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("now", UTCDateTime(), nullable=False, comment="the effective now that the run worked with"),
        sa.Column("is_orchestrated", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("prefect_run_id", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("moments", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_flow_runs_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_runs")),
    )
    with op.batch_alter_table("flow_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flow_runs_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "late_permits",
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False, comment="0: every duty of the unit in the stage"),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approver", sa.String(length=80), nullable=False, comment="who approved it in the office"),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("granted_by", sa.String(length=80), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_late_permits_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_late_permits_file_id_files")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_late_permits_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_permits")),
    )
    with op.batch_alter_table("late_permits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_permits_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_late_permits_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "mails",
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column("moment_key", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "stage_opens",
                "reminder",
                "digest",
                "escalation",
                "stage_closes",
                "extension",
                name="mailkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("not_before", UTCDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "claimed",
                "sending",
                "sent",
                "uncertain",
                "refused",
                "void",
                "held",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "lists", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column(
            "retry_after", UTCDateTime(), nullable=True, comment="wall time of the next try, after a failed one"
        ),
        sa.Column("claimed_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("is_resent", sa.Boolean(), nullable=False, comment="tried again after an uncertain hand-over"),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(lease_until IS NOT NULL) = (state IN ('claimed', 'sending'))", name=op.f("ck_mails_claim_has_lease")
        ),
        sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name=op.f("ck_mails_sent_has_time")),
        sa.CheckConstraint(
            "state NOT IN ('sending', 'sent', 'uncertain') OR raw IS NOT NULL", name=op.f("ck_mails_sent_is_kept")
        ),
        sa.CheckConstraint("state NOT IN ('void', 'held') OR because <> ''", name=op.f("ck_mails_stopped_says_why")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_mails_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_mails_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("key", name=op.f("uq_mails_key")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mails_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_mails_next", ["state", "not_before"], unique=False)
        batch_op.create_index("ix_mails_of_batch", ["batch_id", "id"], unique=False)
        batch_op.create_index("ix_mails_of_person", ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_mails_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "moments",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "close",
                "open",
                "remind",
                "escalate",
                name="momentkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "applied", "merged", "missed", name="verdict", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("verdict = 'applied' OR because <> ''", name=op.f("ck_moments_not_applied_says_why")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_moments_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moments")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_moments_batch_id_key")),
    )
    with op.batch_alter_table("moments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moments_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "phone_duties",
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("stage_key", sa.String(length=40), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_phone_duties_done_has_person")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_phone_duties_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_phone_duties_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_duties")),
        sa.UniqueConstraint("key", name=op.f("uq_phone_duties_key")),
    )
    with op.batch_alter_table("phone_duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_duties_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_duties_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "quotas",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("class_key", sa.String(length=40), nullable=False),
        sa.Column("category_key", sa.String(length=40), nullable=False),
        sa.Column(
            "subtypes", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column(
            "strength",
            sa.Enum("hard", "soft", name="strength", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint('"limit" IS NULL OR "limit" >= 0', name=op.f("ck_quotas_limit_not_negative")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_quotas_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotas")),
        sa.UniqueConstraint("batch_id", "key", "class_key", name=op.f("uq_quotas_batch_id_key_class_key")),
    )
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quotas_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "stages",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "collect",
                "declare",
                "review",
                "recommend",
                "score",
                "visit",
                "publish",
                name="stagekind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("opens_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("due_since", UTCDateTime(), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_stages_closed_was_open")),
        sa.CheckConstraint(
            "due_at IS NULL OR opens_at IS NULL OR due_at > opens_at", name=op.f("ck_stages_due_after_opening")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_stages_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stages")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_stages_batch_id_key")),
    )
    with op.batch_alter_table("stages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stages_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "title_aliases",
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_title_aliases_title_id_titles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title_aliases")),
    )
    with op.batch_alter_table("title_aliases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_title_aliases_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_title_aliases_title_id"), ["title_id"], unique=False)

    op.create_table(
        "title_moves",
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["from_unit_id"], ["units.id"], name=op.f("fk_title_moves_from_unit_id_units")),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_title_moves_title_id_titles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["to_unit_id"], ["units.id"], name=op.f("fk_title_moves_to_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title_moves")),
    )
    with op.batch_alter_table("title_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_title_moves_title_id"), ["title_id"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("csrf_secret", sa.String(length=64), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_web_sessions_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_web_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_sessions_token_hash")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_sessions_user_id"), ["user_id"], unique=False)

    op.create_table(
        "answers",
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.Column(
            "values", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(length=80), nullable=False),
        sa.Column("filed_at", UTCDateTime(), nullable=True),
        sa.Column("filed_by", sa.String(length=80), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(filed_at IS NULL) = (filed_by IS NULL)", name=op.f("ck_answers_filed_has_person")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_answers_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["duties.id"], name=op.f("fk_answers_duty_id_duties"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_answers_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_answers_duty_id")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "exemptions",
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.Column("reason_key", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_exemptions_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["duties.id"], name=op.f("fk_exemptions_duty_id_duties"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_exemptions_file_id_files")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_exemptions_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemptions")),
        sa.UniqueConstraint("duty_id", name=op.f("uq_exemptions_duty_id")),
    )
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exemptions_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exemptions_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "mail_attempts",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mails.id"], name=op.f("fk_mail_attempts_mail_id_mails"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attempts")),
    )
    with op.batch_alter_table("mail_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_attempts_mail_id"), ["mail_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("mail_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_attempts_mail_id"))

    op.drop_table("mail_attempts")
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exemptions_unit_id"))
        batch_op.drop_index(batch_op.f("ix_exemptions_batch_id"))

    op.drop_table("exemptions")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answers_unit_id"))
        batch_op.drop_index(batch_op.f("ix_answers_batch_id"))

    op.drop_table("answers")
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_sessions_user_id"))

    op.drop_table("web_sessions")
    with op.batch_alter_table("title_moves", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_title_moves_title_id"))

    op.drop_table("title_moves")
    with op.batch_alter_table("title_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_title_aliases_title_id"))
        batch_op.drop_index(batch_op.f("ix_title_aliases_name"))

    op.drop_table("title_aliases")
    with op.batch_alter_table("stages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stages_batch_id"))

    op.drop_table("stages")
    with op.batch_alter_table("quotas", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quotas_batch_id"))

    op.drop_table("quotas")
    with op.batch_alter_table("phone_duties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_duties_unit_id"))
        batch_op.drop_index(batch_op.f("ix_phone_duties_batch_id"))

    op.drop_table("phone_duties")
    with op.batch_alter_table("moments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moments_batch_id"))

    op.drop_table("moments")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mails_unit_id"))
        batch_op.drop_index("ix_mails_of_person")
        batch_op.drop_index("ix_mails_of_batch")
        batch_op.drop_index("ix_mails_next")
        batch_op.drop_index(batch_op.f("ix_mails_batch_id"))

    op.drop_table("mails")
    with op.batch_alter_table("late_permits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_late_permits_unit_id"))
        batch_op.drop_index(batch_op.f("ix_late_permits_batch_id"))

    op.drop_table("late_permits")
    with op.batch_alter_table("flow_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flow_runs_batch_id"))

    op.drop_table("flow_runs")
    with op.batch_alter_table("extensions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extensions_unit_id"))
        batch_op.drop_index(batch_op.f("ix_extensions_batch_id"))

    op.drop_table("extensions")
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duties_unit_id"))
        batch_op.drop_index("ix_duties_owed")
        batch_op.drop_index(batch_op.f("ix_duties_batch_id"))

    op.drop_table("duties")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contacts_valid_until"))
        batch_op.drop_index(batch_op.f("ix_contacts_unit_id"))
        batch_op.drop_index("ix_contacts_current")

    op.drop_table("contacts")
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_categories_batch_id"))

    op.drop_table("categories")
    with op.batch_alter_table("call_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_notes_unit_id"))
        batch_op.drop_index(batch_op.f("ix_call_notes_batch_id"))

    op.drop_table("call_notes")
    with op.batch_alter_table("batch_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_versions_batch_id"))

    op.drop_table("batch_versions")
    with op.batch_alter_table("batch_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_units_unit_id"))
        batch_op.drop_index(batch_op.f("ix_batch_units_batch_id"))

    op.drop_table("batch_units")
    with op.batch_alter_table("titles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_titles_unit_id"))
        batch_op.drop_index(batch_op.f("ix_titles_holder"))
        batch_op.drop_index(batch_op.f("ix_titles_credit_code"))
        batch_op.drop_index("ix_titles_asked")

    op.drop_table("titles")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memberships_user_id"))
        batch_op.drop_index(batch_op.f("ix_memberships_unit_id"))

    op.drop_table("memberships")
    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_files_unit_id"))
        batch_op.drop_index(batch_op.f("ix_files_sha256"))

    op.drop_table("files")
    with op.batch_alter_table("batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batches_programme_id"))
        batch_op.drop_index("ix_batches_due")

    op.drop_table("batches")
    op.drop_table("users")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_units_upper_id"))

    op.drop_table("units")
    with op.batch_alter_table("sign_in_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_failures_recent")

    op.drop_table("sign_in_failures")
    op.drop_table("programmes")
    op.drop_table("leases")
    op.drop_table("instance")
    op.drop_table("demo_clock")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_unit_id"))
        batch_op.drop_index("ix_audit_entries_of_batch")
        batch_op.drop_index(batch_op.f("ix_audit_entries_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_action"))

    op.drop_table("audit_entries")
