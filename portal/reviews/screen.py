"""Everything that the screen of one case shows the office that checks it (初审页), in one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from domain.access import Action, may
from domain.definition import Force, Rule, Waiver
from domain.errors import Invalid, NotFound, Problem, RuleBroken
from domain.instants import local_day
from domain.rules import HeldTitle, Outcome, Verdict, applies
from models import CaseReturn, CaseState, DecisionKind, StoredFile, Unit
from models.scope import seeing_all
from portal.answers import page, status_of
from services.cases.access import OPEN, require_form, setting_of, shows_content, values_for, version_of
from services.cases.papers import slots
from services.duties.windows import UnitWindow, unit_window
from services.reviewing.blocking import blocks
from services.reviewing.checks import check_list
from services.reviewing.credit import credit_checks
from services.reviewing.desk import Desk, look, submitted_at
from services.reviewing.internal import Place, StepShown, steps
from services.reviewing.returning.proposing import proposal
from services.reviewing.site import site_checks
from services.reviewing.waiting import waiting_cases, waiting_since
from services.rules import earlier_titles, judge_case
from services.rules.judging import decisions, is_refusal
from web import current
from web.case_form import CaseForm, Look, make_case_form

MOST_RETURNS = 20
DECIDED = frozenset({CaseState.PASSED, CaseState.REFUSED, CaseState.RETURNED})


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that was refused. part: the form on the page that it was sent with, so that it is told there."""

    part: str
    refusal: RuleBroken

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong, one by one; a refusal in one sentence has none."""
        return self.refusal.problems if isinstance(self.refusal, Invalid) else ()


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule of the notice with its verdict. reason: a unit's explanation given before, or "".

    may_waive: the reader may lift it for this case. may_explain: the reader gives the unit's reason.
    """

    verdict: Verdict
    reason: str
    may_waive: bool
    may_explain: bool


@dataclass(frozen=True, slots=True)
class Material:
    """What was handed in. form: None for a case of another platform. previous: the version compared with."""

    form: CaseForm | None
    slots: Sequence[object]
    previous: int | None


def take_desk(case_id: int) -> Desk:
    """Return a case on its unit's desk, and show every time in its batch's zone. Raises NotFound, NotAllowed."""
    desk = look(current.db(), case_id, actor=current.actor())
    g.zone = desk.found.context.definition.zone
    return desk


def holds(desk: Desk) -> bool:
    """Tell whether the visitor is of the unit that the case is with, so that the acts are theirs."""
    actor = current.actor()
    at_unit = desk.found.case.at_unit
    return actor.branch == at_unit.path and may(actor, Action.REVIEW, desk.found.at_unit)


def show_case(case_id: int, refused: Refused | None = None, file: StoredFile | None = None) -> Response:
    """Return the screen of a case; after a refusal with what was typed. file: a report taken before the refusal."""
    desk = take_desk(case_id)
    case, session, actor, now = desk.found.case, current.db(), current.actor(), current.now()
    is_mine = holds(desk)
    if not shows_content(desk.found, actor):
        return _hidden(desk, is_mine=is_mine, refused=refused)
    return page(
        "portal/reviews/case.html",
        status=status_of(refused.refusal) if refused is not None else 200,
        desk=desk,
        case=case,
        material=material_of(desk),
        checks=check_list(session, desk),
        blocking=blocks(session, desk, now) if is_mine and case.state is CaseState.SUBMITTED else [],
        rules=_rules(desk, is_mine=is_mine),
        liftable=_liftable(desk, is_mine=is_mine),
        visits=site_checks(session, case_id, actor=actor),
        credit=credit_checks(session, case_id, actor=actor),
        steps=_steps(desk),
        returns=_returns(desk),
        offer=proposal(session, desk, now),
        titles=_titles(desk),
        window=_window(desk),
        next_id=_next(desk) if is_mine or case.state in DECIDED else None,
        days=_days(desk),
        is_mine=is_mine,
        may_decide=is_mine and case.state is CaseState.SUBMITTED,
        may_clear=is_mine or may(actor, Action.WAIVE_RULE, desk.found.context.whole),
        refused=refused,
        typed=request.form,
        file=file,
    )


def _hidden(desk: Desk, *, is_mine: bool, refused: Refused | None) -> Response:
    """Return the screen of a case that was never submitted: nothing it holds, only what may be lifted for it."""
    return page(
        "portal/reviews/draft.html",
        status=status_of(refused.refusal) if refused is not None else 200,
        desk=desk,
        case=desk.found.case,
        liftable=_liftable(desk, is_mine=is_mine),
        refused=refused,
        typed=request.form,
    )


def material_of(desk: Desk) -> Material:
    """Return the newest submitted content, with marks of what changed since the version before and what was asked."""
    found, session = desk.found, current.db()
    if found.form is None:
        return Material(None, (), None)
    values = values_for(session, found, current.actor())
    previous = found.case.version_no - 1
    try:
        earlier = version_of(session, found, previous).values if previous > 0 else None
    except NotFound:
        earlier = None
    catalogue = found.definition.catalogue
    look_ = Look(is_read_only=True, earlier=earlier, terms=catalogue.terms if catalogue is not None else ())
    asked = _asked_before(desk) if earlier is not None else {}
    setting = setting_of(found, submitted_at(session, found) or current.now())
    form = make_case_form(require_form(found), setting, values, comments=asked, look=look_)
    return Material(form, slots(found), previous if earlier is not None else None)


