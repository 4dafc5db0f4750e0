"""A running batch with all that a unit can owe: its contact, a plan or none, and each earlier winner's evaluation."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import (
    Collect,
    Definition,
    Due,
    Exemption,
    ExemptionReason,
    Field,
    FieldKind,
    Form,
    OwedBy,
    TitleFilter,
)
from models import Duty, Title
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from services.titles import NewTitle, add_titles
from tests.support.batches import PUBLISHED, contact_form, contacts_stage, definition, local

OPENED = local("2023-03-06 09:00")
REASONS = (
    ExemptionReason(key="cancelled", name="注销"),
    ExemptionReason(key="suspended", name="停业"),
    ExemptionReason(key="other", name="其他", needs_text=True),
)
PLAN = Form(
    key="plan",
    title="推荐计划",
    fields=(
        Field(key="count", label="拟推荐数量", help="各类合计，填整数", max_chars=4),
        Field(key="kind", label="主要类别", kind=FieldKind.CHOICE, choices=("企业", "平台", "城市")),
        Field(key="note", label="备注", kind=FieldKind.LONG_TEXT, required=False),
    ),
)
EVALUATION = Form(
    key="evaluation",
    title="评估评价填报情况",
    fields=(Field(key="filed_on", label="填报日期", kind=FieldKind.DATE),),
)


def winner(holder: str, unit: int = 1, batch_no: int = 2, category: str = "enterprise") -> NewTitle:
    return NewTitle(
        programme="fwxzz",
        batch_no=batch_no,
        category=category,
        holder=holder,
        unit=f"{unit:06d}",
        awarded_on=date(2018, 11, 1),
    )


WINNERS = (winner("甲公司"), winner("乙市", category="city"), winner("丙平台", 2, category="platform"))


def evaluation(units: int = 3) -> Definition:
    asked = TitleFilter(programme="fwxzz", batches=(1, 2, 3, 4), categories=("enterprise", "platform", "city"))
    about_titles = Collect(
        owed_by=OwedBy.TITLES, form="evaluation", titles=asked, exemption=Exemption(reasons=REASONS)
    )
    plan = Collect(owed_by=OwedBy.UNITS, form="plan", none_label="本单位无推荐")
    stages = (
        contacts_stage(),
        contacts_stage(key="plan", title="推荐计划", due=Due(on=date(2023, 5, 31)), collect=plan),
        contacts_stage(key="evaluation", title="评估评价", due=Due(on=date(2023, 5, 31)), collect=about_titles),
    )
    return definition(units=units, forms=(contact_form(), PLAN, EVALUATION), stages=stages)


def evaluating(
    session: Session, winners: tuple[NewTitle, ...] = WINNERS, wanted: Definition | None = None
) -> BatchContext:
    """Publish the batch with its winners and open its stages; unit 1 has 甲公司 and 乙市, unit 2 has 丙平台."""
    batch = store_draft(session, wanted or evaluation(), actor=SYSTEM, now=PUBLISHED)
    add_titles(session, winners, actor=SYSTEM, now=PUBLISHED)
    publish(session, batch, actor=SYSTEM, now=PUBLISHED)
    advance(session, batch.id, OPENED)
    return load(session, batch.id)


def title_named(session: Session, holder: str) -> Title:
    return session.scalars(select(Title).where(Title.holder == holder)).one()


def duties_about(session: Session, title: Title) -> list[Duty]:
    """Return every duty about a title, settled or not, in the order they were made."""
    return list(session.scalars(select(Duty).where(Duty.title_id == title.id).order_by(Duty.id)))
