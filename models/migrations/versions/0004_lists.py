"""What lists of cases read: lines, branches and pairs of characters, filled from the rows that are there."""

import sqlalchemy as sa
from alembic import op

from models.migrations import listing

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _exact(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    _tables()
    listing.fill(op.get_bind())
    _indexes()
    listing.create(op.get_bind())


def downgrade() -> None:
    listing.drop(op.get_bind())
    for table in ("case_grams", "case_branches", "case_lines"):
        op.drop_table(table)


def _tables() -> None:
    op.create_table(
        "case_lines",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="of the case"),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at_unit_id", sa.Integer(), nullable=False),
        sa.Column("category_key", _exact(40), nullable=False),
        sa.Column("state", _exact(24), nullable=False),
        sa.Column(
            "submitted", sa.BigInteger(), nullable=False, comment="second of the submission since 1970, 0 before it"
        ),
        sa.Column("title", _exact(200), nullable=False, comment="empty while somebody else may not read it"),
        sa.Column(
            "is_out",
            sa.Boolean(),
            nullable=False,
            comment="more shows than that it exists",
        ),
        sa.Column(
            "drafted_by", sa.String(80), nullable=False, comment="the officer who typed it, empty for an applicant's"
        ),
        sa.Column(
            "words", sa.Text(), nullable=False, comment="title and applicant's name in lower case, a line each"
        ),
        sa.Column("code", _exact(18), nullable=False, comment="the applicant's credit code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_lines")),
    )
    op.create_table(
        "case_branches",
        sa.Column("branch_id", sa.Integer(), nullable=False, comment="the case's channel, or a unit above it"),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("at_unit_id", sa.Integer(), nullable=False),
        sa.Column("state", _exact(24), nullable=False),
        sa.Column("category_key", _exact(40), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False, comment="of the case"),
        sa.Column("submitted", sa.BigInteger(), nullable=False),
        sa.Column("title", _exact(200), nullable=False),
        sa.PrimaryKeyConstraint("id", "branch_id", name=op.f("pk_case_branches")),
    )
    op.create_table(
        "case_grams",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("gram", _exact(20), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False, comment="of the case"),
        sa.PrimaryKeyConstraint("batch_id", "gram", "submitted", "id", name=op.f("pk_case_grams")),
        sqlite_with_rowid=False,
    )


def _indexes() -> None:
    by_time = ["submitted", "id"]
    op.create_index("ix_case_lines_unit_id", "case_lines", ["unit_id"])
    op.create_index("ix_case_lines_at_unit", "case_lines", ["batch_id", "at_unit_id", *by_time])
    op.create_index("ix_case_branches_all", "case_branches", ["branch_id", "batch_id", *by_time])
    op.create_index("ix_case_branches_at_unit", "case_branches", ["branch_id", "batch_id", "at_unit_id", *by_time])
    of_state, at_unit = ["batch_id", "state", "category_key"], ["batch_id", "at_unit_id", "state", "category_key"]
    of_branch = ["branch_id", *of_state]
    for order, columns in {"submitted": by_time, "title": ["title", "id"], "id": ["id"]}.items():
        op.create_index(f"ix_case_lines_{order}", "case_lines", ["batch_id", *columns])
        op.create_index(f"ix_case_lines_of_state_{order}", "case_lines", [*of_state, *columns])
        op.create_index(f"ix_case_lines_at_unit_{order}", "case_lines", [*at_unit, *columns])
        op.create_index(f"ix_case_branches_{order}", "case_branches", [*of_branch, *columns])