def _asked_before(desk: Desk) -> dict[str, str]:
    """Return the comments that the version in force answers, by leaf."""
    with seeing_all(current.db()):
        comments = current.db().scalar(
            select(CaseReturn.comments)
            .where(
                CaseReturn.case_id == desk.found.case.id,
                CaseReturn.to_unit_id.is_(None),
                CaseReturn.version_no == desk.found.case.version_no - 1,
            )
            .order_by(CaseReturn.number.desc())
            .limit(1)
        )
    return dict(comments or {})


def _rules(desk: Desk, *, is_mine: bool) -> list[RuleShown]:
    """Return what the rules said on the day of submission; what an officer answers is in the check list."""
    found, session, actor = desk.found, current.db(), current.actor()
    at = submitted_at(session, found) or current.now()
    verdicts = judge_case(session, found, values_for(session, found, actor), at=at)
    explained = decisions(session, found.case.id, DecisionKind.EXPLAINED)
    shown = []
    for verdict in verdicts:
        if verdict.outcome is Outcome.ASKED:
            continue
        rule = verdict.rule
        is_soft = rule.force is Force.SOFT and verdict.outcome is Outcome.WARNED
        reason = explained[rule.key].reason if rule.key in explained else ""
        shown.append(
            RuleShown(verdict, reason, is_refusal(verdict) and _lifts(desk, rule, is_mine), is_soft and is_mine)
        )
    return shown


def _lifts(desk: Desk, rule: Rule, is_mine: bool) -> bool:
    """Tell whether the reader may lift a rule for this case."""
    if rule.waiver is Waiver.UNIT:
        return is_mine
    return rule.waiver is Waiver.OFFICE and may(current.actor(), Action.WAIVE_RULE, desk.found.context.whole)


def _liftable(desk: Desk, *, is_mine: bool) -> list[tuple[Rule, str]]:
    """Return the hard rules that the reader may lift before the applicant submits, with the reason if it has been.

    Which of them the case breaks is not told: what is being typed is the applicant's alone.
    """
    case = desk.found.case
    if case.state not in OPEN:
        return []
    waived = decisions(current.db(), case.id, DecisionKind.WAIVED)
    return [
        (rule, waived[rule.key].reason if rule.key in waived else "")
        for rule in desk.found.definition.rules
        if rule.force is Force.HARD
        and applies(rule, case.category_key, case.subtype_key, rule.modes)
        and _lifts(desk, rule, is_mine)
    ]


def _steps(desk: Desk) -> Sequence[StepShown]:
    if desk.stage is None or not desk.review.internal:
        return ()
    return steps(current.db(), internal_place(desk), actor=current.actor())


def internal_place(desk: Desk) -> Place:
    """Return where the internal steps of checking this case belong. Raises NotFound for a batch without checking."""
    if desk.stage is None:
        raise NotFound("该批次没有初审环节。")
    return Place(desk.found.case.batch_id, desk.stage.key, desk.unit.id, desk.found.case.id)


def _returns(desk: Desk) -> Sequence[CaseReturn]:
    """Return the newest returns of the case, whoever made them."""
    newest = (
        select(CaseReturn)
        .where(CaseReturn.case_id == desk.found.case.id)
        .options(joinedload(CaseReturn.from_unit))
        .order_by(CaseReturn.number.desc())
        .limit(MOST_RETURNS)
    )
    with seeing_all(current.db()):
        return current.db().scalars(newest).all()


def _titles(desk: Desk) -> Sequence[HeldTitle]:
    found = desk.found
    on = local_day(current.now(), found.definition.zone)
    return earlier_titles(
        current.db(),
        found.case.organisation,
        found.definition,
        on=on,
        category=found.case.category_key,
        title=found.case.title,
    )


def _window(desk: Desk) -> UnitWindow | None:
    if desk.stage is None:
        return None
    return unit_window(current.db(), desk.found.context, desk.stage, desk.unit.id)


def _next(desk: Desk) -> int | None:
    """Return the case that waits longest after this one to be checked by the visitor's unit; None when none does."""
    found = desk.found
    own = current.db().scalars(select(Unit).where(Unit.path == (current.actor().branch or ""))).one_or_none()
    if own is None:
        return None
    waiting = waiting_cases(current.db(), found.context.batch.id, own.id, actor=current.actor(), now=current.now())
    ids = [one.case_id for one in waiting if one.state is CaseState.SUBMITTED]
    after = ids[ids.index(found.case.id) + 1 :] if found.case.id in ids else ids
    return next((case_id for case_id in [*after, *ids] if case_id != found.case.id), None)


def _days(desk: Desk) -> int | None:
    """Return for how many local days the case has been where it is."""
    since: datetime | None = waiting_since(current.db(), [desk.found.case.id]).get(desk.found.case.id)
    zone = desk.found.definition.zone
    return (local_day(current.now(), zone) - local_day(since, zone)).days if since is not None else None
