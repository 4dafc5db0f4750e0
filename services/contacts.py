"""The contacts of units: a new one ends the old one, so the history stays and the old one gets no more mail."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Field, FieldKind, Form
from domain.errors import Conflict, NotFound
from domain.forms import check_answers
from models import Batch, Contact, Unit
from services import audit

CONTACT_FORM = Form(
    key="contact",
    title="联系人",
    fields=(
        Field(key="name", label="姓名", max_chars=40),
        Field(key="post", label="职务", required=False, max_chars=40),
        Field(key="phone", label="联系电话", kind=FieldKind.PHONE, required=False),
        Field(key="mobile", label="手机", kind=FieldKind.MOBILE, required=False),
        Field(key="fax", label="传真", kind=FieldKind.PHONE, required=False),
        Field(key="email", label="电子邮箱", kind=FieldKind.EMAIL, required=False),
    ),
    one_of=(("email", "mobile", "phone"),),
)
"""What a contact can hold. A batch's own form may ask for a part of it, under the same keys."""


MOST_CONTACTS = 200
"""How many contacts of a unit are shown, the newest first."""


def contacts_of(session: Session, unit_id: int) -> list[Contact]:
    """Return a unit's contacts for all batches: those in force first, then those that ended (S003-30)."""
    shown = select(Contact).where(Contact.unit_id == unit_id).limit(MOST_CONTACTS)
    ordered = shown.order_by(Contact.valid_until.is_not(None), Contact.valid_from.desc(), Contact.id.desc())
    return list(session.scalars(ordered))


def replace_contact(
    session: Session, unit_id: int, batch_id: int | None, values: Mapping[str, str], *, now: datetime
) -> Contact:
    """Make a person the unit's contact from now on; the earlier one of the same batch ends."""
    current = select(Contact).where(
        Contact.unit_id == unit_id,
        Contact.batch_id.is_not_distinct_from(batch_id),
        Contact.valid_until.is_(None),
    )
    for contact in session.scalars(current):
        contact.valid_until = now
    fresh = Contact(
        unit_id=unit_id,
        batch_id=batch_id,
        name=values["name"],
        post=values.get("post", ""),
        phone=values.get("phone") or None,
        mobile=values.get("mobile") or None,
        fax=values.get("fax") or None,
        email=values.get("email") or None,
        valid_from=now,
    )
    session.add(fresh)
    session.flush()
    return fresh


def change_contact(
    session: Session, unit_id: int, batch_id: int | None, values: Mapping[str, str], *, actor: Actor, now: datetime
) -> Contact:
    """Replace a unit's contact at any time, also after the feedback was due (S003-30).

    Raises NotFound, NotAllowed, Invalid with every problem.
    """
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    if batch_id is not None and session.get(Batch, batch_id) is None:
        raise NotFound("没有这个批次。")
    require(actor, Action.MANAGE_CONTACTS, Subject(unit_path=unit.path))
    checked = check_answers(CONTACT_FORM, values)
    contact = replace_contact(session, unit_id, batch_id, checked, now=now)
    _log(session, contact, unit, actor, now)
    return contact


def end_contact(session: Session, contact_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """End a contact without a successor; mails go to the office's own address again.

    Raises NotFound, NotAllowed, Conflict when it has ended already.
    """
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("没有这位联系人。")
    require(actor, Action.MANAGE_CONTACTS, Subject(unit_path=contact.unit.path))
    if contact.valid_until is not None:
        raise Conflict("该联系人已经停用。")
    contact.valid_until = now
    _log(session, contact, contact.unit, actor, now, reason)


def _log(session: Session, contact: Contact, unit: Unit, actor: Actor, now: datetime, reason: str = "") -> None:
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.MANAGE_CONTACTS,
            what=f"{unit.name}联系人 {contact.name}",
            batch_id=contact.batch_id,
            unit_id=unit.id,
            reason=reason,
        ),
    )
