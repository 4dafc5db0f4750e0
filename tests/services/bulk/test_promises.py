"""What holds for every import: a look is a promise, kept whole or not at all, and asks the database little."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Invalid
from models import AuditEntry, Contact, Programme, Title, Unit
from models.session import Database
from services import audit
from services.bulk.columns import What
from services.bulk.importing import Workbook, confirm, preview
from services.bulk.outcome import Effect
from tests.support.batches import COORDINATOR, definition, running
from tests.support.bulk import NOW, Formula, book_of, bring_in, look
from tests.support.filled import with_quotas
from tests.support.people import ADMIN, unit
from tests.support.statements import counted

LABELS = {"code": "代码", "name": "名称", "short": "简称", "email": "电子邮箱", "mobile": "手机"}
CODES = st.sampled_from(["A", "B", "C", "D", "E", "　Ｆ ", ""])
ROWS = st.lists(
    st.tuples(
        CODES,
        st.sampled_from(["甲", "乙", "丙", "丁", "戊", "己", "庚", ""]),
        st.sampled_from(["", "", "A", "B", "E", "乙", "丁", "X"]),
        st.sampled_from(["", "简", "称"]),
        st.sampled_from(["", "a@x.example", "b@x.example", "x"]),
        st.sampled_from(["", 13800000000.0, "138 0000 0000"]),
    ),
    min_size=1,
    max_size=6,
)


def state(session: Session) -> dict[str, dict[str, str]]:
    """Return every unit as a preview would show it, by code, with the name of the one above."""
    session.expire_all()
    return {
        one.code: {label: getattr(one, key) or "" for key, label in LABELS.items()}
        | {"上级单位": one.upper.name if one.upper else ""}
        for one in session.scalars(select(Unit))
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
@example(rows=[("B", "丁", "", "", "", ""), ("C", "丙", "乙", "", "", "")])
@example(rows=[("C", "丙", "丁", "", "", ""), ("B", "丁", "", "", "", "")])
@example(rows=[("A", "丁", "", "", "", ""), ("B", "乙", "丁", "", "", "")])
@example(rows=[("A", "丁", "", "", "", ""), ("B", "丙", "甲", "", "", "")])
def test_an_import_does_exactly_what_its_preview_said(db: Session, rows: list[tuple[object, ...]]) -> None:
    with db.begin_nested() as trial:
        top = unit(db, "A", name="甲", email="a@x.example")
        unit(db, "B", top, name="乙", short="简")
        before, entries = state(db), len(db.scalars(select(AuditEntry)).all())
        content = book_of(What.UNITS, *rows)

        try:
            seen = preview(db, What.UNITS, content, actor=COORDINATOR, now=NOW)
        except Invalid:
            trial.rollback()
            return
        assert (state(db), len(db.scalars(select(AuditEntry)).all())) == (before, entries)

        if seen.counts[Effect.REFUSED]:
            with pytest.raises(Invalid):
                confirm(db, What.UNITS, Workbook("x", content), seen=seen.fingerprint, actor=COORDINATOR, now=NOW)
            assert state(db) == before
        else:
            promised = {code: dict(values) for code, values in before.items()}
            for line in seen.lines:
                code = str(rows[line.number - 2][0]).strip().replace("Ｆ", "F").strip("　 ")
                values = promised.setdefault(code, dict.fromkeys([*LABELS.values(), "上级单位"], ""))
                values |= {change.label: change.after for change in line.changes}
            names = {code: values["名称"] for code, values in before.items()}
            for values in promised.values():
                # A unit above may be given a new name by the same file.
                code = next((code for code, name in names.items() if name == values["上级单位"]), "")
                values["上级单位"] = promised[code]["名称"] if code else values["上级单位"]

            confirm(db, What.UNITS, Workbook("x", content), seen=seen.fingerprint, actor=COORDINATOR, now=NOW)

            assert state(db) == promised
            again = preview(db, What.UNITS, content, actor=COORDINATOR, now=NOW)
            assert {line.effect for line in again.lines} == {Effect.UNCHANGED}
        trial.rollback()
    db.expire_all()


ROWS_OF = {
    What.UNITS: lambda n: [
        (f"N{at}", f"新{at}", f"N{at - 1}" if at % 7 else "", "", "a@x.example") for at in range(n)
    ],
    What.CONTACTS: lambda n: [(f"{at:06d}", "", f"张{at}", "", "", "13800000000") for at in range(1, n + 1)],
    What.TITLES: lambda n: [("fwxzz", 2, "示范企业", f"第{at}公司", "000001") for at in range(n)],
    What.USERS: lambda n: [("", f"张{at}", f"138{at:08d}", "", "经办人", f"{at:06d}") for at in range(1, n + 1)],
}


@pytest.mark.parametrize("what", list(What))
def test_a_look_asks_as_many_questions_for_many_rows_as_for_few(database: Database, db: Session, what: What) -> None:
    running(db, with_quotas(definition(60)))
    bring_in(db, what, *ROWS_OF[what](5), actor=ADMIN)

    asked = []
    for rows in (6, 60):
        db.expire_all()
        with counted(database) as statements:
            look(db, what, *ROWS_OF[what](rows), actor=ADMIN)
        asked.append(len(statements))

    assert asked[0] == asked[1]
    assert asked[0] <= 14


@pytest.mark.parametrize("what", list(What))
def test_an_import_that_is_not_committed_leaves_nothing(db: Session, what: What) -> None:
    running(db, with_quotas(definition(4)))
    rows = ROWS_OF[what](4)
    content = book_of(what, *rows)
    seen = preview(db, what, content, actor=ADMIN, now=NOW)
    kinds = (Unit, Contact, Title, AuditEntry)

    def count() -> list[int]:
        return [len(db.scalars(select(kind)).all()) for kind in kinds]

    before = count()
    with pytest.raises(RuntimeError), db.begin_nested():
        confirm(db, what, Workbook("x", content), seen=seen.fingerprint, actor=ADMIN, now=NOW)
        raise RuntimeError("the power fails before the commit")

    assert count() == before


def test_an_import_is_in_the_log_row_by_row_and_as_a_whole(db: Session) -> None:
    bring_in(db, What.UNITS, ("A", "甲"), ("B", "乙"))

    told = list(db.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))

    assert told == ["单位“甲”（A）", "单位“乙”（B）", "批量导入推荐单位（添加 2）：表.xlsx"]
    assert audit.verify(db).is_whole


@pytest.mark.parametrize(
    ("what", "row", "at", "note"),
    [
        (What.UNITS, ("N2", "2", "N1"), 1, "名称是公式，按其结果“2”导入"),
        (What.CONTACTS, ("N1", "", "2", "", "", "13800000000"), 2, "姓名是公式，按其结果“2”导入"),
        (What.CONTACTS, ("N1", "", "张三", "", "", "13800000000"), 3, "职务是公式，没有存下结果，按空白处理"),
        (What.TITLES, ("示例项目", "3", "enterprise", "2", "N1"), 3, "名称是公式，按其结果“2”导入"),
        (What.USERS, ("zhang3", "2", "13800000000", "", "经办人", "N1"), 1, "姓名是公式，按其结果“2”导入"),
    ],
)
def test_a_formula_is_taken_by_its_result_and_said_so(
    db: Session, what: What, row: tuple[str, ...], at: int, note: str
) -> None:
    """Nobody sees in the sheet that a cell is one, nor what is stored of it."""
    db.add(Programme(key="p", name="示例项目"))
    unit(db, "N1", name="第一局")
    row += ("",) * (at + 1 - len(row))
    cells = [Formula(value) if place == at else value for place, value in enumerate(row)]

    plain = preview(db, what, book_of(what, row), actor=ADMIN, now=NOW).lines[0]
    line = preview(db, what, book_of(what, cells), actor=ADMIN, now=NOW).lines[0]

    assert line.effect is Effect.ADDED, line.problems
    assert line.note == "；".join(filter(None, (plain.note, note)))
    assert line.changes == plain.changes
