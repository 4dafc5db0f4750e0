"""The smallest valid rows of what coordinators make without code: working copies, rehearsals, views, fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.rows_of_cases import AT

STEP: Mapping[str, Any] = {
    "batch_id": 1,
    "design_id": 1,
    "number": 0,
    "digest": "6" * 64,
    "document": b"x",
    "made_at": AT,
    "made_by": "王主任",
}
PARENTS_OF_DESIGNS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("designs", {"batch_id": 3, "base_revision": 1, "step": 0}),
)
VALID_OF_DESIGNS: Mapping[str, Mapping[str, Any]] = {
    "designs": {"batch_id": 1, "base_revision": 1, "step": 0},
    "design_steps": STEP,
    "rehearsal_runs": {"batch_id": 1, "digest": "7" * 64, "result": b"x", "ran_at": AT, "ran_by": "王主任"},
    "saved_views": {"user_id": 1, "place": "units", "name": "东部", "made_at": AT},
    "extra_fields": {"entity": "unit", "key": "area", "label": "片区", "kind": "text"},
}
