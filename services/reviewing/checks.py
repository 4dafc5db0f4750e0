"""The check list (审核要点) of a case: what an officer answers, how far they are, what a correction has changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import StageKind
from domain.errors import Conflict, Invalid, Problem
from domain.quoting import quoted
from domain.rules import Item, check_items
from models import CaseVersion, CheckAnswer, CheckResult
from services import audit
from services.cases.access import CaseInHand
from services.reviewing.desk import Desk, hold, look

NO_SECRETS = "no_secrets"
"""Key of the item that the batch adds itself where applicants confirm that nothing in a case is secret."""
RESULTS: Mapping[CheckResult, str] = {
    CheckResult.YES: "符合",
    CheckResult.NO: "不符合",
    CheckResult.NOT_APPLICABLE: "不适用",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """An officer's answer to one item; "no" says why."""

    key: str
    result: CheckResult
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item with the answer of the unit; result None while it has none.

    is_stale: answered about an earlier version, and what it looks at has changed since; asks to be answered again.
    """

    key: str
    label: str
    clause: str
    place: str
    result: CheckResult | None = None
    remark: str = ""
    version_no: int = 0
    answered_by: str = ""
    is_stale: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is still wanted."""
        return self.result is None or self.is_stale


@dataclass(frozen=True, slots=True)
class CheckList:
    """Every item of a case, in order. changed: leaves and slots that differ from the version answered last."""

    items: tuple[ItemShown, ...]
    changed: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Return how many items are answered for the version in force."""
        return sum(not item.is_open for item in self.items)

    @property
    def open(self) -> tuple[ItemShown, ...]:
        """Return the items that want an answer."""
        return tuple(item for item in self.items if item.is_open)


def items(session: Session, case_id: int, *, actor: Actor) -> CheckList:
    """Return the check list of a case as the unit that has it answered it. Raises NotFound, NotAllowed."""
    return check_list(session, look(session, case_id, actor=actor))


def check_list(session: Session, desk: Desk) -> CheckList:
    """Return the check list of a case on a unit's desk, in three queries."""
    given = {
        row.item_key: row
        for row in session.scalars(
            select(CheckAnswer).where(
                CheckAnswer.case_id == desk.found.case.id, CheckAnswer.by_unit_id == desk.unit.id
            )
        )
    }
    changed = _changed_since(session, desk.found, {row.version_no for row in given.values()})
    shown = tuple(_shown(desk, item, given.get(item.key), changed) for item in asked(desk))
    last = max((row.version_no for row in given.values()), default=desk.found.case.version_no)
    return CheckList(shown, tuple(sorted(changed.get(last, ()))))


def asked(desk: Desk) -> tuple[Item, ...]:
    """Return what the unit answers for the case: nothing where units of its class do not check."""
    review = desk.stage.review if desk.stage is not None else None
    if review is None or (review.classes and desk.class_key not in review.classes):
        return ()
    found, case = desk.found, desk.found.case
    listed = check_items(found.definition, case.category_key, case.modes, case.subtype_key)
    declare = found.definition.stage_of(StageKind.DECLARE)
    if declare is None or declare.declare is None or not declare.declare.confirms_no_secrets:
        return listed
    return (*listed, Item(NO_SECRETS, "申报材料不涉及国家秘密", "申报材料不得涉密"))


def _shown(desk: Desk, item: Item, row: CheckAnswer | None, changed: Mapping[int, Collection[str]]) -> ItemShown:
    if row is None:
        return ItemShown(item.key, item.label, item.clause, item.place)
    touched = changed.get(row.version_no, ())
    return ItemShown(
        item.key,
        item.label,
        item.clause,
        item.place,
        row.result,
        row.remark,
        row.version_no,
        row.answered_by,
        is_stale=_concerns(desk, item.key, touched),
    )


def _concerns(desk: Desk, key: str, touched: Collection[str]) -> bool:
    """Tell whether any of the changed leaves is one that the item looks at; most items look at all of them."""
    if not touched:
        return False
    rule = next((rule for rule in desk.found.definition.rules if f"rule.{rule.key}" == key), None)
    form = desk.found.form
    subject = rule.subject if rule is not None else ""
    if form is None or form.field(subject.partition(".")[0]) is None:
        return True
    head, _, last = subject.rpartition(".")
    if head and last.lstrip("-").isdigit() and last.startswith("-"):
        subject = f"{head}.{desk.found.definition.year + int(last)}"
    return any(leaf == subject or leaf.startswith(f"{subject}.") for leaf in touched)


