"""Batches with a county and a city that check cases, the cases in them, and the people who act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import (
    Category,
    CategoryForm,
    CheckItem,
    Criterion,
    Declare,
    Definition,
    Due,
    Field,
    FieldKind,
    Form,
    Material,
    Mode,
    Opening,
    Part,
    Recommend,
    Review,
    Stage,
    StageKind,
    UnitClass,
    UnitEntry,
)
from models import Case, CaseAct, CaseState, CaseVersion, Mail, Organisation, Unit
from models.reviews import CheckResult
from services.batches.context import BatchContext
from services.recommending.forwarding import forward
from services.reviewing.checks import Answered, answer, items
from services.reviewing.deciding import pass_case
from tests.support.batches import contact_form, definition, local, officer, running
from tests.support.case_rows import applicant, case_row, organisation

NOW = local("2023-03-13 10:00")
VALUES = {"name": "第1制造公司", "modes": "lifecycle", "share": "31"}


def application() -> Form:
    return Form(
        key="application",
        title="申报书",
        fields=(
            Field(key="name", label="企业名称"),
            Field(key="modes", label="服务模式", kind=FieldKind.MODES),
            Field(
                key="indicators",
                label="主要指标",
                kind=FieldKind.TABLE,
                years=(-1,),
                required=False,
                fields=(Field(key="revenue", label="营业收入", kind=FieldKind.MONEY),),
            ),
            Field(
                key="body",
                label="申报内容",
                kind=FieldKind.OUTLINE,
                required=False,
                parts=(Part(key="practice", title="主要做法", per_mode=True),),
            ),
        ),
        materials=(Material(key="licence", label="营业执照"),),
    )


def review(**changes: Any) -> Review:
    base = Review(
        checks=(
            CheckItem(key="complete", label="材料完整", clause="完整性和真实性审查"),
            CheckItem(key="genuine", label="材料真实", clause="完整性和真实性审查"),
        ),
        opinion="经初审和现场核查，同意推荐。",
    )
    return replace(base, **changes)


def county_and_city(wanted: Review | None = None, **changes: Any) -> Definition:
    """Return a batch of one city (000001) with two counties (000002, 000003) and a direct unit (000004)."""
    entries = (
        UnitEntry(code="000001", name="甲市工信局", unit_class="city", email="u1@units.example"),
        UnitEntry(code="000002", name="乙县工信局", unit_class="county", upper="000001", email="u2@units.example"),
        UnitEntry(code="000003", name="丙县工信局", unit_class="county", upper="000001", email="u3@units.example"),
        UnitEntry(code="000004", name="省属企业直报", unit_class="direct", email="u4@units.example"),
    )
    stages = (
        Stage(
            key="declare",
            kind=StageKind.DECLARE,
            title="企业申报",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 3, 20)),
            declare=Declare(forms=(CategoryForm(category="enterprise", form="application"),)),
        ),
        Stage(
            key="review",
            kind=StageKind.REVIEW,
            title="初审",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 3, 24)),
            review=wanted or review(),
        ),
        Stage(
            key="recommend",
            kind=StageKind.RECOMMEND,
            title="推荐报送",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 3, 27)),
            recommend=Recommend(),
        ),
    )
    base = definition(
        units=0,
        unit_classes=(
            UnitClass(key="city", name="设区市"),
            UnitClass(key="county", name="县（市、区）"),
            UnitClass(key="direct", name="省属企业直报", is_direct=True),
        ),
        categories=(Category(key="enterprise", name="示范企业", modes=("lifecycle", "chain")),),
        modes=(
            Mode(
                key="lifecycle",
                name="全生命周期管理",
                criteria=(Criterion(key="services", label="服务能力", text="开展在线监测服务。"),),
            ),
            Mode(key="chain", name="供应链管理", criteria=(Criterion(key="stock", label="库存", text="VMI"),)),
        ),
        forms=(contact_form(), application()),
        stages=stages,
    )
    return replace(base, units=entries, **changes)


@dataclass(frozen=True, slots=True)
class World:
    """A running batch with one case that waits with the county; officers of county, city and the other county."""

    context: BatchContext
    case: Case
    organisation: Organisation
    county: Actor
    city: Actor
    other: Actor

    @property
    def applicant(self) -> Actor:
        return applicant(self.organisation)

    def city_id(self, session: Session) -> int:
        return session.scalars(select(Unit.id).where(Unit.code == "000001")).one()

    def county_id(self, session: Session) -> int:
        return session.scalars(select(Unit.id).where(Unit.code == "000002")).one()


def world(session: Session, wanted: Definition | None = None, **changes: Any) -> World:
    """Publish a batch and submit one case to the county 000002; `changes` are those of the case."""
    context = running(session, wanted or county_and_city())
    count = session.scalar(select(func.count(Organisation.id))) or 0
    owner = organisation(session, count + 1, "000002", email="firm1@firms.example", phone="0379-60000001")
    case = submitted(session, context, owner, **changes)
    return World(context, case, owner, officer(session, 2), officer(session, 1), officer(session, 3))


def submitted(session: Session, context: BatchContext, owner: Organisation, **changes: Any) -> Case:
    """Return a submitted case with the row of its version."""
    values = changes.pop("values", VALUES)
    row = {"state": CaseState.SUBMITTED, "modes": ["lifecycle"], **changes}
    case = case_row(session, context, owner, row.pop("unit_code", "000002"), values=values, **row)
    version(session, case, NOW)
    return case


def version(session: Session, case: Case, at: datetime) -> CaseVersion:
    """Add the row of the case's current version."""
    made = CaseVersion(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        number=case.version_no,
        definition_revision=case.definition_revision,
        values=dict(case.values),
        files=[],
        submitted_at=at,
        submitted_by="申报人",
        fingerprint="0" * 64,
    )
    session.add(made)
    session.flush()
    return made


def resubmitted(session: Session, case: Case, at: datetime, **values: str) -> None:
    """Do what a correction does: a new version, back with the unit that returned it."""
    case.values = {**case.values, **values}
    case.version_no += 1
    case.state, case.correct_by = CaseState.SUBMITTED, None
    version(session, case, at)
    session.flush()


def answer_everything(
    session: Session, found: World, actor: Actor, result: CheckResult = CheckResult.YES, at: datetime = NOW
) -> None:
    """Answer every item of the check list alike."""
    for item in items(session, found.case.id, actor=actor).items:
        answer(session, found.case.id, Answered(item.key, result, "见材料"), actor=actor, now=at)


def checked(session: Session, wanted: Definition | None = None, **changes: Any) -> World:
    """Return a world in which the county has answered its whole check list."""
    found = world(session, wanted, **changes)
    answer_everything(session, found, found.county)
    return found


def with_city(session: Session, found: World) -> None:
    """Bring the case to the city."""
    answer_everything(session, found, found.county)
    pass_case(session, found.case.id, "", actor=found.county, now=NOW)
    forward(session, found.case.id, received_at=NOW, actor=found.county)


def acts(session: Session, case: Case) -> list[CaseAct]:
    return list(session.scalars(select(CaseAct).where(CaseAct.case_id == case.id).order_by(CaseAct.id)))


def mails(session: Session, case: Case) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.case_id == case.id).order_by(Mail.id)))
