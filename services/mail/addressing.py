"""Whom to write to for a unit: its contact for the batch, else its general contact, else the office's own address.

An address that the mail host has refused for good is passed over, so the next one in this order is used (S003-29).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Base, Contact, Unit

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to reach. `address` is None for one who has only a number (待人工催办)."""

    name: str
    address: str | None
    number: str = ""
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """A unit as it can be reached; the columns of `models.Unit` of the same names."""

    id: int
    code: str
    name: str
    email: str | None
    mobile: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A contact in force; the columns of `models.Contact` of the same names."""

    unit_id: int
    batch_id: int | None
    name: str
    email: str | None
    mobile: str | None
    phone: str | None
    refused_at: datetime | None


@dataclass(slots=True)
class Directory:
    """The addresses of some units, read at once, and as plain values: objects that are watched cost far more."""

    units: dict[int, Office] = field(default_factory=dict)
    contacts: defaultdict[int, list[Named]] = field(default_factory=lambda: defaultdict(list))

    def people(self, unit_id: int, batch_id: int) -> list[Person]:
        """Return whom to reach for a unit in a batch, at least one person, each address once."""
        unit = self.units[unit_id]
        mine = self.contacts.get(unit_id, [])
        own = [contact for contact in mine if contact.batch_id == batch_id]
        chosen = own or [contact for contact in mine if contact.batch_id is None]
        people = {
            contact.email: Person(contact.name, contact.email, contact.mobile or contact.phone or "")
            for contact in chosen
            if contact.email and contact.refused_at is None
        }
        if people:
            return list(people.values())
        by_phone = [Person(contact.name, None, contact.mobile or contact.phone or "") for contact in chosen]
        refused = {contact.email for contact in chosen}
        if unit.email and unit.email not in refused and not any(not contact.email for contact in chosen):
            return [Person(unit.name, unit.email, unit.mobile or unit.phone or "", is_fallback=True)]
        return by_phone or [Person(unit.name, None, unit.mobile or unit.phone or "", is_fallback=True)]


def directory(session: Session, unit_ids: Collection[int]) -> Directory:
    """Return the directory of these units, in two queries."""
    found = Directory()
    wanted = sorted(set(unit_ids))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        for row in session.execute(select(*_columns(Unit, Office)).where(Unit.id.in_(some))):
            found.units[row.id] = Office(*row)
        current = select(*_columns(Contact, Named)).where(Contact.unit_id.in_(some), Contact.valid_until.is_(None))
        for row in session.execute(current.order_by(Contact.id)):
            found.contacts[row.unit_id].append(Named(*row))
    return found


def _columns(table: type[Base], shape: type[Office | Named]) -> list[InstrumentedAttribute[Any]]:
    """Return the columns that a shape names, in its order."""
    return [getattr(table, each.name) for each in fields(shape)]


def units_reached_by(session: Session, addresses: Iterable[str]) -> set[int]:
    """Return the units that might be written to at one of these addresses."""
    wanted = sorted(set(addresses))
    contacts = select(Contact.unit_id).where(Contact.email.in_(wanted), Contact.valid_until.is_(None))
    units = select(Unit.id).where(or_(Unit.email.in_(wanted)))
    return {*session.scalars(contacts), *session.scalars(units)}


def addresses_of(people: Mapping[int, list[Person]]) -> set[str]:
    """Return every mail address among these people."""
    return {person.address for group in people.values() for person in group if person.address}
