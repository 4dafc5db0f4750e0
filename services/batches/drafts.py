"""Storing a definition as a batch's draft: a new revision, and the projections that pages and queries read."""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Definition, UnitEntry
from domain.errors import Conflict, Invalid, Problem
from domain.milestones import BatchState as NothingHappened
from domain.milestones import milestones
from models import Batch, BatchCategory, BatchQuota, BatchStage, BatchState, BatchUnit, BatchVersion, Programme, Unit
from services import audit
from services.batches.context import ROOT
from services.calendar import official_calendar
from services.definitions.writing import canonical_json, digest


def store_draft(
    session: Session, definition: Definition, *, actor: Actor, now: datetime, revision: int | None = None
) -> Batch:
    """Store a definition as the newest revision of its batch, and rebuild the projections.

    revision: the one that the writer had read; None for a writer that replaces whatever is there (a file).
    Raises NotAllowed; Conflict when somebody stored a newer revision meanwhile, or when the batch is published.
    """
    programme = _programme(session, definition)
    require(actor, Action.EDIT_DEFINITION, Subject(programme_id=programme.id, unit_path=ROOT))
    batch = session.scalars(
        select(Batch).where(Batch.code == definition.code).with_for_update(key_share=True)
    ).one_or_none()
    if batch is None:
        batch = Batch(code=definition.code, programme_id=programme.id, revision=0)
        describe(batch, definition)
        session.add(batch)
        session.flush()
    require(actor, Action.EDIT_DEFINITION, Subject(programme_id=batch.programme_id, unit_path=ROOT))
    if batch.state is not BatchState.DRAFT:
        raise Conflict(f"批次“{batch.title}”已发布，定义不能直接修改；日期请用“延期”。")
    if revision is not None and revision != batch.revision:
        raise Conflict(f"草稿已被他人修改（现为第 {batch.revision} 稿，您依据的是第 {revision} 稿），请刷新后重试。")
    describe(batch, definition)
    session.flush()
    last = session.scalars(
        select(BatchVersion).where(BatchVersion.batch_id == batch.id).order_by(BatchVersion.revision.desc()).limit(1)
    ).one_or_none()
    if last is None or last.digest != digest(definition):
        add_version(session, batch, definition, actor=actor, now=now)
        _log(session, batch, definition, actor=actor, now=now)
    project(session, batch, definition)
    return batch


def _log(session: Session, batch: Batch, definition: Definition, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.EDIT_DEFINITION,
            what=f"批次“{batch.title}”第 {batch.revision} 稿",
            batch_id=batch.id,
            after={"digest": digest(definition)},
        ),
    )


def add_version(
    session: Session, batch: Batch, definition: Definition, *, actor: Actor, now: datetime
) -> BatchVersion:
    """Add the definition as the batch's next revision."""
    batch.revision += 1
    version = BatchVersion(
        batch_id=batch.id,
        revision=batch.revision,
        digest=digest(definition),
        document=json.loads(canonical_json(definition)),
        created_at=now,
        created_by=actor.name,
    )
    session.add(version)
    session.flush()
    return version


def _programme(session: Session, definition: Definition) -> Programme:
    found = session.scalars(select(Programme).where(Programme.key == definition.programme.key)).one_or_none()
    if found is None:
        found = Programme(key=definition.programme.key, name=definition.programme.name)
        session.add(found)
        session.flush()
    return found


def describe(batch: Batch, definition: Definition) -> None:
    """Let the row of a batch say what its definition says."""
    batch.title = definition.title
    batch.year = definition.year
    batch.number = definition.document.number
    batch.issuer = definition.issuer.name
    batch.issued_on = definition.document.issued_on
    batch.level = definition.issuer.level.value
    batch.timezone = definition.timezone


def project(session: Session, batch: Batch, definition: Definition) -> None:
    """Rebuild the tables of units, stages, categories and quotas from the definition of a draft."""
    for table in (BatchUnit, BatchStage, BatchCategory, BatchQuota):
        session.execute(delete(table).where(table.batch_id == batch.id))
    units = ensure_units(session, definition.units)
    parts = [
        {"batch_id": batch.id, "unit_id": units[entry.code].id, "class_key": entry.unit_class}
        for entry in definition.units
    ]
    if parts:
        session.execute(insert(BatchUnit), parts)
    session.add_all(stage_rows(batch, definition))
    session.add_all(category_rows(batch, definition))
    session.add_all(quota_rows(batch, definition))
    session.flush()


def stage_rows(batch: Batch, definition: Definition) -> Iterator[BatchStage]:
    """Yield the rows of the stages as they stand before anything has happened."""
    dates = milestones(definition, NothingHappened(), official_calendar())
    for position, stage in enumerate(definition.stages):
        yield BatchStage(
            batch_id=batch.id,
            key=stage.key,
            position=position,
            kind=stage.kind,
            title=stage.title,
            opens_at=dates[stage.key].opens_at,
            due_at=dates[stage.key].due_at,
        )


def category_rows(batch: Batch, definition: Definition) -> Iterator[BatchCategory]:
    """Yield the rows of the categories."""
    for position, category in enumerate(definition.categories):
        yield BatchCategory(
            batch_id=batch.id,
            key=category.key,
            position=position,
            name=category.name,
            subtypes=[{"key": subtype.key, "name": subtype.name} for subtype in category.subtypes],
        )


def quota_rows(batch: Batch, definition: Definition) -> Iterator[BatchQuota]:
    """Yield the rows of the quotas, one for each unit class."""
    for quota in definition.quotas:
        for class_key in quota.classes:
            yield BatchQuota(
                batch_id=batch.id,
                key=quota.key,
                class_key=class_key,
                category_key=quota.category,
                subtypes=list(quota.subtypes),
                limit=quota.limit,
                strength=quota.strength,
            )


def ensure_units(session: Session, entries: tuple[UnitEntry, ...]) -> dict[str, Unit]:
    """Return the units by code, adding those that the tree does not have yet; known units keep their addresses."""
    known = {unit.code: unit for unit in session.scalars(select(Unit))}
    names = {unit.name: unit.code for unit in known.values()}
    waiting = [entry for entry in entries if entry.code not in known]
    taken = [entry for entry in waiting if entry.name in names]
    if taken:
        raise Invalid(Problem(f"units.{e.code}.name", e.name, f"单位名称已属于代码 {names[e.name]}") for e in taken)
    while waiting:
        ready = [entry for entry in waiting if entry.upper is None or entry.upper in known]
        if not ready:
            raise Invalid(Problem(f"units.{e.code}.upper", str(e.upper), "上级单位不存在") for e in waiting)
        for entry in ready:
            upper = known.get(entry.upper) if entry.upper else None
            unit = Unit(
                code=entry.code,
                name=entry.name,
                short=entry.short,
                path=f"{upper.path if upper else '/'}{entry.code}/",
                upper=upper,
                email=entry.email,
                mobile=entry.mobile,
                phone=entry.phone,
            )
            session.add(unit)
            known[entry.code] = unit
        session.flush()
        waiting = [entry for entry in waiting if entry.code not in known]
    return known
