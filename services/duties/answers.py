"""Answering a duty: drafts that are never lost, and filing that is checked, timed and receipted."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Form
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotFound, RuleBroken
from domain.forms import check_answers
from models import Answer
from services import audit
from services.contacts import NewContact, replace_contacts
from services.duties.access import DutyInHand, get_duty, require_window
from services.duties.settling import settle

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that no database takes; filing refuses them, and a draft is kept without them."""
LONGEST_DRAFT = 200_000
"""Characters that a draft may hold in all; beyond that it is not an answer."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of filing: when the server received it, and the fingerprint of what it received."""

    duty_id: int
    received_at: datetime
    fingerprint: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class NotFiled:
    """What was sent is kept as a draft, and why it was not accepted."""

    refusal: RuleBroken


def form_of(found: DutyInHand) -> Form:
    """Return the form that a duty is answered with. Raises NotFound for a stage without one."""
    if found.collect.form is None:
        raise NotFound("该环节没有需要填写的表。")
    return found.context.definition.form(found.collect.form)


def save_draft(
    session: Session, duty_id: int, values: Mapping[str, str], *, revision: int | None, actor: Actor, now: datetime
) -> Answer:
    """Keep what was typed, unchecked; a filed answer is not touched.

    revision: the draft's revision that the writer had read, None for a first save or a save at any cost.
    Raises NotAllowed, NotFound; Conflict when somebody saved meanwhile or the answer is filed.
    """
    found = get_duty(session, duty_id, actor=actor, action=Action.ANSWER, lock=True)
    answer = found.duty.answer
    if answer is not None and answer.filed_at is not None:
        raise Conflict("该事项已报送，草稿不再保存。")
    if answer is not None and revision is not None and answer.revision != revision:
        raise Conflict(f"{answer.saved_by} 已于其间修改了草稿，请核对两份内容后再保存。", theirs=dict(answer.values))
    return _keep(session, found, values, actor=actor, now=now)


def _keep(session: Session, found: DutyInHand, values: Mapping[str, str], *, actor: Actor, now: datetime) -> Answer:
    known = {field.key for field in form_of(found).fields}
    kept = {key: UNSTORABLE.sub("", value) for key, value in values.items() if key in known}
    if sum(len(value) for value in kept.values()) > LONGEST_DRAFT:
        raise Conflict(f"草稿过长（上限 {LONGEST_DRAFT} 字），未保存。")
    answer = found.duty.answer
    if answer is None:
        answer = Answer(batch_id=found.duty.batch_id, unit_id=found.duty.unit_id, duty_id=found.duty.id, revision=0)
        session.add(answer)
        found.duty.answer = answer
    answer.values = kept
    answer.revision += 1
    answer.saved_at, answer.saved_by = now, actor.name
    session.flush()
    return answer


def file_answer(
    session: Session, duty_id: int, values: Mapping[str, str], *, received_at: datetime, actor: Actor
) -> Receipt | NotFiled:
    """File an answer, or keep it as a draft and say why not; an answer may be filed again until the deadline.

    received_at: when the server began to receive the request (rule R2).
    Raises NotAllowed, NotFound; what the caller typed is kept in every other case.
    """
    found = get_duty(session, duty_id, actor=actor, action=Action.ANSWER, lock=True)
    try:
        is_late = require_window(session, found, received_at)
        _require_not_settled_otherwise(found)
        checked = check_answers(form_of(found), values)
    except RuleBroken as refusal:
        answer = found.duty.answer
        if answer is None or answer.filed_at is None:
            _keep(session, found, values, actor=actor, now=received_at)
        return NotFiled(refusal)
    before = dict(found.duty.answer.values) if found.duty.answer else {}
    answer = _keep(session, found, checked, actor=actor, now=received_at)
    answer.filed_at, answer.filed_by = received_at, actor.name
    settle(session, found, Settlement.DONE, at=received_at, is_late=is_late)
    if found.collect.provides_contact:
        replace_contacts(session, [NewContact(found.duty.unit_id, found.duty.batch_id, checked)], now=received_at)
    fingerprint = _fingerprint(found, checked, received_at)
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=received_at,
            action=Action.ANSWER,
            what=f"{found.duty.unit.name}：{found.stage.title}",
            batch_id=found.duty.batch_id,
            unit_id=found.duty.unit_id,
            reason="补报" if is_late else "",
            before=before,
            after={**checked, "fingerprint": fingerprint},
        ),
    )
    return Receipt(duty_id, received_at, fingerprint, is_late)


def declare_none(session: Session, duty_id: int, *, received_at: datetime, actor: Actor) -> Receipt | NotFiled:
    """Say that there is nothing to report (零报告), where the stage allows it (S003-64)."""
    found = get_duty(session, duty_id, actor=actor, action=Action.ANSWER, lock=True)
    if found.collect.none_label is None:
        raise NotFound("该环节不接受零报告。")
    try:
        is_late = require_window(session, found, received_at)
        _require_not_settled_otherwise(found)
    except RuleBroken as refusal:
        return NotFiled(refusal)
    settle(session, found, Settlement.NONE, at=received_at, is_late=is_late)
    fingerprint = _fingerprint(found, {}, received_at)
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=received_at,
            action=Action.ANSWER,
            what=f"{found.duty.unit.name}：{found.stage.title}（{found.collect.none_label}）",
            batch_id=found.duty.batch_id,
            unit_id=found.duty.unit_id,
            after={"fingerprint": fingerprint},
        ),
    )
    return Receipt(duty_id, received_at, fingerprint, is_late)


def _require_not_settled_otherwise(found: DutyInHand) -> None:
    if found.duty.settled_as in {Settlement.EXEMPT, Settlement.WAIVED}:
        raise Conflict("该事项已作免报处理，如需填报请先撤销免报说明。")


def _fingerprint(found: DutyInHand, values: Mapping[str, str], received_at: datetime) -> str:
    """Return the SHA-256 of what was filed, for the receipt; the same filing gives the same fingerprint."""
    words = [found.context.batch.code, found.duty.stage_key, found.duty.unit.code, found.duty.title_id]
    text = json.dumps(
        [*words, dict(values), received_at.astimezone(UTC).isoformat()], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()


def receipt_of(found: DutyInHand) -> Receipt:
    """Return the receipt of a filed duty once more. Raises NotFound for one that is not filed."""
    duty = found.duty
    if duty.settled_as is Settlement.NONE and duty.settled_at is not None:
        return Receipt(duty.id, duty.settled_at, _fingerprint(found, {}, duty.settled_at), duty.is_late)
    answer = duty.answer
    if duty.settled_as is not Settlement.DONE or answer is None or answer.filed_at is None:
        raise NotFound("该事项尚未报送，没有回执。")
    return Receipt(duty.id, answer.filed_at, _fingerprint(found, answer.values, answer.filed_at), duty.is_late)


def problems_of(result: NotFiled) -> dict[str, str]:
    """Return the sentence per field of a refusal, empty when it is not about single fields."""
    refusal = result.refusal
    if not isinstance(refusal, Invalid):
        return {}
    return {problem.path: problem.sentence for problem in refusal.problems}
