"""Many rows at once: few statements, since nobody else can write meanwhile, and each row recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Invalid, NotFound
from models import Contact, Programme, Title
from models.session import Database
from services import audit
from services.bulk.columns import What
from services.bulk.importing import Workbook, confirm, preview
from services.contacts import NewContact, change_contacts
from tests.support.batches import COORDINATOR
from tests.support.bulk import NOW, book_of
from tests.support.people import unit
from tests.support.statements import counted

MANY = 60
Rows = list[tuple[object, ...]]


def contacts(name: str) -> Rows:
    return [(f"N{at:03d}", "", f"{name}{at}", "", "", str(13800000000 + at)) for at in range(MANY)]


def titles(awarded_on: str = "") -> Rows:
    return [("示例项目", "3", "enterprise", f"公司{at}", f"N{at:03d}", "", awarded_on) for at in range(MANY)]


def cost(database: Database, session: Session, what: What, rows: Rows) -> int:
    """Import rows and return with how many statements."""
    content = book_of(what, *rows)
    seen = preview(session, what, content, actor=COORDINATOR, now=NOW).fingerprint
    with counted(database) as statements:
        confirm(session, what, Workbook("表.xlsx", content), seen=seen, actor=COORDINATOR, now=NOW)
    return len(statements)


@pytest.fixture
def places(db: Session) -> Session:
    db.add(Programme(key="p", name="示例项目"))
    for at in range(MANY):
        unit(db, f"N{at:03d}", name=f"第{at}局")
    return db


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [
        (What.CONTACTS, lambda: contacts("张"), lambda: contacts("李")),
        (What.TITLES, titles, lambda: titles("2020-12-01")),
    ],
)
def test_many_rows_take_few_statements_whether_they_add_or_change(
    database: Database, places: Session, what: What, first: Callable[[], Rows], second: Callable[[], Rows]
) -> None:
    before = audit.verify(places).entries

    costs = [cost(database, places, what, rows()) for rows in (first, second)]

    # SQLite, which is asked within the process, is told of new rows one by one.
    one_by_one = MANY if "sqlite" in database.url else 0
    assert costs[0] < 30 + one_by_one and costs[1] < 30 + (one_by_one if what is What.CONTACTS else 0)
    assert audit.verify(places).is_whole
    assert audit.verify(places).entries >= before + MANY + 2


def test_many_contacts_take_over_each_in_its_place(database: Database, places: Session) -> None:
    cost(database, places, What.CONTACTS, contacts("张"))
    cost(database, places, What.CONTACTS, contacts("李"))

    present = places.scalars(select(Contact).where(Contact.valid_until.is_(None)).order_by(Contact.unit_id)).all()
    assert [(one.unit.code, one.name) for one in present] == [(f"N{at:03d}", f"李{at}") for at in range(MANY)]
    former = select(Contact.name).where(Contact.valid_until == NOW).order_by(Contact.unit_id)
    assert places.scalars(former).all() == [f"张{at}" for at in range(MANY)]


def test_many_titles_are_completed_each_with_its_own(database: Database, places: Session) -> None:
    cost(database, places, What.TITLES, titles())
    rows = [(*row[:6], "2020-12-01" if at % 2 else "2021-12-01") for at, row in enumerate(titles())]

    cost(database, places, What.TITLES, rows)

    found = places.execute(select(Title.holder, Title.awarded_on).order_by(Title.id)).all()
    assert {row.holder: row.awarded_on for row in found}["公司7"] == date(2020, 12, 1)
    assert {row.holder: row.awarded_on for row in found}["公司8"] == date(2021, 12, 1)


def test_of_many_contacts_none_is_changed_where_one_cannot_be(places: Session) -> None:
    known = unit(places, "A1")
    right = {"name": "张三", "mobile": "13800000000"}

    for wrong, refusal in (
        (NewContact(987654, None, right), NotFound),
        (NewContact(known.id, 987654, right), NotFound),
        (NewContact(known.id, None, {"name": "张三", "mobile": "1"}), Invalid),
    ):
        with pytest.raises(refusal):
            change_contacts(places, [NewContact(known.id, None, right), wrong], actor=COORDINATOR, now=NOW)

    assert places.scalars(select(Contact)).all() == []
