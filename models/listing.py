"""What lists of cases read: a narrow line a case, one under each unit above it, and its pairs of characters.

Triggers keep these tables in the transaction of the change, whoever makes it; `models.migrations.listing` has them.
They are no facts: each can be made anew from cases, organisations and units. A copy for a rehearsal has none of it.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text
from sqlalchemy.sql.type_api import TypeEngine

from models.base import Base


def _exact(length: int) -> TypeEngine[str]:
    """Return a text that is ordered by its characters' numbers on both databases, so that ranges serve beginnings."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


case_lines = Table(
    "case_lines",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="of the case"),
    Column("batch_id", Integer, nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("at_unit_id", Integer, nullable=False),
    Column("category_key", _exact(40), nullable=False),
    Column("state", _exact(24), nullable=False),
    Column("submitted", BigInteger, nullable=False, comment="second of the submission since 1970, 0 before it"),
    Column("title", _exact(200), nullable=False, comment="empty while somebody else may not read it"),
    Column("is_out", Boolean, nullable=False, comment="more shows than that it exists"),
    Column("drafted_by", String(80), nullable=False, comment="the officer who typed it, empty for an applicant's"),
    Column("words", Text, nullable=False, comment="title and applicant's name in lower case, a line each"),
    Column("code", _exact(18), nullable=False, comment="the applicant's credit code"),
    Index("ix_case_lines_unit_id", "unit_id"),
    Index("ix_case_lines_submitted", "batch_id", "submitted", "id"),
    Index("ix_case_lines_title", "batch_id", "title", "id"),
    Index("ix_case_lines_id", "batch_id", "id"),
    Index("ix_case_lines_of_state_submitted", "batch_id", "state", "category_key", "submitted", "id"),
    Index("ix_case_lines_of_state_title", "batch_id", "state", "category_key", "title", "id"),
    Index("ix_case_lines_of_state_id", "batch_id", "state", "category_key", "id"),
    Index("ix_case_lines_at_unit", "batch_id", "at_unit_id", "submitted", "id"),
    Index("ix_case_lines_at_unit_submitted", "batch_id", "at_unit_id", "state", "category_key", "submitted", "id"),
    Index("ix_case_lines_at_unit_title", "batch_id", "at_unit_id", "state", "category_key", "title", "id"),
    Index("ix_case_lines_at_unit_id", "batch_id", "at_unit_id", "state", "category_key", "id"),
)
"""One row a case; every order that a list offers is an index, alone, by state and category, and by holder."""

case_branches = Table(
    "case_branches",
    Base.metadata,
    Column("branch_id", Integer, nullable=False, comment="the case's channel, or a unit above it"),
    Column("batch_id", Integer, nullable=False),
    Column("at_unit_id", Integer, nullable=False),
    Column("state", _exact(24), nullable=False),
    Column("category_key", _exact(40), nullable=False),
    Column("id", Integer, nullable=False, comment="of the case"),
    Column("submitted", BigInteger, nullable=False),
    Column("title", _exact(200), nullable=False),
    PrimaryKeyConstraint("id", "branch_id"),
    Index("ix_case_branches_all", "branch_id", "batch_id", "submitted", "id"),
    Index("ix_case_branches_at_unit", "branch_id", "batch_id", "at_unit_id", "submitted", "id"),
    Index("ix_case_branches_submitted", "branch_id", "batch_id", "state", "category_key", "submitted", "id"),
    Index("ix_case_branches_title", "branch_id", "batch_id", "state", "category_key", "title", "id"),
    Index("ix_case_branches_id", "branch_id", "batch_id", "state", "category_key", "id"),
)
"""One row for each case and unit at or above its channel, so that a branch is one range of an index."""

case_grams = Table(
    "case_grams",
    Base.metadata,
    Column("batch_id", Integer, nullable=False),
    Column("gram", _exact(20), nullable=False),
    Column("submitted", BigInteger, nullable=False),
    Column("id", Integer, nullable=False, comment="of the case"),
    PrimaryKeyConstraint("batch_id", "gram", "submitted", "id"),
    sqlite_with_rowid=False,
)
"""Every pair of characters of a case's words, in the order of the list, and its credit code in three ways.

"#" and the code; "@" and the code from the ninth character on (组织机构代码); "$" and the code read backwards.
"""
