"""Beginning a case, and naming it: who declares, in which category, by which unit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role, Subject, require
from domain.definition import Category, DeclaredBy, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.forms import FORBIDDEN
from models import ActKind, Approval, BatchState, Case, Organisation, OrganisationKind, Source, Unit
from services.batches.context import BatchContext, definition_at, load
from services.cases.access import CaseInHand, filling, get_case_to_fill, require_open
from services.cases.acts import Done, Noted, note, record
from services.cases.conditions import category_of, channel_of, require_applicant, require_few_drafts, require_subtype
from services.cases.prefill import proposed
from services.duties.windows import require_unit_window
from services.recommending.places import require_intake

LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class NewCase:
    """What begins a case: exactly one category, its sub-type ("" where it has none), the unit, the title."""

    batch_id: int
    category: str
    subtype: str
    unit_id: int
    title: str


def open_case(
    session: Session, new: NewCase, *, actor: Actor, now: datetime, organisation_id: int | None = None
) -> Case:
    """Begin a case as a draft, prefilled from what is known of the applicant; an applicant begins its own.

    organisation_id: for whom an officer begins it (代填); None for an applicant, and for a category that the unit
        itself declares (a city), whose title then names the place.
    Raises NotAllowed, NotFound, TooEarly, TooLate; Conflict while the batch does not run; Invalid for title, category
    or sub-type.
    """
    context = load(session, new.batch_id)
    definition = definition_at(session, context.batch, context.batch.revision)
    require(actor, filling(actor), context.subject)
    if context.batch.state is not BatchState.RUNNING:
        raise Conflict("该批次当前不接收申报（未发布、已暂停或已结束）。")
    category = category_of(definition, new.category)
    require_subtype(category, new.subtype)
    title = checked_title(new.title)
    declarer = _declarer(session, category, organisation_id, actor=actor)
    if declarer is None:
        declarer = _place(session, context, new, actor=actor, now=now)
    unit = channel_of(session, context, new.unit_id, declarer)
    if actor.role is not Role.APPLICANT:
        require(actor, Action.DECLARE_FOR, Subject(context.batch.programme_id, unit.path))
    require_intake(session, context, unit, category.key, new.subtype)
    stage = definition.stage_of(StageKind.DECLARE)
    if stage is None:
        raise NotFound("该批次没有申报环节。")
    require_unit_window(session, context, stage, unit.id, now)
    require_few_drafts(session, new.batch_id, declarer)
    case = _row(new, title, declarer, revision=context.batch.revision, actor=actor, now=now)
    session.add(case)
    session.flush()
    found = CaseInHand(case, context, definition)
    case.values = proposed(session, found)
    record(session, case, _begun(case, category, unit, actor, now), actor=actor)
    return case


def _begun(case: Case, category: Category, unit: Unit, actor: Actor, now: datetime) -> Done:
    is_own = actor.role is Role.APPLICANT
    detail = {"category": category.name, "unit": unit.name, "organisation": str(case.organisation)}
    return Done(ActKind.CREATED, filling(actor), now, now, by_unit="" if is_own else unit.name, detail=detail)


def rename(
    session: Session, case_id: int, title: str, *, actor: Actor, now: datetime, subtype: str | None = None
) -> Case:
    """Change the title of a case, and its sub-type if one is given, while it is being filled or corrected.

    Raises NotAllowed, NotFound, Conflict, Invalid.
    """
    found = get_case_to_fill(session, case_id, actor=actor, lock=True)
    require_open(found)
    case = found.case
    before = {"title": case.title, "subtype": case.subtype_key}
    case.title = checked_title(title)
    if subtype is not None:
        require_subtype(found.category, subtype)
        case.subtype_key = subtype
    after = {"title": case.title, "subtype": case.subtype_key}
    if after != before:
        note(session, case, Noted("名称或类型", filling(actor), now, before, after), actor=actor)
    return case


def checked_title(raw: str) -> str:
    """Return a title, trimmed. Raises Invalid (path "title")."""
    title = " ".join(raw.split())
    if not title:
        raise Invalid([Problem("title", "", "请填写申报件名称（企业、项目、平台或城市的名称）")])
    if FORBIDDEN.search(title):
        raise Invalid([Problem("title", "", "名称含有不可见的控制字符，请删除后重填")])
    if len(title) > LONGEST_TITLE:
        raise Invalid([Problem("title", title[:80], f"名称最多 {LONGEST_TITLE} 字，现为 {len(title)} 字")])
    return title


def _declarer(
    session: Session, category: Category, organisation_id: int | None, *, actor: Actor
) -> Organisation | None:
    """Return who declares; None for a place for which the unit declares. Raises NotFound, NotAllowed."""
    if category.declared_by is DeclaredBy.UNIT:
        if actor.role is Role.APPLICANT:
            raise NotAllowed(f"“{category.name}”由推荐单位填报，不由企业等单位自行申报。", code="declared_by_unit")
        if organisation_id is None:
            return None
    wanted = actor.organisation_id if actor.role is Role.APPLICANT else organisation_id
    found = session.get(Organisation, wanted) if wanted is not None else None
    if found is None:
        raise NotFound("请先选择申报单位（或为其登记单位资料）。")
    require_applicant(category, found)
    return found


def _place(session: Session, context: BatchContext, new: NewCase, *, actor: Actor, now: datetime) -> Organisation:
    """Return the place for which a unit declares (a city), kept once for each unit under its name.

    It is known by the unit, so nobody need approve it.
    """
    require(actor, Action.DECLARE_FOR, context.of_unit(session, new.unit_id))
    name = checked_title(new.title)
    found = session.scalars(
        select(Organisation)
        .where(
            Organisation.unit_id == new.unit_id,
            Organisation.kind == OrganisationKind.GOVERNMENT,
            Organisation.credit_code.is_(None),
            Organisation.name == name,
        )
        .limit(1)
    ).first()
    if found is None:
        found = Organisation(
            unit_id=new.unit_id,
            name=name,
            kind=OrganisationKind.GOVERNMENT,
            registered_at=now,
            approval=Approval.APPROVED,
            decided_at=now,
            decided_by=actor.name,
        )
        session.add(found)
        session.flush()
    return found


def _row(new: NewCase, title: str, declarer: Organisation, *, revision: int, actor: Actor, now: datetime) -> Case:
    return Case(
        batch_id=new.batch_id,
        unit_id=new.unit_id,
        at_unit_id=new.unit_id,
        organisation_id=declarer.id,
        definition_revision=revision,
        category_key=new.category,
        subtype_key=new.subtype,
        title=title,
        source=Source.APPLICANT if actor.role is Role.APPLICANT else Source.OFFICER,
        values={},
        saved_at=now,
        saved_by=actor.name,
        created_at=now,
        created_by=actor.name,
    )
