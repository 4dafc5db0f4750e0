"""收件登记 through the pages: cases in bulk, parcels by unit, late ones marked, a mistake struck."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Case, CaseState, Dispatch
from models.scope import Scope
from models.session import Database
from services.batches.context import get_batch, load
from services.recommending.dispatching import Parcel, save
from tests.support.backoffice import Browser, signed_in, unit_id
from tests.support.batches import local, officer
from tests.support.case_rows import unit_of
from tests.support.coordinating import CODE, PAGES, office_app
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE


@pytest.fixture
def app(database: Database) -> Flask:
    return office_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def ids_of(database: Database, state: CaseState) -> list[int]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(Case.id).where(Case.state == state).order_by(Case.id)))


def parcel(database: Database) -> Dispatch:
    with database.read(Scope()) as session:
        return session.scalars(select(Dispatch)).one()


def sent(database: Database, on: date, now: str) -> None:
    """Let the first unit note three copies sent on a day."""
    with database.write(Scope()) as session:
        context = load(session, get_batch(session, CODE).id)
        note = Parcel(copies=3, has_electronic=True, sent_on=on, courier="邮政速递", tracking="EMS123")
        save(session, context, unit_of(session, "000001").id, note, actor=officer(session, 1), now=local(now))


def test_forwarded_cases_are_received_in_bulk_and_each_failure_is_named(
    coordinator: Browser, database: Database
) -> None:
    """收件登记: two are received; one that is not forwarded stays, and the page says why."""
    forwarded, waiting = ids_of(database, CaseState.FORWARDED), ids_of(database, CaseState.SUBMITTED)
    assert "待收件的申报件" in coordinator.text(f"{PAGES}/receipts")

    done = coordinator.post(f"{PAGES}/receipts", {"rowid": [*forwarded[:2], waiting[0]]})
    page = coordinator.text(f"{PAGES}/receipts")

    assert done.status_code == 303
    assert "已收件登记 2 件" in page
    assert "尚未报送至主办处室，不能收件" in page
    with database.read(Scope()) as session:
        assert len(session.scalars(select(Case).where(Case.received_at.is_not(None))).all()) == 2
    assert page.count('name="rowid"') == 1
    assert coordinator.text(f"{PAGES}/receipts", received=1).count('<td data-label="收件"') == 2


def test_nothing_ticked_is_told(coordinator: Browser) -> None:
    coordinator.post(f"{PAGES}/receipts", {})

    assert "请勾选要收件的申报件" in coordinator.text(f"{PAGES}/receipts")


def test_a_parcel_shows_copies_courier_and_day(coordinator: Browser, database: Database) -> None:
    """S001-51, S003-39: copies, electronic version, day, courier's number, received by whom."""
    sent(database, date(2023, 3, 10), "2023-03-10 10:00")

    page = coordinator.text(f"{PAGES}/parcels")
    assert "一式 3 份" in page
    assert "邮政速递 EMS123" in page
    assert "有电子版" in page

    unit = unit_id(database, "000001")
    assert coordinator.post(f"{PAGES}/parcels", {"unit": unit, "received_on": "2023-03-13"}).status_code == 303
    after = coordinator.text(f"{PAGES}/parcels")
    assert "已登记 2023-03-13 收件" in after
    assert (parcel(database).received_on, parcel(database).is_late) == (date(2023, 3, 13), False)
    assert parcel(database).received_by
    assert coordinator.text(f"{PAGES}/parcels", state="received").count('data-label="寄送"') == 1


def test_a_late_parcel_is_marked(coordinator: Browser, database: Database) -> None:
    """S001-52: a parcel that was sent and came after the date bears a mark."""
    set_clock(database, local("2023-06-05 10:00"))
    coordinator.post(f"{PAGES}/parcels", {"unit": unit_id(database, "000002"), "received_on": "2023-06-04"})

    page = coordinator.text(f"{PAGES}/parcels")

    assert parcel(database).is_late
    assert "晚于截止日期" in page
    assert "逾期 1 个" in page


def test_a_receipt_is_refused_with_what_is_allowed_and_a_mistake_is_struck(
    coordinator: Browser, database: Database
) -> None:
    unit = unit_id(database, "000001")
    address = f"{PAGES}/parcels"
    coordinator.post(address, {"unit": unit, "received_on": "2023-03-20"})
    assert "收件日期不能晚于今天" in coordinator.text(address)
    coordinator.post(address, {"unit": unit, "received_on": "昨天"})
    assert "请填写收件日期" in coordinator.text(address)
    coordinator.post(address, {"unit": unit, "received_on": "2023-03-13"})
    coordinator.post(address, {"unit": unit, "received_on": "2023-03-13"})
    assert "收件登记" in coordinator.text(address)

    assert coordinator.post(f"{address}/undo", {"unit": unit}).status_code == 303

    assert parcel(database).received_on is None
    assert coordinator.post(f"{address}/undo", {"unit": unit}).status_code == 404


def test_a_unit_that_takes_no_part_is_not_found(coordinator: Browser) -> None:
    assert coordinator.post(f"{PAGES}/parcels", {"unit": "99999", "received_on": "2023-03-13"}).status_code == 404
    assert coordinator.post(f"{PAGES}/parcels", {"unit": "x", "received_on": "2023-03-13"}).status_code == 404


def test_receipts_are_the_offices_alone(app: Flask, database: Database) -> None:
    """收件登记 is done by the coordinator: an auditor looks, an officer does not even that."""
    unit = unit_id(database, "000001")
    auditor = signed_in(app, database, Role.AUDITOR, valid_from=SINCE)
    inside = signed_in(app, database, Role.OFFICER, unit_id=unit, valid_from=SINCE)

    assert auditor.post(f"{PAGES}/parcels", {"unit": unit, "received_on": "2023-03-13"}).status_code == 403
    assert inside.post(f"{PAGES}/receipts", {"rowid": "1"}).status_code == 403
    assert "待收件" in auditor.text(f"{PAGES}/receipts")
