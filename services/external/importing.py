"""Taking in the other platform's export: new cases, newer data of known ones, nothing twice, nothing half."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import OneCase, StageKind
from domain.errors import Conflict, Invalid, Problem, RuleBroken
from models import (
    ActKind,
    Approval,
    Case,
    CaseState,
    CaseVersion,
    Organisation,
    OrganisationKind,
    PlatformImport,
    Source,
)
from models.scope import seeing_all
from services import audit
from services.batches.context import BatchContext, load
from services.cases.acts import Done, record
from services.duties.loads import chain_of, settle_units
from services.duties.windows import require_unit_window
from services.external.planning import Effect, Planned, external_of, planned_rows
from services.external.reading import Row, read_rows


@dataclass(frozen=True, slots=True)
class Export:
    """A file of the other platform: the name it bore, its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _By:
    """When, and who."""

    at: datetime
    actor: Actor


def take_in(
    session: Session, batch_id: int, export: Export, *, received_at: datetime, actor: Actor
) -> PlatformImport:
    """Import an export whole, or nothing of it; importing it again changes nothing.

    A new case must arrive within the declare stage's window of its unit. Raises as `preview`, TooEarly, TooLate.
    """
    context = load(session, batch_id, lock=True)
    require(actor, Action.IMPORT_CASES, context.whole)
    planned = planned_rows(
        session, context, read_rows(session, context, external_of(context), io.BytesIO(export.content))
    )
    _require_in_time(session, context, planned, received_at)
    organisations = _organisations(session, [one.row for one in planned], received_at, actor)
    touched = set()
    for one in planned:
        if one.effect is Effect.ADDED:
            case = _add(session, context, one.row, organisations[one.row.credit_code], _By(received_at, actor))
        elif one.effect is Effect.UPDATED and one.case is not None:
            case = _update(session, one.case, one.row, received_at, actor)
        else:
            continue
        touched.add(case.unit_id)
    for unit_id in sorted(touched):
        settle_units(session, context, chain_of(session, unit_id), at=received_at)
    return _log(session, planned, export, batch_id, _By(received_at, actor))


def _require_in_time(
    session: Session, context: BatchContext, planned: Sequence[Planned], received_at: datetime
) -> None:
    """Refuse new and changed data after the declare stage's end, naming each row."""
    stage = context.definition.stage_of(StageKind.DECLARE)
    refusals: dict[int, RuleBroken | None] = {}
    problems = []
    for one in planned:
        if stage is None or one.effect not in {Effect.ADDED, Effect.UPDATED}:
            continue
        if one.row.unit_id not in refusals:
            refusals[one.row.unit_id] = _refusal(session, context, one.row.unit_id, received_at)
        refusal = refusals[one.row.unit_id]
        if refusal is not None and not (one.case is not None and one.case.state is CaseState.RETURNED):
            problems.append(Problem(f"第 {one.row.number} 行", one.row.name, refusal.sentence))
    if problems:
        raise Invalid(problems)


def _refusal(session: Session, context: BatchContext, unit_id: int, received_at: datetime) -> RuleBroken | None:
    stage = context.definition.stage_of(StageKind.DECLARE)
    if stage is None:
        return None
    try:
        require_unit_window(session, context, stage, unit_id, received_at)
    except RuleBroken as refusal:
        return refusal
    return None


def _organisations(
    session: Session, rows: Sequence[Row], now: datetime, actor: Actor
) -> dict[str | None, Organisation]:
    """Return the applicants by credit code; who is new counts as approved, because the platform has let it in."""
    known = select(Organisation).where(Organisation.credit_code.in_([row.credit_code for row in rows]))
    with seeing_all(session):
        found = {one.credit_code: one for one in session.scalars(known)}
    for row in rows:
        if row.credit_code not in found:
            made = Organisation(
                unit_id=row.unit_id,
                name=row.name,
                credit_code=row.credit_code,
                kind=OrganisationKind.ENTERPRISE,
                email=row.email,
                phone=row.phone,
                registered_at=now,
                approval=Approval.APPROVED,
                decided_at=now,
                decided_by=f"{actor.name}（外部平台导入）",
            )
            session.add(made)
            found[row.credit_code] = made
    session.flush()
    return found


def _add(session: Session, context: BatchContext, row: Row, organisation: Organisation, by: _By) -> Case:
    case = Case(
        batch_id=context.batch.id,
        unit_id=row.unit_id,
        at_unit_id=row.unit_id,
        organisation_id=organisation.id,
        definition_revision=context.batch.revision,
        category_key=row.category,
        subtype_key=row.subtype,
        modes=list(row.modes),
        title=row.title,
        state=CaseState.SUBMITTED,
        source=Source.PLATFORM,
        claim=_claim(context, row),
        values=dict(row.values),
        saved_at=by.at,
        saved_by=by.actor.name,
        created_at=by.at,
        created_by=by.actor.name,
        submitted_at=by.at,
        external_key=row.key or None,
    )
    session.add(case)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(f"第 {row.number} 行：{row.name} 已有另一份申报件，每个申报单位限报一个。") from None
    _version(session, case, by.at, by.actor)
    return case


def _claim(context: BatchContext, row: Row) -> str | None:
    stage = context.definition.stage_of(StageKind.DECLARE)
    rule = stage.declare.one_case if stage is not None and stage.declare is not None else None
    match rule:
        case OneCase.BATCH:
            return row.credit_code
        case OneCase.CATEGORY:
            return f"{row.credit_code}/{row.category}"
        case _:
            return None


def _update(session: Session, case: Case, row: Row, now: datetime, actor: Actor) -> Case:
    case.title, case.subtype_key, case.modes = row.title, row.subtype, list(row.modes)
    case.values, case.saved_at, case.saved_by = dict(row.values), now, actor.name
    case.revision += 1
    if case.state is CaseState.RETURNED:
        case.correct_by = None
    case.state, case.submitted_at = CaseState.SUBMITTED, now
    _version(session, case, now, actor)
    return case


def _version(session: Session, case: Case, now: datetime, actor: Actor) -> None:
    case.version_no += 1
    text = json.dumps([case.title, case.modes, case.values, now.isoformat()], ensure_ascii=False, sort_keys=True)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    session.add(
        CaseVersion(
            case_id=case.id,
            batch_id=case.batch_id,
            unit_id=case.unit_id,
            organisation_id=case.organisation_id,
            number=case.version_no,
            definition_revision=case.definition_revision,
            values=dict(case.values),
            files=[],
            submitted_at=now,
            submitted_by=actor.name,
            fingerprint=fingerprint,
        )
    )
    done = Done(
        ActKind.IMPORTED, Action.IMPORT_CASES, now, now, note="由外部平台导入", detail={"fingerprint": fingerprint}
    )
    record(session, case, done, actor=actor)


def _log(session: Session, planned: Sequence[Planned], export: Export, batch_id: int, by: _By) -> PlatformImport:
    counts = {effect.value: sum(one.effect is effect for one in planned) for effect in Effect}
    run = PlatformImport(
        batch_id=batch_id,
        file_name=export.name[-200:],
        sha256=hashlib.sha256(export.content).hexdigest(),
        counts=counts,
        problems=[{"row": one.row.number, "sentence": one.because} for one in planned if one.because],
        imported_at=by.at,
        imported_by=by.actor.name,
    )
    session.add(run)
    audit.record(
        session,
        audit.Act(
            actor=by.actor,
            now=by.at,
            action=Action.IMPORT_CASES,
            what=f"外部平台导入：{run.file_name}",
            batch_id=batch_id,
            after={**counts, "sha256": run.sha256},
        ),
    )
    session.flush()
    return run
