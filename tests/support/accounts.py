"""Applicants' accounts for tests: what a registration sends, and a batch on whose page one registers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Definition, UnitClass, UnitEntry
from models import Organisation, Unit
from services.batches.context import BatchContext
from services.organisations.forms import NewPerson
from services.organisations.registering import NewOrganisation, Registered, register
from tests.support.batches import definition, local, running
from tests.support.case_rows import credit_code
from tests.support.people import password_hash

NOW = local("2023-03-10 10:00")
DIRECT = "000009"
"""Code of the unit that takes listed applicants only."""


def with_list(units: int = 2) -> Definition:
    """Return a definition with a unit for listed applicants beside the others."""
    base = definition(units)
    direct = UnitEntry(code=DIRECT, name="省属企业直报", unit_class="direct", email="direct@units.example")
    classes = (*base.unit_classes, UnitClass(key="direct", name="省属企业", is_direct=True, is_listed=True))
    return replace(base, unit_classes=classes, units=(*base.units, direct))


def open_batch(session: Session) -> BatchContext:
    return running(session, with_list())


def unit(session: Session, code: str = "000001") -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def answers(number: int = 1, **changes: str) -> dict[str, str]:
    """Return what the n-th organisation answers to `ORGANISATION_FORM`."""
    return {
        "credit_code": credit_code(number),
        "name": f"第{number}制造公司",
        "kind": "企业",
        "nature": "民营",
        "industry": "装备制造",
        "legal_person": "赵六",
        "address": "甲市乙路1号",
        "region": "甲市",
        "founded_on": "2010-01-01",
        "phone": "0371-65953693",
        "email": f"org{number}@applicants.example",
        "site": "",
        **changes,
    }


def person(number: int = 1, **changes: str) -> NewPerson:
    """Return the n-th new person; the password is that of tests.support.people."""
    values = {
        "name": f"申报人{number}",
        "mobile": f"138{number:08d}",
        "email": f"p{number}@applicants.example",
        "password_hash": password_hash(),
        **changes,
    }
    return NewPerson(**values)


def registered(
    session: Session,
    context: BatchContext,
    number: int = 1,
    who: NewPerson | int | None = None,
    code: str = "000001",
    **changes: str,
) -> Registered:
    """Register the n-th organisation in the area of a unit."""
    new = NewOrganisation(
        batch_id=context.batch.id, unit_id=unit(session, code).id, values=answers(number, **changes)
    )
    return register(session, new, who if who is not None else person(number), now=NOW)


def acting(registration: Registered, **changes: Any) -> Actor:
    """Return the registered person as an actor."""
    assert registration.user_id is not None
    assert registration.organisation_id is not None
    actor = Actor("申报人", Role.APPLICANT, registration.user_id, organisation_id=registration.organisation_id)
    return replace(actor, **changes)


def organisation_of(session: Session, registration: Registered) -> Organisation:
    return session.get_one(Organisation, registration.organisation_id)