def _changed_since(session: Session, found: CaseInHand, numbers: Collection[int]) -> dict[int, set[str]]:
    """Return the leaves and slots that differ between each of these versions and the one in force, by number."""
    current = found.case.version_no
    older = sorted(number for number in numbers if number != current)
    if not older:
        return {}
    rows = session.execute(
        select(CaseVersion.number, CaseVersion.values, CaseVersion.files).where(
            CaseVersion.case_id == found.case.id, CaseVersion.number.in_([*older, current])
        )
    )
    versions = {number: _content(values, files) for number, values, files in rows}
    now = versions.get(current, {})
    return {number: _differing(versions.get(number, {}), now) for number in older}


def _content(values: Mapping[str, str], files: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return a version as one mapping: answers by leaf, the hashes of the files by slot."""
    found: dict[str, object] = dict(values)
    for slot in {str(file.get("slot", "")) for file in files}:
        found[slot] = sorted(str(file.get("sha256", "")) for file in files if str(file.get("slot", "")) == slot)
    return found


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {key for key in {*before, *after} if before.get(key, "") != after.get(key, "")}


def answer(session: Session, case_id: int, given: Answered, *, actor: Actor, now: datetime) -> None:
    """Answer one item of a case that waits with the actor's unit; see `answer_all`."""
    answer_all(session, case_id, [given], actor=actor, now=now)


def answer_all(
    session: Session, case_id: int, given: Sequence[Answered], *, actor: Actor, now: datetime
) -> CheckList:
    """Answer several items at once, for the version in force; an earlier answer to them is replaced.

    Raises NotFound, NotAllowed; Conflict for a case that does not wait to be checked; Invalid with every problem: an
    unknown item, a "no" without a remark.
    """
    desk = hold(session, case_id, actor=actor)
    labels = {item.key: item.label for item in asked(desk)}
    _require_answerable(given, labels)
    keys = [one.key for one in given]
    rows = {
        row.item_key: row
        for row in session.scalars(
            select(CheckAnswer).where(
                CheckAnswer.case_id == case_id,
                CheckAnswer.by_unit_id == desk.unit.id,
                CheckAnswer.item_key.in_(keys),
            )
        )
    }
    before = {labels[key]: RESULTS[row.result] for key, row in rows.items()}
    for one in given:
        row = rows.get(one.key) or _new_answer(desk, one.key)
        row.result, row.remark, row.version_no = one.result, one.remark.strip(), desk.found.case.version_no
        row.answered_at, row.answered_by = now, actor.name
        session.add(row)
        rows[one.key] = row
    session.flush()
    after = {labels[one.key]: RESULTS[one.result] + (f"：{one.remark}" if one.remark else "") for one in given}
    _log(session, desk, before, after, actor=actor, now=now)
    return check_list(session, desk)


def _new_answer(desk: Desk, key: str) -> CheckAnswer:
    case = desk.found.case
    return CheckAnswer(
        case_id=case.id, batch_id=case.batch_id, unit_id=case.unit_id, by_unit_id=desk.unit.id, item_key=key
    )


def keep_answers(session: Session, case_id: int, *, actor: Actor, now: datetime) -> CheckList:
    """Confirm that the answers about an earlier version still hold for the one in force (沿用).

    Raises NotFound, NotAllowed; Conflict when nothing waits to be confirmed.
    """
    stale = [item for item in items(session, case_id, actor=actor).items if item.is_stale]
    if not stale:
        raise Conflict("没有需要沿用的审核结论。")
    again = [Answered(item.key, item.result, item.remark) for item in stale if item.result is not None]
    return answer_all(session, case_id, again, actor=actor, now=now)


def _require_answerable(given: Sequence[Answered], labels: Mapping[str, str]) -> None:
    problems = []
    for one in given:
        if one.key not in labels:
            problems.append(Problem(one.key, "", "没有这项审核要点", "请刷新页面"))
        elif one.result is CheckResult.NO and not one.remark.strip():
            problems.append(Problem(one.key, "", f"{quoted(labels[one.key])}为不符合时，请填写说明"))
    if problems:
        raise Invalid(problems)


def _log(
    session: Session,
    desk: Desk,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    case = desk.found.case
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.REVIEW,
            what=f"审核要点：申报件“{case.title}”（第 {case.id} 号，第 {case.version_no} 版）",
            batch_id=case.batch_id,
            unit_id=case.unit_id,
            before=before,
            after=after,
        ),
    )
