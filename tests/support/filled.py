"""Filled tables for tests: batches with quotas in two programmes, and for each unit what the pages list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Category, Definition, MailKind, Programme, Quota
from models import Approval, Batch, Contact, FlowRun, Mail, MailAttempt, MailState, PhoneDuty, Title, TitleAlias, Unit
from models.lists import Entity, ExtraKind
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.extras.checking import FieldWords
from services.extras.managing import NewField, add_field
from tests.support.batches import definition, running
from tests.support.case_rows import organisation
from tests.support.people import NOW

OTHER = Programme(key="other", name="另一项目")

EXTRA = NewField(
    entity=Entity.UNIT,
    kind=ExtraKind.CHOICE,
    key="area",
    words=FieldWords(label="片区", choices=("东部", "中部", "西部")),
)


def with_quotas(base: Definition, **changes: Any) -> Definition:
    """Return a definition with one category and one quota."""
    return replace(
        base,
        categories=(Category(key="enterprise", name="示范企业"),),
        quotas=(Quota(key="enterprise", classes=("province",), category="enterprise", limit=10),),
        **changes,
    )


@dataclass(frozen=True, slots=True)
class World:
    """Keys of what is in the filled tables. other: of the batch of another programme; draft: of one not published."""

    running: int
    other: int
    draft: int


def fill(database: Database, units: int = 3) -> World:
    """Fill every table that the backoffice shows, for two programmes."""
    with database.write(Scope()) as session:
        mine = running(session, with_quotas(definition(units))).batch
        foreign = with_quotas(definition(units), code="other-2023", title="另一批次", programme=OTHER)
        other = running(session, foreign).batch
        for number in range(1, units + 1):
            organisation(session, number, f"{number:06d}", approval=Approval.PENDING, decided_at=None, decided_by="")
        draft_definition = with_quotas(definition(units), code="draft-2024", title="下一年草稿")
        draft = store_draft(session, draft_definition, actor=SYSTEM, now=NOW)
        add_field(session, EXTRA, actor=SYSTEM, now=NOW)
        for batch in (mine, other):
            for unit in session.scalars(select(Unit).order_by(Unit.code)).all():
                fill_unit(session, batch, unit)
            session.add(
                FlowRun(batch_id=batch.id, started_at=NOW, now=NOW, is_orchestrated=False, because="编排不在")
            )
        return World(mine.id, other.id, draft.id)


def fill_unit(session: Session, batch: Batch, unit: Unit) -> None:
    """Give a unit in a batch a contact, a winner, a mail that is uncertain and a call to make."""
    name = f"{batch.title}{unit.code}"
    session.add(
        Contact(
            unit_id=unit.id, batch_id=batch.id, name=f"人{name}"[:80], email=f"{unit.code}@x.example", valid_from=NOW
        )
    )
    title = Title(
        unit_id=unit.id, programme_id=batch.programme_id, batch_no=1, category="enterprise", holder=f"企业{name}"
    )
    title.aliases.append(TitleAlias(name=f"旧{name}", until=date(2020, 1, 1)))
    session.add(title)
    place = {"batch_id": batch.id, "unit_id": unit.id, "stage_key": "contacts"}
    session.add(PhoneDuty(**place, key=f"tel/{name}", at=NOW, person=f"座机{name}"[:80], number="0371-65953693"))
    session.add(mail_of(batch, unit, MailState.UNCERTAIN))
    session.flush()


def mail_of(batch: Batch, unit: Unit, state: MailState, key: str = "") -> Mail:
    """Return a mail with one attempt."""
    return Mail(
        key=key or f"mail/{batch.code}/{unit.code}",
        batch_id=batch.id,
        unit_id=unit.id,
        stage_key="contacts",
        kind=MailKind.REMINDER,
        address=f"{batch.code}.{unit.code}@units.example",
        person=f"收件{batch.title}{unit.code}",
        at=NOW,
        not_before=NOW,
        state=state,
        because="答复丢失",
        subject=f"催办{batch.title}{unit.code}",
        body=f"请尽快报送{batch.title}",
        raw=b"Subject: x\r\n\r\nx",
        attempts=1,
        tries=[MailAttempt(tried_at=NOW, outcome="uncertain", code=None, reply="连接中断")],
    )
