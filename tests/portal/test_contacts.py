"""A unit's contacts: a change at any time, and everybody who was named before."""

from __future__ import annotations

from sqlalchemy import select

from domain.access import Role
from models import Contact
from models.scope import Scope
from services.batches.advancing import advance
from tests.support.batches import ANSWER, local
from tests.support.mailing import send_all
from tests.support.portal import Browser, Portal, set_time, words

NEW = {"name": "李四", "post": "处长", "mobile": "13812345678", "email": "lisi@units.example"}


def feed_back(portal: Portal, officer: Browser) -> None:
    officer.get(f"/duties/{portal.duty()}")
    officer.post(f"/duties/{portal.duty()}", ANSWER)


def test_a_changed_contact_gets_the_mail_and_the_former_one_none(portal: Portal, officer: Browser) -> None:
    """S003-30: also after the feedback was due; the history is kept."""
    feed_back(portal, officer)
    set_time(portal.database, "2023-04-10 10:00")
    address = f"/units/{portal.unit()}/contact"
    assert 'value="zhangsan@units.example"' in officer.get(address).get_data(as_text=True)

    changed = officer.post(address, {**NEW, "batch": str(portal.batch())})

    assert (changed.status_code, changed.location) == (303, f"{address}?batch={portal.batch()}")
    page = officer.text(address)
    assert "联系人已改为李四" in page
    assert page.index("李四 处长") < page.index("张三")
    assert "2023-04-10 周一 10:00 止" in page
    with portal.database.write(Scope()) as session:
        advance(session, portal.batch(), local("2023-05-24 09:00"))
        mails = [mail for mail in send_all(session, local("2023-05-24 09:00")) if mail.unit == "000001"]
    assert [mail.address for mail in mails] == [NEW["email"]]


def test_a_contact_for_all_batches_stands_beside_that_of_one(portal: Portal, officer: Browser) -> None:
    feed_back(portal, officer)
    address = f"/units/{portal.unit()}/contact"
    officer.get(f"{address}?batch=")

    assert officer.post(address, {**NEW, "batch": ""}).status_code == 303

    with portal.database.read(Scope()) as session:
        current = session.scalars(select(Contact).where(Contact.valid_until.is_(None)).order_by(Contact.id)).all()
        assert [(contact.name, contact.batch_id) for contact in current] == [("张三", portal.batch()), ("李四", None)]


def test_a_contact_that_cannot_be_reached_is_refused_beside_the_field(portal: Portal, officer: Browser) -> None:
    address = f"/units/{portal.unit()}/contact"
    officer.get(address)

    refused = officer.post(address, {"name": "李四", "batch": ""})

    assert refused.status_code == 422
    assert "请至少填写一项：联系电话、手机、电子邮箱" in words(refused)
    assert 'value="李四"' in refused.get_data(as_text=True)


def test_a_contact_with_a_number_only_is_taken(portal: Portal, officer: Browser) -> None:
    address = f"/units/{portal.unit()}/contact"
    officer.get(address)
    officer.post(address, {"name": "李四", "mobile": "13812345678", "batch": ""})

    assert "无邮箱，由主办处室电话联系" in officer.text(address)


def test_contacts_of_another_unit_look_like_none_at_all(portal: Portal, officer: Browser) -> None:
    """S02, S003-69"""
    officer.get(f"/units/{portal.unit()}/contact")
    foreign, missing = (f"/units/{unit}/contact" for unit in (portal.unit(2), 2_000_000_000))

    assert officer.get(foreign).get_data() == officer.get(missing).get_data()
    assert [officer.post(path, NEW).status_code for path in (foreign, missing)] == [404, 404]
    with portal.database.read(Scope()) as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_batch_that_is_not_the_units_is_refused(portal: Portal, officer: Browser) -> None:
    """S05"""
    address = f"/units/{portal.unit()}/contact"
    officer.get(address)

    assert officer.post(address, {**NEW, "batch": "12345"}).status_code == 404


def test_the_auditor_changes_no_contacts(portal: Portal) -> None:
    assert portal.person(Role.AUDITOR, "auditor").get(f"/units/{portal.unit()}/contact").status_code == 403
