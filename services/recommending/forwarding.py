"""Forwarding (报送): a checked case goes up, within the time and the places of the unit that recommends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotAllowed, Problem, RuleBroken
from models import ActKind, Case, CaseState, Recommendation, Unit
from services.batches.context import BatchContext
from services.cases.access import CaseInHand, get_case
from services.cases.acts import Done, record
from services.definitions.names import Names
from services.duties.loads import chain_of, settle_units
from services.duties.windows import require_unit_window
from services.recommending.nothing import require_not_declared
from services.recommending.places import Taken, lock_cases, release, take
from services.recommending.readiness import missing_before, require_ready
from services.recommending.routes import recommend_stage, route_of


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What came of forwarding. upper: name of the unit that has it now; "" for the office. places: as `Taken`."""

    case_id: int
    upper: str
    at: datetime
    places: tuple[tuple[str, int], ...]
    is_late: bool


@dataclass(frozen=True, slots=True)
class NotForwarded:
    """A case of a bulk act that stays where it is, and why."""

    case_id: int
    title: str
    refusal: RuleBroken


@dataclass(frozen=True, slots=True)
class Many:
    """What came of forwarding several cases."""

    done: tuple[Forwarded, ...]
    failed: tuple[NotForwarded, ...]


def forward(
    session: Session,
    case_id: int,
    *,
    received_at: datetime,
    actor: Actor,
    over_reason: str = "",
    confirms_no_secrets: bool = False,
) -> Forwarded:
    """Send a case up: to the unit above that takes part, or to the office; it takes its places.

    over_reason: why a soft limit ("原则上") is exceeded. confirms_no_secrets: the unit confirms 不涉密, where asked.
    Raises NotFound, NotAllowed, TooEarly, TooLate, Conflict, QuotaFull, Invalid with everything that is missing.
    """
    found = get_case(session, case_id, actor=actor, action=Action.RECOMMEND, lock=True)
    stage, recommend = recommend_stage(found.context)
    unit = require_ready(session, found, actor=actor)
    is_late = require_unit_window(session, found.context, stage, unit.id, received_at)
    require_not_declared(session, found.context, stage, unit.id)
    missing = missing_before(session, found, unit, stage, recommend)
    if recommend.confirms_no_secrets and not confirms_no_secrets:
        missing.append(Problem("confirms_no_secrets", "", "请确认本申报件不涉及国家秘密"))
    if missing:
        raise Invalid(missing)
    upper = route_of(session, found.context, unit).upper
    taken = take(session, found, unit.id, at=received_at, over_reason=over_reason)
    _send(session, found, unit, upper, received_at)
    _note(session, found, unit, taken, actor=actor, at=received_at)
    settle_units(session, found.context, chain_of(session, found.case.unit_id), at=received_at)
    detail = _detail(found.context.definition, upper, taken, asked_secrets=recommend.confirms_no_secrets)
    done = Done(ActKind.FORWARDED, Action.RECOMMEND, received_at, received_at, by_unit=unit.name, detail=detail)
    record(session, found.case, done, actor=actor)
    return Forwarded(case_id, upper.name if upper is not None else "", received_at, taken.places, is_late)


def _send(session: Session, found: CaseInHand, unit: Unit, upper: Unit | None, at: datetime) -> None:
    case = found.case
    if upper is None:
        case.state, case.forwarded_at = CaseState.FORWARDED, at
    else:
        case.state, case.at_unit, case.at_unit_id = CaseState.SUBMITTED, upper, upper.id


def _note(session: Session, found: CaseInHand, unit: Unit, taken: Taken, *, actor: Actor, at: datetime) -> None:
    row = recommendation_of(session, found.context, found.case, unit.id)
    row.takes_place, row.over_reason = taken.needs_place, taken.over_reason
    row.forwarded_at, row.forwarded_by = at, actor.name
    session.flush()


def _detail(definition: Definition, upper: Unit | None, taken: Taken, *, asked_secrets: bool) -> dict[str, object]:
    detail: dict[str, object] = {"to": upper.name if upper is not None else "主办处室"}
    if taken.places:
        names, quotas = Names(definition), {quota.key: quota for quota in definition.quotas}
        detail["places"] = [f"{names.item(quotas[key])} 第 {number} 个" for key, number in taken.places]
    if not taken.needs_place:
        detail["free"] = "不占名额"
    if taken.over_reason:
        detail["over_reason"] = taken.over_reason
    if asked_secrets:
        detail["no_secrets"] = "已确认不涉及国家秘密"
    return detail


