"""The contacts of units: a new one ends the old one, so the history stays and the old one gets no more mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class NewContact:
    """Who is a unit's contact in a batch, None for all batches. values: by the keys of CONTACT_FORM."""

    unit_id: int
    batch_id: int | None
    values: Mapping[str, str]


def replace_contacts(session: Session, posts: Sequence[NewContact], *, now: datetime) -> list[Contact]:
    """Make people contacts from now on, one for each place; the earlier ones of these places end."""
    places = {(post.unit_id, post.batch_id) for post in posts}
    present = select(Contact).where(Contact.unit_id.in_({unit_id for unit_id, _ in places}))
    for contact in session.scalars(present.where(Contact.valid_until.is_(None))):
        if (contact.unit_id, contact.batch_id) in places:
            contact.valid_until = now
    fresh = [
        Contact(
            unit_id=post.unit_id,
            batch_id=post.batch_id,
            name=post.values["name"],
            post=post.values.get("post", ""),
            phone=post.values.get("phone") or None,
            mobile=post.values.get("mobile") or None,
            fax=post.values.get("fax") or None,
            email=post.values.get("email") or None,
            valid_from=now,
        )
        for post in posts
    ]
    session.add_all(fresh)
    session.flush()
    return fresh


def change_contact(
    session: Session, unit_id: int, batch_id: int | None, values: Mapping[str, str], *, actor: Actor, now: datetime
) -> Contact:
    """Replace a unit's contact at any time, also after the feedback was due (S003-30).

    Raises NotFound, NotAllowed, Invalid with every problem.
    """
    return change_contacts(session, [NewContact(unit_id, batch_id, values)], actor=actor, now=now)[0]


def change_contacts(session: Session, posts: Sequence[NewContact], *, actor: Actor, now: datetime) -> list[Contact]:
    """Replace the contacts of many places in a few statements; each is recorded. Raises as `change_contact`."""
    wanted = select(Unit).where(Unit.id.in_({post.unit_id for post in posts}))
    units = {unit.id: unit for unit in session.scalars(wanted)}
    batches = {post.batch_id for post in posts if post.batch_id is not None}
    if not units.keys() >= {post.unit_id for post in posts}:
        raise NotFound("没有这个单位。")
    if not set(session.scalars(select(Batch.id).where(Batch.id.in_(batches)))) >= batches:
        raise NotFound("没有这个批次。")
    for unit in units.values():
        require(actor, Action.MANAGE_CONTACTS, Subject(unit_path=unit.path))
    checked = [replace(post, values=check_answers(CONTACT_FORM, post.values)) for post in posts]
    fresh = replace_contacts(session, checked, now=now)
    audit.record_all(session, (_act(contact, units[contact.unit_id], actor, now) for contact in fresh))
    return fresh


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
    audit.record(session, _act(contact, contact.unit, actor, now, reason))


def _act(contact: Contact, unit: Unit, actor: Actor, now: datetime, reason: str = "") -> audit.Act:
    return audit.Act(
        actor=actor,
        now=now,
        action=Action.MANAGE_CONTACTS,
        what=f"{unit.name}联系人 {contact.name}",
        batch_id=contact.batch_id,
        unit_id=unit.id,
        reason=reason,
    )
