"""Steps inside an office (经办, 审核, 签发, 党组会) that come before an opinion or a forwarding, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import InternalStep, Stage
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.instants import local_day
from domain.quoting import quoted
from models import Case, CaseVersion, InternalAct, Unit
from services import audit
from services.batches.context import BatchContext, load


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step belongs: a stage of a batch, the unit, and the case; None for the unit's whole forwarding."""

    batch_id: int
    stage_key: str
    unit_id: int
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """What is recorded: who did it on which day, with the number of the minutes or the paper where one is asked."""

    step_key: str
    person: str
    held_on: date
    number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step with what was recorded of it, None while it is to come. is_next: it may be recorded now."""

    step: InternalStep
    act: InternalAct | None
    is_next: bool


def record(session: Session, place: Place, done: StepDone, *, actor: Actor, now: datetime) -> InternalAct:
    """Record the next internal step of a unit; the steps keep the order of the definition.

    Raises NotFound, NotAllowed; Conflict for a step out of its order or recorded before; Invalid with every problem.
    """
    context, unit = _office(session, place, actor)
    shown = _shown(session, context, place)
    wanted = next((item for item in shown if item.step.key == done.step_key), None)
    if wanted is None:
        raise NotFound("没有这个内部程序步骤。")
    if wanted.act is not None:
        raise Conflict(f"{quoted(wanted.step.name)}已于 {wanted.act.held_on.isoformat()} 登记；如有误，请先撤销。")
    if not wanted.is_next:
        first = next(item.step.name for item in shown if item.is_next)
        raise Conflict(f"请按顺序办理：先登记{quoted(first)}，再登记{quoted(wanted.step.name)}。")
    last = max((item.act.held_on for item in shown if item.act is not None), default=None)
    _require_complete(wanted.step, done, last, local_day(now, context.definition.zone))
    act = InternalAct(
        batch_id=place.batch_id,
        unit_id=_owner(session, place),
        case_id=place.case_id,
        by_unit_id=unit.id,
        stage_key=place.stage_key,
        step_key=done.step_key,
        person=done.person.strip(),
        number=done.number.strip(),
        held_on=done.held_on,
        note=done.note.strip(),
        recorded_at=now,
        recorded_by=actor.name,
    )
    session.add(act)
    session.flush()
    after = {"step": wanted.step.name, "person": act.person, "number": act.number, "on": act.held_on.isoformat()}
    _log(session, place, f"登记{wanted.step.name}", after, actor=actor, now=now)
    return act


def take_back(session: Session, place: Place, step_key: str, *, actor: Actor, now: datetime) -> None:
    """Strike the last recorded step, which was entered by mistake.

    Raises NotFound, NotAllowed; Conflict for a step that others follow.
    """
    context, _ = _office(session, place, actor)
    recorded = [item for item in _shown(session, context, place) if item.act is not None]
    wanted = next((item for item in recorded if item.step.key == step_key), None)
    if wanted is None or wanted.act is None:
        raise NotFound("该步骤尚未登记。")
    if wanted is not recorded[-1]:
        raise Conflict(f"{quoted(wanted.step.name)}之后已登记{quoted(recorded[-1].step.name)}，请先撤销后者。")
    before = {"step": wanted.step.name, "person": wanted.act.person, "number": wanted.act.number}
    session.delete(wanted.act)
    session.flush()
    _log(session, place, f"撤销{wanted.step.name}", before, actor=actor, now=now)


def steps(session: Session, place: Place, *, actor: Actor) -> tuple[StepShown, ...]:
    """Return the internal steps of a unit in a stage, about one case or its whole forwarding.

    Raises NotFound, NotAllowed.
    """
    context, _ = _office(session, place, actor, action=Action.VIEW_CASE)
    return _shown(session, context, place)


def missing(session: Session, context: BatchContext, place: Place) -> list[InternalStep]:
    """Return the steps that are still to come, in order; what was recorded for the whole forwarding counts, too."""
    return [item.step for item in _shown(session, context, place) if item.act is None]


def _shown(session: Session, context: BatchContext, place: Place) -> tuple[StepShown, ...]:
    wanted = steps_of(context.definition.stage(place.stage_key))
    if not wanted:
        return ()
    acts = {act.step_key: act for act in session.scalars(_recorded(place).order_by(InternalAct.id))}
    first = next((step.key for step in wanted if step.key not in acts), None)
    return tuple(StepShown(step, acts.get(step.key), step.key == first) for step in wanted)


def _recorded(place: Place) -> Select[InternalAct]:
    """Return the steps that count: of a case, those taken since its version in force came in."""
    acts = select(InternalAct).where(
        InternalAct.batch_id == place.batch_id,
        InternalAct.by_unit_id == place.unit_id,
        InternalAct.stage_key == place.stage_key,
    )
    if place.case_id is None:
        return acts.where(InternalAct.case_id.is_(None))
    submitted = (
        select(CaseVersion.submitted_at)
        .join(Case, (Case.id == CaseVersion.case_id) & (Case.version_no == CaseVersion.number))
        .where(Case.id == place.case_id)
        .scalar_subquery()
    )
    of_case = (InternalAct.case_id == place.case_id) & ((InternalAct.recorded_at >= submitted) | submitted.is_(None))
    return acts.where(of_case | InternalAct.case_id.is_(None))


def steps_of(stage: Stage) -> Sequence[InternalStep]:
    """Return the internal steps that a stage asks for, in order."""
    if stage.review is not None:
        return stage.review.internal
    return stage.recommend.internal if stage.recommend is not None else ()


def _office(
    session: Session, place: Place, actor: Actor, action: Action = Action.RECOMMEND
) -> tuple[BatchContext, Unit]:
    """Return the batch and the unit whose steps they are; only its own people record them."""
    context = load(session, place.batch_id)
    unit = session.get(Unit, place.unit_id)
    if unit is None or place.stage_key not in context.stages:
        raise NotFound("没有这个单位或环节。")
    require(actor, action, Subject(context.batch.programme_id, unit.path))
    if action is Action.RECOMMEND and actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"内部程序由“{unit.name}”自行登记。", action=action.value)
    return context, unit


def _owner(session: Session, place: Place) -> int:
    """Return the unit that the row belongs to: the case's channel, so that its whole branch sees it."""
    if place.case_id is None:
        return place.unit_id
    channel = session.scalar(select(Case.unit_id).where(Case.id == place.case_id, Case.batch_id == place.batch_id))
    if channel is None:
        raise NotFound("没有这份申报件。")
    return channel


def _require_complete(step: InternalStep, done: StepDone, last: date | None, today: date) -> None:
    shown = done.held_on.isoformat()
    problems = []
    if not done.person.strip():
        problems.append(Problem("person", "", f"请填写{quoted(step.name)}的办理人"))
    if step.needs_number and not done.number.strip():
        problems.append(Problem("number", "", f"请填写{quoted(step.name)}的文号或纪要编号"))
    if done.held_on > today:
        problems.append(Problem("held_on", shown, "办理日期不能晚于今天", f"不晚于 {today}"))
    if last is not None and done.held_on < last:
        problems.append(Problem("held_on", shown, "办理日期不能早于上一步", f"不早于 {last}"))
    if problems:
        raise Invalid(problems)


def _log(
    session: Session, place: Place, what: str, values: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    about = f"申报件第 {place.case_id} 号" if place.case_id is not None else "本单位报送"
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.RECOMMEND,
        what=f"{what}：{about}",
        batch_id=place.batch_id,
        unit_id=place.unit_id,
        after=values,
    )
    audit.record(session, act)
