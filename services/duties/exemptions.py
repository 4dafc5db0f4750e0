"""Closing a duty by the unit's written explanation (免报说明), and taking the explanation back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Exemption as ExemptionRules
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.forms import FORBIDDEN
from models import Exemption, StoredFile
from services import audit
from services.duties.access import DutyInHand, get_duty, require_window
from services.duties.settling import settle, unsettle

LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why nothing can be filed; `file_id` is the sealed document."""

    reason_key: str
    text: str = ""
    file_id: int | None = None


def exempt(
    session: Session,
    duty_id: int,
    explanation: Explanation,
    *,
    received_at: datetime,
    actor: Actor,
    is_rehearsed: bool = False,
) -> Exemption:
    """Settle a duty by a written explanation; only the unit may give it, not the title's holder (S003-54).

    is_rehearsed: a rehearsal has no files, so it goes without the document.
    Raises NotAllowed, NotFound, TooEarly, TooLate, Conflict when answered already, Invalid with every problem.
    """
    found = get_duty(session, duty_id, actor=actor, action=Action.EXEMPT, lock=True)
    rules = found.collect.exemption
    if rules is None:
        raise NotFound("该环节不接受免报说明。")
    is_late = require_window(session, found, received_at)
    if found.duty.settled_as is not None:
        raise Conflict("该事项已经办结。")
    _require_complete(session, rules, explanation, needs_document=rules.needs_document and not is_rehearsed)
    row = Exemption(
        batch_id=found.duty.batch_id,
        unit_id=found.duty.unit_id,
        duty_id=duty_id,
        reason_key=explanation.reason_key,
        text=explanation.text.strip(),
        file_id=explanation.file_id,
        made_at=received_at,
        made_by=actor.name,
    )
    session.add(row)
    settle(session, found, Settlement.EXEMPT, at=received_at, is_late=is_late)
    _log(session, found, actor, received_at, f"免报说明（{_reason_name(rules, explanation.reason_key)}）")
    return row


def withdraw_exemption(session: Session, duty_id: int, *, received_at: datetime, actor: Actor) -> None:
    """Take an explanation back while the duty may still be answered. Raises as `exempt` does."""
    found = get_duty(session, duty_id, actor=actor, action=Action.EXEMPT, lock=True)
    if found.duty.settled_as is not Settlement.EXEMPT:
        raise Conflict("该事项没有免报说明。")
    require_window(session, found, received_at)
    session.execute(delete(Exemption).where(Exemption.duty_id == duty_id))
    unsettle(session, found)
    _log(session, found, actor, received_at, "撤销免报说明")


def _require_complete(
    session: Session, rules: ExemptionRules, explanation: Explanation, *, needs_document: bool
) -> None:
    problems: list[Problem] = []
    reason = next((reason for reason in rules.reasons if reason.key == explanation.reason_key), None)
    if reason is None:
        names = "、".join(reason.name for reason in rules.reasons)
        problems.append(Problem("reason", explanation.reason_key, "请选择免报原因", f"可选：{names}"))
    elif reason.needs_text and not explanation.text.strip():
        problems.append(Problem("text", "", f"选择“{reason.name}”时请说明具体情况"))
    if len(explanation.text) > LONGEST_TEXT:
        problems.append(Problem("text", "", f"说明最多 {LONGEST_TEXT} 字，现为 {len(explanation.text)} 字"))
    if FORBIDDEN.search(explanation.text):
        problems.append(Problem("text", "", "说明含有不可见的控制字符，请删除后重填"))
    if explanation.file_id is not None and session.get(StoredFile, explanation.file_id) is None:
        problems.append(Problem("file", "", "所附文件不存在，请重新上传"))
    elif explanation.file_id is None and needs_document:
        problems.append(Problem("file", "", "请上传本单位盖章的书面说明（PDF、OFD 或图片）"))
    if problems:
        raise Invalid(problems)


def _reason_name(rules: ExemptionRules, key: str) -> str:
    return next(reason.name for reason in rules.reasons if reason.key == key)


def _log(session: Session, found: DutyInHand, actor: Actor, at: datetime, words: str) -> None:
    title = found.duty.title
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=at,
            action=Action.EXEMPT,
            what=f"{found.duty.unit.name}：{title.holder if title else found.stage.title}",
            batch_id=found.duty.batch_id,
            unit_id=found.duty.unit_id,
            reason=words,
        ),
    )
