"""Who may declare what by which unit: asked when a case is opened, moved and submitted, always in the same words."""

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.definition import Category, DeclaredBy, Definition, OneCase, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.forms import FORBIDDEN
from domain.milestones import whom_to_ask
from models import Approval, BatchUnit, Case, CaseState, ListedApplicant, Organisation, OrganisationKind, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext
from services.cases.access import CaseInHand
from services.recommending.places import require_intake

KIND_NAMES = {
    OrganisationKind.ENTERPRISE: "企业",
    OrganisationKind.UNIVERSITY: "高等院校",
    OrganisationKind.INSTITUTE: "科研院所",
    OrganisationKind.ASSOCIATION: "行业协会",
    OrganisationKind.GOVERNMENT: "政府部门",
    OrganisationKind.OTHER: "其他",
}
STATE_NAMES = {
    CaseState.DRAFT: "填写中",
    CaseState.SUBMITTED: "待审核",
    CaseState.RETURNED: "退回补正",
    CaseState.PASSED: "审核通过",
    CaseState.FORWARDED: "已报送",
    CaseState.REFUSED: "不予推荐",
    CaseState.WITHDRAWN: "已撤回",
}
FEWEST = {
    OneCase.BATCH: "本批次一个申报单位限报一个",
    OneCase.CATEGORY: "本批次每个类别中，一个申报单位限报一个",
}


LONGEST_REASON = 500
MOST_DRAFTS = 20
"""Drafts that one applicant may have in a batch; more are slips of the hand, or mischief."""


def checked_reason(raw: str, sentence: str, *, is_needed: bool) -> str:
    """Return a reason, trimmed. Raises Invalid (path "reason") when it is missing, too long or cannot be stored.

    sentence: what is said when it is missing.
    """
    reason = raw.strip().replace("\r\n", "\n")
    if not reason and is_needed:
        raise Invalid([Problem("reason", "", sentence)])
    if len(reason) > LONGEST_REASON:
        raise Invalid([Problem("reason", "", f"原因最多 {LONGEST_REASON} 字，现为 {len(reason)} 字")])
    if FORBIDDEN.search(reason):
        raise Invalid([Problem("reason", "", "原因含有不可见的控制字符，请删除后重填")])
    return reason


def require_few_drafts(session: Session, batch_id: int, organisation: Organisation) -> None:
    """Refuse one more draft when the applicant has many that it never submitted. Raises Conflict."""
    drafts = select(func.count(Case.id)).where(
        Case.batch_id == batch_id, Case.organisation_id == organisation.id, Case.state == CaseState.DRAFT
    )
    with seeing_all(session):
        if (session.scalar(drafts) or 0) >= MOST_DRAFTS:
            raise Conflict(f"该单位在本批次已有 {MOST_DRAFTS} 份未提交的草稿，请先撤回不用的草稿，再新建。")


def category_of(definition: Definition, key: str) -> Category:
    """Return a category that cases are declared in. Raises Invalid (path "category")."""
    found = next((category for category in definition.categories if category.key == key), None)
    stage = definition.stage_of(StageKind.DECLARE)
    if found is None or stage is None:
        names = "、".join(category.name for category in definition.categories)
        raise Invalid([Problem("category", key[:80], "请选择一个申报类别", f"可选：{names}" if names else "")])
    if stage.form_of(key) is None:
        external = stage.declare.external if stage.declare is not None else None
        where = f"在“{external.name}”（{external.url}）填报" if external else "的申报书尚未提供，暂不能申报"
        raise Invalid([Problem("category", found.name, f"“{found.name}”{where}")])
    return found


def require_subtype(category: Category, key: str) -> None:
    """Refuse a missing or unknown sub-type. Raises Invalid (path "subtype")."""
    if key in {subtype.key for subtype in category.subtypes} or (not key and not category.subtypes):
        return
    label = category.subtype_label or f"{category.name}的类型"
    names = "、".join(subtype.name for subtype in category.subtypes)
    raise Invalid([Problem("subtype", key[:80], f"请选择{label}", f"可选：{names}" if names else "无须选择类型")])


def require_applicant(category: Category, organisation: Organisation) -> None:
    """Refuse a kind of applicant that the category does not admit. Raises NotAllowed."""
    if category.declared_by is DeclaredBy.UNIT:
        return
    if category.applicants and organisation.kind.value not in category.applicants:
        allowed = "、".join(KIND_NAMES[OrganisationKind(kind)] for kind in category.applicants)
        clause = f"依据：“{category.clause}”。" if category.clause else ""
        raise NotAllowed(
            f"“{category.name}”由{allowed}申报，您的单位登记为{KIND_NAMES[organisation.kind]}。{clause}"
            "如登记有误，请先更正单位资料。",
            code="kind_not_allowed",
        )


