"""The portal over a batch in which a county and its city check, rank and recommend, with everything asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Role
from domain.definition import (
    Arrival,
    CheckItem,
    Definition,
    Force,
    InternalStep,
    Office,
    OfficeContact,
    Operator,
    Paper,
    Quota,
    Recommend,
    Review,
    Rule,
    Stage,
    Strength,
    Waiver,
)
from models import Batch, Case, CaseFile, CheckResult, Organisation
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.cases.access import get_case
from services.cases.papers import missing_scans
from services.reviewing.checks import Answered, answer_all, items
from services.reviewing.deciding import pass_case
from tests.support.batches import officer, running
from tests.support.case_batch import ASKED, NOW, OPENED, SHARE, case_definition
from tests.support.case_portal import CasePortal
from tests.support.case_rows import organisation
from tests.support.cases import put, submitted
from tests.support.portal import Browser, make_app, set_time

CITY, COUNTY, OTHER_COUNTY, OTHER_CITY = "000001", "000004", "000005", "000002"
CHECKS = (
    CheckItem(key="complete", label="申报材料完整", clause="对申报材料的完整性、真实性进行审查"),
    CheckItem(key="genuine", label="申报材料真实", clause="对申报材料的完整性、真实性进行审查"),
)
STEPS = (InternalStep(key="draft", name="经办"), InternalStep(key="meeting", name="党组会", needs_number=True))
PROMISING = Rule(
    key="promising",
    clause="原则上服务收入占比不低于36%",
    subject="share",
    operator=Operator.AT_LEAST,
    value="36",
    unit="%",
    force=Force.SOFT,
    categories=("enterprise",),
)
LIFTED = replace(SHARE, waiver=Waiver.UNIT)
OFFICE = Office(
    name="省工业和信息化厅",
    address="模范路1号，310000",
    contacts=(OfficeContact(name="经办甲", phone="0000-12345678"),),
    email="office@province.example",
)


def officer_definition(
    review: Mapping[str, Any] | None = None, recommend: Mapping[str, Any] | None = None, **changes: Any
) -> Definition:
    """Return a batch whose units check by a list; `review` and `recommend` are changes of these stages' blocks."""
    base = case_definition(rules=(LIFTED, ASKED), office=OFFICE, **changes)
    checking = Review(**{"checks": CHECKS, "opinion": "经初审和现场核查，同意推荐。", **(review or {})})
    sending = Recommend(**{"none_label": "本单位无推荐", **(recommend or {})})

    def block(stage: Stage) -> Stage:
        if stage.review is not None:
            return replace(stage, review=checking)
        return replace(stage, recommend=sending) if stage.recommend is not None else stage

    return replace(base, stages=tuple(block(stage) for stage in base.stages))


def demanding() -> Definition:
    """Return a batch that asks everything: site check, credit, internal steps, limits, paper, seals, marks."""
    wanted = officer_definition(
        {
            "needs_site_check": True,
            "max_returns": 2,
            "internal": STEPS,
            "credit_departments": ("税务局", "市场监管局"),
        },
        {
            "internal": STEPS,
            "special_label": "特色优先",
            "confirms_no_secrets": True,
            "paper": Paper(copies=3, per_case=True, electronic=True, arrival=Arrival.SENT, rule="一式三份"),
        },
        quotas=(
            Quota(key="enterprise", classes=("city",), category="enterprise", limit=2, clause="示范企业不超过2个"),
            Quota(
                key="platform",
                classes=("city",),
                category="platform",
                limit=1,
                strength=Strength.SOFT,
                clause="示范平台原则上不超过1个",
            ),
        ),
    )
    return replace(wanted, rules=(*wanted.rules, PROMISING))


@dataclass(frozen=True, slots=True)
class OfficerPortal(CasePortal):
    """The app, with cases that were submitted through the services."""

    def submitted(self, number: int = 1, unit_code: str = CITY, **changes: Any) -> int:
        """Return the id of a case that the n-th organisation has submitted to a unit."""
        with self.database.write(Scope()) as session:
            return handed_in(session, self.context(session), number, unit_code, **changes).id

    def passed(self, number: int = 1, unit_code: str = CITY, *, sealed: bool = True, **changes: Any) -> int:
        """Return the id of a case that its unit has checked and passed; sealed: with the scans it needs."""
        with self.database.write(Scope()) as session:
            case = handed_in(session, self.context(session), number, unit_code, **changes)
            approve(session, case, unit_code)
            if sealed:
                seal_scans(session, case, unit_code)
            return case.id

    def context(self, session: Session) -> BatchContext:
        """Return the batch."""
        return load(session, session.scalars(select(Batch.id)).one())

    def office(self) -> Browser:
        """Return the browser of the office that runs the batch."""
        return self.of_unit(Role.COORDINATOR, "coordinator")


def handed_in(session: Session, context: BatchContext, number: int, unit_code: str, **changes: Any) -> Case:
    """Return a case of the n-th organisation, made if it is not there."""
    name = f"第{number}制造公司"
    known = session.scalars(select(Organisation).where(Organisation.name == name)).one_or_none()
    declarer = known or organisation(session, number, unit_code)
    return submitted(session, context, declarer, unit_code, **{"title": f"示范项目{number}", **changes})


def approve(session: Session, case: Case, unit_code: str) -> None:
    """Let the unit that has a case answer its check list and pass it."""
    actor = officer(session, int(unit_code))
    found = items(session, case.id, actor=actor)
    given = [Answered(item.key, CheckResult.YES) for item in found.items]
    answer_all(session, case.id, given, actor=actor, now=NOW)
    pass_case(session, case.id, "", actor=actor, now=NOW)


def seal_scans(session: Session, case: Case, unit_code: str) -> list[CaseFile]:
    """Put every sealed scan that the case still lacks into its slot."""
    found = get_case(session, case.id, actor=officer(session, int(unit_code)), action=Action.VIEW_CASE)
    return [
        put(session, case, problem.path.removeprefix("materials."), version_no=case.version_no)
        for problem in missing_scans(found)
    ]


def officer_portal(
    database: Database, folder: Path, wanted: Definition | None = None, now: str = "2023-03-13 09:30"
) -> OfficerPortal:
    """Return the app over a running batch whose stages are open."""
    with database.write(Scope()) as session:
        batch = running(session, wanted or officer_definition()).batch
        advance(session, batch.id, OPENED)
    set_time(database, now)
    return OfficerPortal(make_app(database, folder), database)