def recommendation_of(session: Session, context: BatchContext, case: Case, unit_id: int) -> Recommendation:
    """Return a unit's handling of a case, made if there is none yet."""
    row = session.scalars(
        select(Recommendation).where(Recommendation.case_id == case.id, Recommendation.unit_id == unit_id)
    ).one_or_none()
    if row is None:
        row = Recommendation(batch_id=context.batch.id, unit_id=unit_id, case_id=case.id, rank=None)
        session.add(row)
    return row


def forward_many(
    session: Session,
    case_ids: Sequence[int],
    *,
    received_at: datetime,
    actor: Actor,
    confirms_no_secrets: bool = False,
    over_reasons: Mapping[int, str] | None = None,
) -> Many:
    """Forward cases in the order given; each that is refused stays where it is and is named with its reason.

    over_reasons: why a soft limit is exceeded, by case's id; None for no reasons.
    """
    wanted = list(dict.fromkeys(case_ids))
    titles = lock_cases(session, wanted)
    done: list[Forwarded] = []
    failed: list[NotForwarded] = []
    for case_id in wanted:
        try:
            with session.begin_nested():
                done.append(
                    forward(
                        session,
                        case_id,
                        received_at=received_at,
                        actor=actor,
                        over_reason=(over_reasons or {}).get(case_id, ""),
                        confirms_no_secrets=confirms_no_secrets,
                    )
                )
        except RuleBroken as refusal:
            failed.append(NotForwarded(case_id, titles.get(case_id, ""), refusal))
    return Many(tuple(done), tuple(failed))


def recall(session: Session, case_id: int, *, reason: str, received_at: datetime, actor: Actor) -> None:
    """Take a forwarded case back (撤回报送) until it is received; its places are free at once.

    Only the unit that sent it last may, and only while it could send it again.
    Raises NotFound, NotAllowed, TooLate, Conflict when it is received, or the unit above has begun; Invalid.
    """
    found = get_case(session, case_id, actor=actor, action=Action.RECOMMEND, lock=True)
    case, context = found.case, found.context
    stage, _ = recommend_stage(context)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写撤回报送的原因")])
    unit = _sender(session, case)
    require(actor, Action.RECOMMEND, Subject(context.batch.programme_id, unit.path))
    if actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"申报件由“{unit.name}”报送，由该单位撤回。", action=Action.RECOMMEND.value)
    if case.received_at is not None:
        raise Conflict(f"申报件“{case.title}”已由主办处室收件，不能撤回；如需退回请联系主办处室。")
    require_unit_window(session, context, stage, unit.id, received_at)
    require_not_declared(session, context, stage, unit.id)
    was_at = case.at_unit_id
    case.state, case.forwarded_at = CaseState.PASSED, None
    case.at_unit, case.at_unit_id = unit, unit.id
    release(session, case, [unit.id])
    chain = {*chain_of(session, case.unit_id), was_at}
    settle_units(session, context, chain, at=received_at)
    done = Done(ActKind.RECALLED, Action.RECOMMEND, received_at, received_at, by_unit=unit.name, note=reason.strip())
    record(session, case, done, actor=actor)


def _sender(session: Session, case: Case) -> Unit:
    """Return the unit that sent the case to where it is now. Raises Conflict when none did."""
    is_with_office = case.state is CaseState.FORWARDED
    if is_with_office or case.state is CaseState.SUBMITTED:
        sent = session.scalars(
            select(Unit)
            .join(Recommendation, Recommendation.unit_id == Unit.id)
            .where(Recommendation.case_id == case.id, Recommendation.forwarded_at.is_not(None))
            .order_by(Recommendation.forwarded_at.desc(), Recommendation.id.desc())
            .limit(1)
        ).one_or_none()
        if sent is not None and (is_with_office or sent.id != case.at_unit_id):
            return sent
    raise Conflict(f"申报件“{case.title}”没有已报送而未收件的记录，不能撤回报送。")
