"""The whole table, in the order of the registry's chapters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.lint_table import collecting, dates, keys, kinds, reminders, rules, taking_part
from tests.support.lint_table.rows import Row

TABLE: tuple[Row, ...] = (
    *keys.ROWS,
    *dates.ROWS,
    *taking_part.ROWS,
    *reminders.ROWS,
    *collecting.ROWS,
    *collecting.CHECKS,
    *kinds.ROWS,
    *rules.ROWS,
)
PARAMS: list[Any] = [pytest.param(row, id=f"{row.code}-{number}") for number, row in enumerate(TABLE)]
