"""A workbook holds what was seen, never a formula, in memory that does not grow with it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import NotAllowed
from models import AuditEntry
from services.lists import exporting
from services.lists.exporting import Export, record_export, write_export
from services.sheets import read_sheet
from tests.support.people import COORDINATOR, NOW

EXPORT = Export(name="推荐单位", place="admin_units", asked="search=x", headings=("名称", "人数"))


def test_cells_are_texts_and_numbers_and_never_formulas() -> None:
    done = write_export(EXPORT, [("=1+1", 3), ("@cmd", 2.5), ("甲", None)], actor=COORDINATOR)

    with done.content as content:
        assert read_sheet(content).rows == (
            (2, {"名称": "=1+1", "人数": "3"}),
            (3, {"名称": "@cmd", "人数": "2.5"}),
            (4, {"名称": "甲", "人数": ""}),
        )
    assert (done.count, done.is_capped) == (3, False)


@pytest.mark.parametrize(("rows", "capped"), [(4, False), (5, False), (6, True)])
def test_too_many_rows_end_with_a_sentence(monkeypatch: pytest.MonkeyPatch, rows: int, capped: bool) -> None:
    monkeypatch.setattr(exporting, "MOST_EXPORTED", 5)

    done = write_export(EXPORT, [(str(number), number) for number in range(rows)], actor=COORDINATOR)

    with done.content as content:
        found = [row["名称"] for _, row in read_sheet(content).rows]
    assert (done.count, done.is_capped) == (min(rows, 5), capped)
    assert found == [str(number) for number in range(min(rows, 5))] + [exporting.CAPPED] * capped


def test_a_long_list_needs_no_more_memory_than_a_short_one() -> None:
    def peak(rows: int) -> int:
        def lines() -> Iterator[Sequence[object]]:
            for number in range(rows):
                yield (f"单位{number}" * 10, number)

        tracemalloc.start()
        with write_export(EXPORT, lines(), actor=COORDINATOR).content:
            found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(8_000) < 1.5 * peak(1_000)


def test_who_takes_a_list_away_is_noted_with_how_much(db: Session) -> None:
    done = write_export(EXPORT, [("甲", 1)], actor=COORDINATOR)
    done.content.close()

    record_export(db, EXPORT, done, actor=COORDINATOR, now=NOW)

    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.what) == ("export_list", "导出“推荐单位” 1 条")
    assert entry.changes["after"] == {"asked": "search=x", "columns": ["名称", "人数"], "rows": 1}


def test_who_sees_no_list_takes_none_away(db: Session) -> None:
    officer = Actor("张三", Role.OFFICER, user_id=1)
    with pytest.raises(NotAllowed):
        write_export(EXPORT, [], actor=officer)
    done = write_export(replace(EXPORT), [], actor=COORDINATOR)
    done.content.close()
    with pytest.raises(NotAllowed):
        record_export(db, EXPORT, done, actor=officer, now=NOW)
