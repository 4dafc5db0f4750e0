"""What happened to a case: acts, mails and files in one order; and what changed between two versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session, joinedload

from domain.access import Actor, Role
from domain.errors import NotFound
from domain.forms import Difference, differences
from models import ActKind, CaseAct, CaseFile, Mail, MailState
from models.scope import seeing_all
from services.cases.access import CaseInHand, require_form, setting_of, shows_content, version_of
from services.progress.paging import Page, page_of

PAGE_LINES = 50
ACT_NAMES: Mapping[ActKind, str] = {
    ActKind.CREATED: "新建申报件",
    ActKind.CHANNEL: "变更申报渠道",
    ActKind.SUBMITTED: "提交",
    ActKind.WITHDRAWN: "撤回",
    ActKind.IMPORTED: "从其他平台导入",
    ActKind.CHECKED: "审核",
    ActKind.SITE_CHECK: "现场核查",
    ActKind.CREDIT: "信用联审",
    ActKind.WAIVED: "条件豁免",
    ActKind.INTERNAL: "内部程序",
    ActKind.PASSED: "审核通过",
    ActKind.RETURNED: "退回补正",
    ActKind.REFUSED: "不予推荐",
    ActKind.RANKED: "推荐排序",
    ActKind.FORWARDED: "报送",
    ActKind.RECALLED: "撤回报送",
    ActKind.RECEIVED: "收件登记",
    ActKind.SEALED: "上传盖章件",
    ActKind.RELEASED: "释放名额",
}
MAIL_NAMES: Mapping[MailState, str] = {
    MailState.PENDING: "待发送",
    MailState.CLAIMED: "发送中",
    MailState.SENDING: "发送中",
    MailState.SENT: "已发送",
    MailState.UNCERTAIN: "送达未知",
    MailState.REFUSED: "被拒收",
    MailState.VOID: "未发送，已不需要",
    MailState.HELD: "搁置",
}


class LineKind(StrEnum):
    """What a line of the history is about; a version is the act of submitting it."""

    ACT = "act"
    VERSION = "version"
    MAIL = "mail"
    FILE = "file"
    FILE_ENDED = "file_ended"


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    at: when it happened; recorded_at: when it was entered, later only for a paper act (补录). by_unit: "" for the
    applicant. version_no: the version that it was about, 0 before the first. is_open: the applicant sees it, too.
    """

    kind: LineKind
    at: datetime
    recorded_at: datetime
    title: str
    by: str = ""
    by_unit: str = ""
    note: str = ""
    version_no: int = 0
    is_open: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the history, the newest line first."""

    lines: Sequence[Line]
    page: Page


def timeline(session: Session, found: CaseInHand, *, actor: Actor, page: int = 1) -> Timeline:
    """Return a page of what happened to a case; an applicant sees the open lines and the mails to itself.

    Who may not read a draft does not read the names of its files either. A fixed number of queries.
    """
    with seeing_all(session):  # The case is in hand, so its rows may be read; the mails of an applicant bear no unit.
        keys = union_all(*_parts(found, actor)).subquery()
        shown = page_of(session.scalar(select(func.count()).select_from(keys)) or 0, page, PAGE_LINES)
        wanted = session.execute(
            select(keys.c.kind, keys.c.id)
            .order_by(keys.c.at.desc(), keys.c.kind, keys.c.id.desc())
            .limit(shown.size)
            .offset(shown.offset)
        ).all()
        ids: dict[str, list[int]] = {}
        for kind, number in wanted:
            ids.setdefault(kind, []).append(number)
        lines = _lines(session, ids)
    return Timeline([lines[kind, number] for kind, number in wanted], shown)


def _parts(found: CaseInHand, actor: Actor) -> list[Select[Any]]:
    """Return one query (kind, id, at) for each source of lines that the actor may see."""
    case_id, is_applicant = found.case.id, actor.role is Role.APPLICANT
    acts = _keys(LineKind.ACT, CaseAct, CaseAct.at).where(CaseAct.case_id == case_id)
    mails = _keys(LineKind.MAIL, Mail, Mail.at).where(Mail.case_id == case_id)
    if is_applicant:
        acts = acts.where(CaseAct.is_open)
        mails = mails.where(Mail.unit_id.is_(None), Mail.state != MailState.VOID)
    found_parts = [acts, mails]
    if shows_content(found, actor):
        files = CaseFile.case_id == case_id
        found_parts.append(_keys(LineKind.FILE, CaseFile, CaseFile.added_at).where(files))
        ended = _keys(LineKind.FILE_ENDED, CaseFile, CaseFile.ended_at)
        found_parts.append(ended.where(files, CaseFile.ended_at.is_not(None)))
    return found_parts


def _keys(kind: LineKind, table: Any, at: Any) -> Select[Any]:
    return select(literal(kind.value).label("kind"), table.id.label("id"), at.label("at"))


def _lines(session: Session, ids: Mapping[str, Sequence[int]]) -> dict[tuple[str, int], Line]:
    """Return the lines with these keys; one query for each table."""
    lines: dict[tuple[str, int], Line] = {}
    for act in session.scalars(select(CaseAct).where(CaseAct.id.in_(ids.get(LineKind.ACT, ())))):
        lines[LineKind.ACT, act.id] = _act(act)
    for mail in session.scalars(select(Mail).where(Mail.id.in_(ids.get(LineKind.MAIL, ())))):
        lines[LineKind.MAIL, mail.id] = _mail(mail)
    files = {*ids.get(LineKind.FILE, ()), *ids.get(LineKind.FILE_ENDED, ())}
    named = select(CaseFile).where(CaseFile.id.in_(files)).options(joinedload(CaseFile.file))
    for row in session.scalars(named):
        lines[LineKind.FILE, row.id] = _file(row, LineKind.FILE, row.added_at)
        if row.ended_at is not None:
            lines[LineKind.FILE_ENDED, row.id] = _file(row, LineKind.FILE_ENDED, row.ended_at)
    return lines


def _act(row: CaseAct) -> Line:
    kind = LineKind.VERSION if "fingerprint" in row.detail else LineKind.ACT
    return Line(
        kind,
        row.at,
        row.recorded_at,
        ACT_NAMES[row.kind],
        row.by,
        row.by_unit,
        row.note,
        row.version_no,
        row.is_open,
        row.detail,
    )


def _mail(row: Mail) -> Line:
    detail = {"state": MAIL_NAMES[row.state], "to": row.address}
    title = f"邮件：{row.subject}" if row.subject else "邮件"
    return Line(LineKind.MAIL, row.at, row.at, title, row.person, note=row.because, detail=detail)


def _file(row: CaseFile, kind: LineKind, at: datetime) -> Line:
    title = "上传材料" if kind is LineKind.FILE else "替换或移除材料"
    detail = {"slot": row.slot_key, "file": row.file.name}
    return Line(kind, at, at, title, row.added_by, version_no=row.version_no or 0, detail=detail)


def changes(
    session: Session, found: CaseInHand, since_version: int, until_version: int | None = None
) -> tuple[Difference, ...]:
    """Return what changed between two submitted versions, in the order of the form.

    until_version: None for the newest one. Raises NotFound for a version that there is none of.
    """
    until = found.case.version_no if until_version is None else until_version
    if not until:
        raise NotFound("申报件尚未提交，没有可比较的版本。")
    before, after = version_of(session, found, since_version), version_of(session, found, until)
    setting = setting_of(found, after.submitted_at)
    return differences(require_form(found), setting, before.values, after.values)
