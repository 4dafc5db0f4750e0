"""A batch with something of everything to look at, and a count of the queries that a look costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import (
    Collect,
    Definition,
    Due,
    Exemption,
    ExemptionReason,
    Field,
    FieldKind,
    Form,
    Opening,
    OwedBy,
    Stage,
    StageKind,
    TitleFilter,
)
from models import DemoClock, Title, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from tests.support.batches import PUBLISHED, contact_form, contacts_stage, definition


def rich_definition(units: int = 3, **changes: object) -> Definition:
    """Return three stages: contacts of units, an evaluation of titles, and a parcel to recommend with."""
    evaluation = Stage(
        key="evaluation",
        kind=StageKind.COLLECT,
        title="评估评价",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 5, 31)),
        ladder="contacts",
        collect=Collect(
            owed_by=OwedBy.TITLES,
            form="evaluation",
            titles=TitleFilter(programme="fwxzz", batches=(1,), categories=("enterprise",)),
            exemption=Exemption(
                reasons=(
                    ExemptionReason(key="cancelled", name="注销"),
                    ExemptionReason(key="other", name="其他", needs_text=True),
                ),
                needs_document=False,
                goes_with="recommend",
            ),
        ),
    )
    recommend = Stage(
        key="recommend",
        kind=StageKind.RECOMMEND,
        title="推荐报送",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 5, 31)),
        note="申报书一式1份",
    )
    forms = (
        contact_form(),
        Form(key="evaluation", title="评估", fields=(Field(key="filed_on", label="完成日期", kind=FieldKind.DATE),)),
    )
    return definition(units, stages=(contacts_stage(), evaluation, recommend), forms=forms, **changes)


def small_and_large(database: Database) -> list[int]:
    """Publish a batch of three units and one of three hundred; return their ids."""
    ids = []
    for code, units, titles in (("small", 3, 2), ("large", 300, 1)):
        with database.write(Scope()) as session:
            ids.append(rich(session, titles=titles, wanted=rich_definition(units, code=code)).batch.id)
    return ids


def rich(session: Session, units: int = 3, titles: int = 2, wanted: Definition | None = None) -> BatchContext:
    """Publish the rich definition; each unit answers for so many titles."""
    batch = store_draft(session, wanted or rich_definition(units), actor=SYSTEM, now=PUBLISHED)
    session.add_all(
        Title(
            unit_id=unit.id,
            programme_id=batch.programme_id,
            batch_no=1,
            category="enterprise",
            holder=f"{unit.code}号企业{number}",
        )
        for unit in session.scalars(select(Unit).order_by(Unit.code))
        for number in range(1, titles + 1)
    )
    session.flush()
    return publish(session, batch, actor=SYSTEM, now=PUBLISHED)


@dataclass(slots=True)
class Counted:
    """How many queries went to the database."""

    queries: int = 0


@contextmanager
def counted(engine: Engine) -> Iterator[Counted]:
    """Count the queries sent to a database meanwhile."""
    found = Counted()

    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        found.queries += statement.startswith("SELECT")

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", count)


def set_clock(database: Database, now: datetime) -> None:
    """Let the effective time of an installation be an instant."""
    with database.write(Scope()) as session:
        offset_seconds = (now - datetime.now(UTC)).total_seconds()
        session.merge(DemoClock(id=1, offset_seconds=offset_seconds))
