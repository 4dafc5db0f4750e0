"""The history of the tables, applied with Alembic."""