def require_approved(found: CaseInHand) -> None:
    """Refuse an applicant whose account is not approved, where the batch asks for that. Raises NotAllowed."""
    organisation = found.case.organisation
    if not found.declare.needs_approval or organisation.approval is Approval.APPROVED:
        return
    if organisation.approval is Approval.REFUSED:
        why = f"：{organisation.reason}" if organisation.reason else ""
        raise NotAllowed(f"单位账号未获认证{why}。请更正后重新申请认证，认证通过后即可提交。", code="not_approved")
    raise NotAllowed(
        "单位账号正在等待认证，认证通过后即可提交；填写内容已保存，请在截止时间前提交。", code="not_approved"
    )


def channel_of(session: Session, context: BatchContext, unit_id: int, organisation: Organisation) -> Unit:
    """Return a unit that the applicant may declare by.

    Raises NotFound for a unit that takes no part; NotAllowed for one that only takes listed applicants (直报).
    """
    with seeing_all(session):
        row = session.execute(
            select(Unit, BatchUnit.class_key)
            .join(BatchUnit, BatchUnit.unit_id == Unit.id)
            .where(BatchUnit.batch_id == context.batch.id, Unit.id == unit_id)
        ).one_or_none()
        if row is None or not row[0].is_active:
            raise NotFound("所选推荐单位不在本批次中，请从本批次的推荐单位中选择。")
        unit: Unit = row[0]
        class_key: str = row[1]
        listed = next((found for found in context.definition.unit_classes if found.key == class_key), None)
        if listed is not None and listed.is_listed and not _is_listed(session, context, unit_id, organisation):
            raise NotAllowed(
                f"“{unit.name}”只受理名单内的单位（{listed.name}），名单由主办处室确定，“{organisation.name}”不在其中。"
                f"请选择所在地的推荐单位；如应列入名单，请联系{whom_to_ask(context.definition)}。",
                code="not_listed",
            )
    return unit


def _is_listed(session: Session, context: BatchContext, unit_id: int, organisation: Organisation) -> bool:
    listed = select(ListedApplicant.id).where(
        ListedApplicant.batch_id == context.batch.id,
        ListedApplicant.unit_id == unit_id,
        ListedApplicant.credit_code == organisation.credit_code,
    )
    return session.execute(listed.limit(1)).first() is not None


def require_allowed(session: Session, found: CaseInHand) -> None:
    """Refuse a case whose applicant, category or unit may not go together any more.

    Raises NotFound, NotAllowed; QuotaClosed where the unit may recommend none of this category.
    """
    case = found.case
    require_applicant(found.category, case.organisation)
    require_subtype(found.category, case.subtype_key)
    unit = channel_of(session, found.context, case.unit_id, case.organisation)
    require_intake(session, found.context, unit, case.category_key, case.subtype_key)


def claim_of(found: CaseInHand) -> str | None:
    """Return what makes a case its applicant's only one, None where any number is allowed.

    "91410300..." for one in the batch, "91410300.../enterprise" for one in each category.
    """
    organisation = found.case.organisation
    who = organisation.credit_code or f"#{organisation.id}"
    match found.declare.one_case:
        case OneCase.BATCH:
            return who
        case OneCase.CATEGORY:
            return f"{who}/{found.case.category_key}"
        case _:
            return None


def take_claim(session: Session, found: CaseInHand) -> None:
    """Make the case its applicant's only one; the database refuses the second, also in the same second.

    Raises Conflict with the clause, and the title and state of the case that was first.
    """
    claim = claim_of(found)
    if claim is None or found.case.claim == claim:
        return
    try:
        with session.begin_nested():
            found.case.claim = claim
            session.flush()
    except IntegrityError:
        raise _second_case(session, found, claim) from None


def _holder_of(session: Session, found: CaseInHand, claim: str) -> Case | None:
    with seeing_all(session):
        return session.scalars(
            select(Case)
            .where(Case.batch_id == found.case.batch_id, Case.claim == claim)
            .execution_options(populate_existing=True)
        ).one_or_none()


def _second_case(session: Session, found: CaseInHand, claim: str) -> Conflict:
    other = _holder_of(session, found, claim)
    path = f"stages.{found.stage.key}.declare.one_case"
    quote = next((item.quote for item in found.definition.evidence if item.path == path and item.quote), "")
    rule = f"通知规定“{quote}”" if quote else FEWEST[found.declare.one_case or OneCase.BATCH]
    if other is None:
        return Conflict(f"{rule}，该单位的另一份申报件刚刚变动，请重新提交。", code="one_case")
    category = next((item.name for item in found.definition.categories if item.key == other.category_key), "")
    return Conflict(
        f"{rule}。您的单位已有申报件“{other.title}”（{category}，{STATE_NAMES[other.state]}）；"
        "如要改报本件，请先撤回那一份。",
        code="one_case",
        other_id=other.id,
    )
