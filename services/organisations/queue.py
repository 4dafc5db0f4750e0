"""The organisations that a unit answers for, those that wait for its decision first."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models import Admission, Approval, Organisation
from services.progress.paging import Page, page_of

MOST_WORDS = 5
MOST_EXPORTED = 20_000
HEADINGS = (
    *("单位名称", "统一社会信用代码", "单位类型", "单位性质", "所属行业", "法定代表人", "注册地址", "所在地区"),
    *("成立日期", "单位电话", "电子邮箱", "推荐单位", "登记时间", "认证状态", "认证时间", "认证人", "原因"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which organisations are shown. approval: None for all. words: as searched, "" for all."""

    approval: Approval | None = None
    words: str = ""
    page: int = 1


def count_waiting(session: Session) -> int:
    """Return how many accounts and requests to join wait for a decision within the session's scope."""
    accounts = select(func.count(Organisation.id)).where(Organisation.approval == Approval.PENDING)
    people = select(func.count(Admission.id)).where(Admission.token_hash.is_(None), Admission.outcome.is_(None))
    return (session.scalar(accounts) or 0) + (session.scalar(people) or 0)


def applicants(session: Session, wanted: Wanted) -> tuple[list[Organisation], Page]:
    """Return a page of the organisations within the session's scope, those that wait first, then by name."""
    total = session.scalar(select(func.count()).select_from(_chosen(wanted).subquery())) or 0
    shown = page_of(total, wanted.page)
    found = (
        _chosen(wanted)
        .options(joinedload(Organisation.unit))
        .order_by(Organisation.approval != Approval.PENDING, Organisation.name, Organisation.id)
        .offset(shown.offset)
        .limit(shown.size)
    )
    return list(session.scalars(found)), shown


def all_applicants(session: Session, wanted: Wanted) -> list[Organisation]:
    """Return every organisation that the list would show, for a file, at most twenty thousand."""
    found = _chosen(wanted).options(joinedload(Organisation.unit)).order_by(Organisation.name, Organisation.id)
    return list(session.scalars(found.limit(MOST_EXPORTED)))


def _chosen(wanted: Wanted) -> Select[Organisation]:
    found: Select[Organisation] = select(Organisation)
    if wanted.approval is not None:
        found = found.where(Organisation.approval == wanted.approval)
    for word in wanted.words.split()[:MOST_WORDS]:
        is_in = (column.icontains(word, autoescape=True) for column in (Organisation.name, Organisation.credit_code))
        found = found.where(or_(*is_in))
    return found
