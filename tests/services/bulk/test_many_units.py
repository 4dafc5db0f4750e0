"""Many units at once: few statements, each recorded, nothing past a check of the single act."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Invalid, NotAllowed, NotFound
from models import AuditEntry, Unit
from models.session import Database
from services import audit
from services.bulk.columns import What
from services.bulk.importing import Workbook, confirm, preview
from services.units import Place, add_units, change_units
from tests.support.batches import COORDINATOR
from tests.support.bulk import HEADINGS, NOW, workbook
from tests.support.people import unit
from tests.support.statements import counted

UNITS = What.UNITS


def found(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def paths(session: Session) -> dict[str, str]:
    return {row.code: row.path for row in session.execute(select(Unit.code, Unit.path))}


def test_many_new_units_are_stored_in_few_statements_and_one_whole_chain(database: Database, db: Session) -> None:
    """SQLite's one writer waits for nobody's row: 5,000 units are a matter of a few seconds."""
    rows = [(f"N{at:03d}", f"新{at}", f"N{at - 1:03d}" if at % 3 else "") for at in range(60)]
    content = workbook(HEADINGS[UNITS], rows, "推荐单位")
    seen = preview(db, UNITS, content, actor=COORDINATOR, now=NOW).fingerprint

    with counted(database) as statements:
        confirm(db, UNITS, Workbook("表.xlsx", content), seen=seen, actor=COORDINATOR, now=NOW)

    assert len(statements) < 30
    assert paths(db)["N002"] == "/N000/N001/N002/"
    assert audit.verify(db) == audit.Verification(61, is_whole=True)
    told = [tuple(row) for row in db.execute(select(AuditEntry.what, AuditEntry.unit_id))]
    assert ("单位“新1”（N001）", found(db, "N001").id) in told
    assert db.scalars(select(AuditEntry.changes).order_by(AuditEntry.id)).first() == {
        "before": {},
        "after": {"code": "N000", "path": "/N000/", "name": "新0"}
        | dict.fromkeys(("short", "email", "mobile", "phone"), ""),
    }


def test_many_units_are_changed_in_few_statements_each_with_its_entry(database: Database, db: Session) -> None:
    for at in range(60):
        unit(db, f"N{at:03d}", name=f"旧{at}")
    rows = [(f"N{at:03d}", f"新{at}", "", "", "a@x.example" if at % 2 else "") for at in range(60)]
    content = workbook(HEADINGS[UNITS], rows, "推荐单位")
    seen = preview(db, UNITS, content, actor=COORDINATOR, now=NOW).fingerprint

    with counted(database) as statements:
        confirm(db, UNITS, Workbook("表.xlsx", content), seen=seen, actor=COORDINATOR, now=NOW)

    assert len(statements) < 30
    assert (found(db, "N007").name, found(db, "N007").email, found(db, "N008").email) == ("新7", "a@x.example", None)
    assert audit.verify(db) == audit.Verification(61, is_whole=True)
    changes = db.scalars(select(AuditEntry.changes).where(AuditEntry.unit_id == found(db, "N007").id)).one()
    assert changes == {"before": {"name": "旧7", "email": ""}, "after": {"name": "新7", "email": "a@x.example"}}


def test_a_name_that_somebody_took_meanwhile_is_refused_and_nothing_is_changed(db: Session) -> None:
    one, _ = unit(db, "A1", name="甲局"), unit(db, "B1", name="乙局")

    with pytest.raises(Invalid, match="刚刚被他人使用"):
        change_units(db, [(one.id, {"name": "乙局"})], actor=COORDINATOR, now=NOW)

    db.expire_all()
    assert found(db, "A1").name == "甲局"
    with pytest.raises(NotFound):
        change_units(db, [(987654, {"name": "丙局"})], actor=COORDINATOR, now=NOW)


def test_units_that_somebody_took_meanwhile_are_refused_together(db: Session) -> None:
    unit(db, "A1", name="甲局")

    for place, name in ((Place(code="A1"), "乙局"), (Place(code="B1"), "甲局")):
        with pytest.raises(Invalid, match="刚刚被他人使用"):
            add_units(db, [(Place(code="C1"), {"name": "丙局"}), (place, {"name": name})], actor=COORDINATOR, now=NOW)

    assert paths(db) == {"A1": "/A1/"}
    assert db.scalars(select(AuditEntry)).all() == []


def test_many_units_stand_where_the_actor_may_put_them_alone(db: Session) -> None:
    upper = unit(db, "A1", name="甲局")
    other = unit(db, "B1", name="乙局")
    officer = Actor("市管理员", Role.COORDINATOR, branch=upper.path)

    add_units(
        db,
        [
            (Place(code="A2", upper_id=upper.id), {"name": "丙"}),
            (Place(code="A3", upper_code="A2"), {"name": "丁"}),
        ],
        actor=officer,
        now=NOW,
    )

    assert paths(db)["A3"] == "/A1/A2/A3/"
    for place in (Place(code="X"), Place(code="X", upper_id=other.id)):
        with pytest.raises(NotAllowed):
            add_units(db, [(place, {"name": "戊"})], actor=officer, now=NOW)
    with pytest.raises(NotFound):
        add_units(db, [(Place(code="X", upper_id=987654), {"name": "戊"})], actor=officer, now=NOW)
