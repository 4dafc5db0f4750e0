"""Submitting a case: checked in one order, frozen as a version with a receipt; a refusal loses nothing."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import FieldKind, Rule
from domain.errors import Conflict, Invalid, NotFound, Problem, RuleBroken, TooLate
from domain.forms import chosen_modes
from domain.forms.case import Checked, check_case
from domain.instants import describe
from domain.rules import rules_of
from models import ActKind, BatchState, Case, CaseFile, CaseReturn, CaseState, CaseVersion
from services.cases import conditions
from services.cases.access import (
    CaseInHand,
    filling,
    get_case_to_fill,
    require_form,
    require_open,
    setting_of,
    version_of,
)
from services.cases.acts import Done, record
from services.cases.papers import current_files, missing_papers
from services.cases.returned import open_return
from services.duties.loads import chain_of, settle_units
from services.duties.windows import require_unit_window
from services.rules import require_rules

YES = "yes"
NO_SECRETS = "no_secrets"
NO_SECRETS_TEXT = "本申报件及全部附件不含国家秘密，可以在非涉密平台填报。"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of submitting: when the server received which version, and its fingerprint (SHA-256)."""

    case_id: int
    version: int
    received_at: datetime
    fingerprint: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class NotSubmitted:
    """What was typed is kept as it was, and why the case was not accepted."""

    refusal: RuleBroken


def submit(
    session: Session,
    case_id: int,
    *,
    statements: Mapping[str, str],
    received_at: datetime,
    actor: Actor,
    paper_at: datetime | None = None,
) -> Receipt | NotSubmitted:
    """Submit what is typed, or say why not; sending the same case again gives the same receipt.

    statements: "yes" by key of each signed rule, and for `no_secrets` where the batch asks for it.
    received_at: when the server began to receive it; it alone decides whether the case is in time.
    paper_at: when a paper application came in that an officer enters (代填); shown, never moving a deadline.
    Raises NotAllowed, NotFound for who may not submit this case at all.
    """
    found = get_case_to_fill(session, case_id, actor=actor, lock=True)
    if found.case.state is CaseState.SUBMITTED and found.case.version_no:
        return receipt_of(session, found)
    returned = open_return(session, found)
    try:
        is_late = _require_time(session, found, returned, received_at)
        conditions.require_approved(found)
        files = current_files(session, found.case.id)
        checked = _require_complete(session, found, files, statements, received_at)
        _require_paper_date(paper_at, received_at, actor)
        conditions.require_allowed(session, found)
        conditions.take_claim(session, found)
    except RuleBroken as refusal:
        return NotSubmitted(refusal)
    signed = _signed(found, checked.values, statements, actor, received_at)
    version = _freeze(session, found, checked.values, (files, signed), received_at=received_at, actor=actor)
    _hand_over(found.case, returned, received_at, is_late=is_late)
    settle_units(session, found.context, chain_of(session, found.case.unit_id), at=received_at)
    receipt = Receipt(found.case.id, version.number, received_at, version.fingerprint, found.case.is_late)
    record(session, found.case, _done(found, receipt, actor, paper_at, is_late=is_late), actor=actor)
    return receipt


def receipt_of(session: Session, found: CaseInHand) -> Receipt:
    """Return the receipt of the newest submitted version once more. Raises NotFound before the first."""
    if not found.case.version_no:
        raise NotFound("申报件尚未提交，没有回执。")
    version = version_of(session, found, found.case.version_no)
    return Receipt(found.case.id, version.number, version.submitted_at, version.fingerprint, found.case.is_late)


def problems_of(result: NotSubmitted) -> tuple[Problem, ...]:
    """Return what is wrong in single places, in the order of the form; empty when it is about the whole."""
    return result.refusal.problems if isinstance(result.refusal, Invalid) else ()


def _require_time(session: Session, found: CaseInHand, returned: CaseReturn | None, received_at: datetime) -> bool:
    """Return whether the case comes after the stage's own deadline. Raises Conflict, TooEarly, TooLate.

    A correction has its own date, which the unit that returned the case may extend.
    """
    require_open(found)
    if found.context.batch.state is not BatchState.RUNNING:
        raise TooLate("该批次当前不接收申报（未发布、已暂停或已结束）。填写内容已保存。")
    case, zone = found.case, found.definition.zone
    if case.state is CaseState.RETURNED:
        if case.correct_by is not None and received_at >= case.correct_by:
            due = describe(case.correct_by, zone, is_deadline=True)
            who = case.at_unit if returned is None else returned.from_unit
            raise TooLate(
                f"补正期限 {due} 已过，您的提交到达时间为 {received_at.astimezone(zone):%Y-%m-%d %H:%M:%S}。"
                f"填写内容已保存；如需延长补正期限，请联系“{who.name}”。",
                due_at=case.correct_by,
                received_at=received_at,
            )
        return case.is_late
    stage = found.context.definition.stage(found.stage.key)
    return require_unit_window(session, found.context, stage, case.unit_id, received_at)


