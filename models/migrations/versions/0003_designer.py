"""The designer: working copies, rehearsals that are kept, views of lists, additional fields."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from models.base import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = (
    "'stage_opens', 'reminder', 'digest', 'escalation', 'stage_closes', 'extension', 'case', 'account', 'upstream'"
)


def upgrade() -> None:
    op.create_table(
        "extra_fields",
        sa.Column(
            "entity",
            sa.Enum("unit", "organisation", name="entity", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long_text",
                "number",
                "date",
                "choice",
                "flag",
                name="extrakind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "choices", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_fields")),
        sa.UniqueConstraint("entity", "key", name=op.f("uq_extra_fields_entity_key")),
    )
    op.create_table(
        "saved_views",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "query", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "columns", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True
        ),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "place", "name", name=op.f("uq_saved_views_user_id_place_name")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_place"), ["place"], unique=False)

    op.create_table(
        "designs",
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_designs_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designs")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_designs_batch_id")),
    )
    with op.batch_alter_table("designs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_designs_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "rehearsal_runs",
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column(
            "scenario", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column(
            "counts", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("ran_at", UTCDateTime(), nullable=False),
        sa.Column("ran_by", sa.String(length=80), nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=True),
        sa.Column("signed_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_rehearsal_runs_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal_runs")),
    )
    with op.batch_alter_table("rehearsal_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rehearsal_runs_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "design_steps",
        sa.Column("design_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="sha256 of the canonical text, hexadecimal"
        ),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_design_steps_batch_id_batches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["design_id"], ["designs.id"], name=op.f("fk_design_steps_design_id_designs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_steps")),
        sa.UniqueConstraint("design_id", "number", name=op.f("uq_design_steps_design_id_number")),
    )
    with op.batch_alter_table("design_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_design_steps_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_design_steps_design_id"), ["design_id"], unique=False)

    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "extra",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
                server_default="{}",
                nullable=False,
            )
        )

    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "extra",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
                server_default="{}",
                nullable=False,
            )
        )

    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mails_mailkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_mails_mailkind"), f"kind IN ({KINDS}, 'correction')")


def downgrade() -> None:
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mails_mailkind"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_mails_mailkind"), f"kind IN ({KINDS})")

    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_column("extra")

    with op.batch_alter_table("design_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_design_steps_design_id"))
        batch_op.drop_index(batch_op.f("ix_design_steps_batch_id"))

    op.drop_table("design_steps")
    with op.batch_alter_table("rehearsal_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rehearsal_runs_batch_id"))

    op.drop_table("rehearsal_runs")
    with op.batch_alter_table("designs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_designs_batch_id"))

    op.drop_table("designs")
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_views_place"))

    op.drop_table("saved_views")
    op.drop_table("extra_fields")
