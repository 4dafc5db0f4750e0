"""The smallest valid batches, built for tests, and people to act on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.definition import (
    Audience,
    Collect,
    Definition,
    Due,
    Field,
    FieldKind,
    Form,
    Issuer,
    Ladder,
    Level,
    Office,
    OfficeContact,
    Opening,
    OwedBy,
    Programme,
    Stage,
    StageKind,
    Step,
    UnitClass,
    UnitEntry,
)
from models import Batch, Duty, Unit
from services.batches.context import BatchContext
from services.batches.drafts import store_draft
from services.batches.publishing import publish

PUBLISHED = datetime(2023, 3, 1, 1, 0, tzinfo=UTC)
COORDINATOR = Actor("王主任", Role.COORDINATOR, user_id=1)


def local(text: str) -> datetime:
    """Return the instant of a Beijing time such as "2023-03-13 09:00"."""
    return datetime.fromisoformat(f"{text}+08:00")


def contact_form() -> Form:
    return Form(
        key="contact",
        title="联系人",
        fields=(
            Field(key="name", label="姓名", max_chars=40),
            Field(key="post", label="职务", required=False),
            Field(key="phone", label="联系电话", kind=FieldKind.PHONE),
            Field(key="fax", label="传真", kind=FieldKind.PHONE, required=False),
            Field(key="email", label="电子邮箱", kind=FieldKind.EMAIL),
        ),
    )


ANSWER = {"name": "张三", "phone": "0371-65953693", "email": "zhangsan@units.example"}


def contacts_stage(**changes: Any) -> Stage:
    """Return a collect stage as of the ministry's notice: 6 to 20 March 2023."""
    stage = Stage(
        key="contacts",
        kind=StageKind.COLLECT,
        title="反馈联系人",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 3, 20)),
        ladder="contacts",
        collect=Collect(owed_by=OwedBy.UNITS, form="contact", provides_contact=True),
    )
    return replace(stage, **changes)


def ladder(**changes: Any) -> Ladder:
    steps = (
        Step(key="d5", days=-5),
        Step(key="d1", days=-1),
        Step(key="d0", days=0),
        Step(key="after1", days=1, to=Audience.COORDINATOR),
    )
    return replace(Ladder(key="contacts", steps=steps), **changes)


def definition(units: int = 3, **changes: Any) -> Definition:
    """Return a valid definition with one collect stage and `units` units of one class."""
    base = Definition(
        code="batch-2023",
        title="示范遴选 2023",
        year=2023,
        programme=Programme(key="fwxzz", name="服务型制造示范"),
        issuer=Issuer(name="某部办公厅", level=Level.MINISTRY),
        office=Office(
            name="某司", email="office@ministry.example", contacts=(OfficeContact(name="李敏", phone="010-68205191"),)
        ),
        unit_classes=(UnitClass(key="province", name="省级"),),
        units=tuple(
            UnitEntry(
                code=f"{number:06d}", name=f"第{number}单位", unit_class="province", email=f"u{number}@units.example"
            )
            for number in range(1, units + 1)
        ),
        forms=(contact_form(),),
        ladders=(ladder(),),
        stages=(contacts_stage(),),
    )
    return replace(base, **changes)


def running(session: Session, wanted: Definition | None = None, now: datetime = PUBLISHED) -> BatchContext:
    """Store and publish a definition; return its context."""
    batch = store_draft(session, wanted or definition(), actor=SYSTEM, now=now)
    return publish(session, batch, actor=SYSTEM, now=now)


def duty_of(session: Session, batch: Batch, number: int, stage: str = "contacts") -> Duty:
    """Return the duty of the n-th unit in a stage."""
    return session.scalars(
        select(Duty)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Duty.batch_id == batch.id, Duty.stage_key == stage, Unit.code == f"{number:06d}")
        .order_by(Duty.id)
    ).first() or _no_duty(stage, number)


def _no_duty(stage: str, number: int) -> Duty:
    raise AssertionError(f"unit {number} owes nothing in {stage}")


def officer(session: Session, number: int) -> Actor:
    """Return an officer of the n-th unit."""
    unit = session.scalars(select(Unit).where(Unit.code == f"{number:06d}")).one()
    return Actor(f"经办人{number}", Role.OFFICER, user_id=100 + number, branch=unit.path)