def _require_complete(
    session: Session,
    found: CaseInHand,
    files: list[CaseFile],
    statements: Mapping[str, str],
    received_at: datetime,
) -> Checked:
    """Return the checked answers. Raises Invalid with every problem of form, papers, rules and statements at once."""
    form = require_form(found)
    checked = check_case(form, found.case.values, setting_of(found, received_at), is_final=True)
    problems = [*checked.problems, *missing_papers(found, files)]
    try:
        require_rules(session, found, checked.values, at=received_at)
    except Invalid as refusal:
        told = {problem.path for problem in checked.problems}
        problems += [problem for problem in refusal.problems if problem.path not in told]
    problems += _unsigned(found, checked.values, statements)
    if problems:
        raise Invalid(problems)
    return checked


def signed_rules(found: CaseInHand, values: Mapping[str, str]) -> tuple[Rule, ...]:
    """Return the rules that the applicant answers by signing, as far as they apply to this case."""
    modes = chosen_modes(found.form, values) if found.form is not None else ()
    rules = rules_of(found.definition, found.case.category_key, found.case.subtype_key, modes)
    return tuple(rule for rule in rules if rule.is_signed)


def _unsigned(found: CaseInHand, values: Mapping[str, str], statements: Mapping[str, str]) -> Iterator[Problem]:
    for rule in signed_rules(found, values):
        if statements.get(rule.key) != YES:
            yield Problem(f"statements.{rule.key}", "", f"请确认：{rule.question or rule.clause}", "如实勾选后提交")
    if found.declare.confirms_no_secrets and statements.get(NO_SECRETS) != YES:
        yield Problem(
            f"statements.{NO_SECRETS}", "", f"请确认：{NO_SECRETS_TEXT}", "涉密内容不得上传，请按保密规定另行报送"
        )


def _require_paper_date(paper_at: datetime | None, received_at: datetime, actor: Actor) -> None:
    if paper_at is None:
        return
    if actor.role is Role.APPLICANT:
        raise Conflict("只有代填纸质材料的经办人可以登记纸质材料的收到日期。")
    if paper_at > received_at:
        raise Invalid([Problem("paper_at", "", "纸质材料的收到日期不能晚于现在")])


def _signed(
    found: CaseInHand, values: Mapping[str, str], statements: Mapping[str, str], actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Return what was signed with the case: the signed rules, the commitments of the form, the secrecy statement."""
    when = at.astimezone(UTC).isoformat()
    form = found.form
    texts = {rule.key: rule.question or rule.clause for rule in signed_rules(found, values)}
    if found.declare.confirms_no_secrets:
        texts[NO_SECRETS] = NO_SECRETS_TEXT
    signed = [{"key": key, "text": text, "name": actor.name, "at": when} for key, text in texts.items()]
    for field in form.all_fields if form is not None else ():
        if field.kind is FieldKind.COMMITMENT and values.get(field.key) == YES:
            name = values.get(f"{field.key}.name") or actor.name
            signed.append({"key": field.key, "text": field.text, "name": name, "at": when})
    return signed


def _freeze(
    session: Session,
    found: CaseInHand,
    values: dict[str, str],
    enclosed: tuple[list[CaseFile], list[dict[str, Any]]],
    *,
    received_at: datetime,
    actor: Actor,
) -> CaseVersion:
    """Make the version that is never changed again."""
    case, (files, statements) = found.case, enclosed
    listed = [
        {"slot": row.slot_key, "file_id": row.file_id, "sha256": row.file.sha256, "name": row.file.name}
        for row in files
        if row.version_no is None
    ]
    case.version_no += 1
    case.values, case.modes = values, list(chosen_modes(require_form(found), values))
    words = [found.context.batch.code, case.id, case.version_no, case.title, values]
    words += [[[item["slot"], item["sha256"], item["name"]] for item in listed], statements]
    text = json.dumps([*words, received_at.astimezone(UTC).isoformat()], ensure_ascii=False, sort_keys=True)
    version = CaseVersion(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        number=case.version_no,
        definition_revision=case.definition_revision,
        values=values,
        files=listed,
        statements=statements,
        submitted_at=received_at,
        submitted_by=actor.name,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
    )
    session.add(version)
    return version


def _hand_over(case: Case, returned: CaseReturn | None, received_at: datetime, *, is_late: bool) -> None:
    """Put the case into the hands of its channel, or of the unit that had returned it."""
    case.state = CaseState.SUBMITTED
    case.at_unit_id = case.unit_id if returned is None else returned.from_unit_id
    if returned is not None:
        returned.ended_at = received_at
    case.submitted_at, case.correct_by = received_at, None
    case.is_late = is_late


def _done(found: CaseInHand, receipt: Receipt, actor: Actor, paper_at: datetime | None, *, is_late: bool) -> Done:
    """Return the line of history; what an officer enters names the applicant, and the paper's own day."""
    case = found.case
    is_own = actor.role is Role.APPLICANT
    detail: dict[str, object] = {"title": case.title, "fingerprint": receipt.fingerprint}
    if not is_own:
        detail["for"] = str(case.organisation)
    if is_late:
        detail["is_late"] = True
    return Done(
        ActKind.SUBMITTED,
        filling(actor),
        at=receipt.received_at if paper_at is None else paper_at,
        recorded_at=receipt.received_at,
        by_unit="" if is_own else case.unit.name,
        detail=detail,
    )
