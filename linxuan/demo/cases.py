"""A batch with applicants: invented firms register, fill, hand in; districts check, return, rank and forward.

Everything goes the usual ways, through the services and under the rights of whoever acts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import presets
from domain.access import Actor, Role
from domain.definition import Seal
from linxuan.demo.data import account_of
from linxuan.demo.examples import answers, credit_code, paper
from linxuan.demo_accounts import PASSWORD
from models import CheckResult, Organisation, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.access import get_case_to_fill, require_form, setting_of
from services.cases.drafts import Typed, save
from services.cases.opening import NewCase, open_case
from services.cases.papers import Incoming, attach
from services.cases.submitting import NO_SECRETS, NotSubmitted, signed_rules, submit
from services.cases.withdrawing import withdraw
from services.definitions.yaml_text import read_yaml
from services.files import Place
from services.identity.passwords import hash_password
from services.organisations.approving import approve
from services.organisations.forms import NewPerson
from services.organisations.registering import NewOrganisation, register
from services.recommending.forwarding import forward
from services.reviewing import site
from services.reviewing.checks import Answered, answer_all, items
from services.reviewing.deciding import pass_case, refuse_case
from services.reviewing.returning import Return, give_back

FOLDER = Path(presets.__file__).parent / "demo"
STEPS = (
    "registered", "approved", "draft", "submitted", "returned", "passed", "forwarded", "refused", "withdrawn",
)  # fmt: skip
MORNING, EVENING = 9, 18
REACHED: Mapping[str, int] = {"refused": 3, "withdrawn": 3, "returned": 3}
"""How far along the usual way a case goes before it turns off it."""


@dataclass(frozen=True, slots=True)
class Firm:
    """One invented applicant: where it is, what it declares, how far it gets; account: of the demo, "" for none."""

    name: str
    unit: str
    region: str
    category: str
    modes: tuple[str, ...]
    until: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What the firms of a batch do."""

    answers: Mapping[str, Mapping[str, str]]
    firms: tuple[Firm, ...]


def story_of(code: str) -> Story | None:
    """Return what happens in a batch; None for one without invented applicants."""
    path = FOLDER / f"{code}-cases.yaml"
    if not path.exists():
        return None
    raw: Any = read_yaml(path.read_text(encoding="utf-8"))
    firms = (Firm(**{**row, "modes": tuple(row["modes"])}) for row in raw["applicants"])
    return Story(raw["answers"], tuple(firms))


def play_cases(
    database: Database, context: BatchContext, story: Story, store: Place, start: datetime
) -> tuple[datetime, str]:
    """Play every firm's story from an instant on; return when the last one ends, and what came of it in words."""
    ends = [
        _Play(database, context, story, store, number, start + timedelta(minutes=7 * number)).run(firm)
        for number, firm in enumerate(story.firms, start=1)
    ]
    counts = {step: sum(firm.until == step for firm in story.firms) for step in STEPS}
    return max(ends), "、".join(f"{WORDS[step]} {number}" for step, number in counts.items() if number)


WORDS: Mapping[str, str] = {
    "registered": "待认证", "approved": "已认证", "draft": "填写中", "submitted": "待审核", "returned": "退回补正",
    "passed": "审核通过", "forwarded": "已报送", "refused": "不予推荐", "withdrawn": "已撤回",
}  # fmt: skip


@dataclass
class _Play:
    """One firm's story; each act in a transaction of its own, some hours after the one before."""

    database: Database
    context: BatchContext
    story: Story
    store: Place
    number: int
    now: datetime
    case_id: int = 0

    def run(self, firm: Firm) -> datetime:
        """Go as far as the story says."""
        goal = REACHED.get(firm.until, STEPS.index(firm.until))
        self._act(Scope(), lambda session: self._register(session, firm))
        acts: list[Callable[[], None]] = [
            lambda: self._as_officer(firm, self._approve),
            lambda: self._as_applicant(firm, self._fill),
            lambda: self._as_applicant(firm, self._submit),
        ]
        for act in acts[:goal]:
            act()
        if firm.until == "withdrawn":
            self._as_applicant(firm, self._withdraw)
        elif firm.until in {"returned", "refused", "passed", "forwarded"}:
            self._as_officer(firm, getattr(self, f"_be_{firm.until}"))
        return self.now

    def _act(self, scope: Scope, act: Callable[[Session], None]) -> None:
        self.now = _later(self.now)
        with self.database.write(scope) as session:
            act(session)

    def _as_officer(self, firm: Firm, act: Callable[[Session, Firm, Actor], None]) -> None:
        with self.database.read(Scope()) as session:
            unit = session.scalars(select(Unit).where(Unit.code == firm.unit)).one()
        actor = Actor(f"{unit.short}经办人", Role.OFFICER, branch=unit.path)
        self._act(Scope.of(actor), lambda session: act(session, firm, actor))

    def _as_applicant(self, firm: Firm, act: Callable[[Session, Firm, Actor], None]) -> None:
        with self.database.read(Scope()) as session:
            own = session.scalars(select(Organisation.id).where(Organisation.name == firm.name)).one()
        actor = Actor(f"{firm.name[2:4]}申报人", Role.APPLICANT, organisation_id=own)
        self._act(Scope.of(actor), lambda session: act(session, firm, actor))

    def _register(self, session: Session, firm: Firm) -> None:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == firm.unit)).one()
        values = {
            "credit_code": credit_code(self.number), "name": firm.name, "kind": "企业", "nature": "民营企业",
            "industry": "C34", "legal_person": "李示例", "address": f"洛阳市{firm.region}示例路{self.number}号",
            "region": firm.region, "founded_on": "2012-05-01", "phone": "0379-60000001",
            "email": f"firm{self.number}@applicants.example", "site": "https://www.applicants.example",
        }  # fmt: skip
        known = account_of(session, firm.account) if firm.account else None
        person: NewPerson | int = (
            known
            if known is not None
            else NewPerson(
                name=f"{firm.name[2:4]}申报人",
                mobile=f"138{self.number:08d}",
                email=f"person{self.number}@applicants.example",
                password_hash=_password_hash(),
            )
        )
        new = NewOrganisation(batch_id=self.context.batch.id, unit_id=unit_id, values=values)
        register(session, new, person, now=self.now)

    def _approve(self, session: Session, firm: Firm, actor: Actor) -> None:
        own = session.scalars(select(Organisation.id).where(Organisation.name == firm.name)).one()
        approve(session, own, actor=actor, now=self.now)

    def _fill(self, session: Session, firm: Firm, actor: Actor) -> None:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == firm.unit)).one()
        new = NewCase(self.context.batch.id, firm.category, "", unit_id, firm.name)
        case = open_case(session, new, actor=actor, now=self.now)
        self.case_id = case.id
        found = get_case_to_fill(session, case.id, actor=actor)
        form = require_form(found)
        given = {**self.story.answers.get(firm.category, {}), "modes": "\n".join(firm.modes)}
        values = answers(form, setting_of(found, self.now), case.values, given)
        if firm.until == "draft":
            values = dict(list(values.items())[: len(values) // 2])
        base = {leaf: case.values.get(leaf, "") for leaf in values}
        save(session, case.id, Typed(values, base, case.revision), actor=actor, now=self.now)
        for material in form.materials if firm.until != "draft" else ():
            if material.required and material.seal is Seal.NONE:
                for number in range(material.min_count):
                    name, stream = paper(material, number + 1)
                    incoming = Incoming(material.key, name, stream)
                    attach(session, case.id, incoming, store=self.store, actor=actor, now=self.now)

    def _submit(self, session: Session, firm: Firm, actor: Actor) -> None:
        found = get_case_to_fill(session, self.case_id, actor=actor)
        statements = {rule.key: "yes" for rule in signed_rules(found, found.case.values)} | {NO_SECRETS: "yes"}
        result = submit(session, self.case_id, statements=statements, received_at=self.now, actor=actor)
        if isinstance(result, NotSubmitted):
            raise result.refusal

    def _withdraw(self, session: Session, firm: Firm, actor: Actor) -> None:
        withdraw(session, self.case_id, "本年度暂不申报", received_at=self.now, actor=actor)

    def _check(self, session: Session, actor: Actor) -> None:
        visit = site.Visit(self.now.date(), "王示例、赵示例", "现场与申报材料一致，平台运行正常。")
        site.record(session, self.case_id, visit, actor=actor, now=self.now)
        given = [Answered(item.key, CheckResult.YES) for item in items(session, self.case_id, actor=actor).items]
        answer_all(session, self.case_id, given, actor=actor, now=self.now)

    def _be_returned(self, session: Session, firm: Firm, actor: Actor) -> None:
        comments = {
            "functions": "请补充平台服务的客户数量和典型场景。",
            "credit_checked_on": "请重新查询并上传截图。",
        }
        wanted = Return("材料总体完整，有两处需要补正，请一次改齐后重新提交。", comments)
        give_back(session, self.case_id, wanted, actor=actor, now=self.now)

    def _be_refused(self, session: Session, firm: Firm, actor: Actor) -> None:
        refuse_case(session, self.case_id, "主营产品收入占比的证明材料与审计报告不一致。", actor=actor, now=self.now)

    def _be_passed(self, session: Session, firm: Firm, actor: Actor) -> None:
        self._check(session, actor)
        pass_case(session, self.case_id, "", actor=actor, now=self.now)

    def _be_forwarded(self, session: Session, firm: Firm, actor: Actor) -> None:
        self._be_passed(session, firm, actor)
        forward(session, self.case_id, received_at=self.now, actor=actor, confirms_no_secrets=True)


def _later(now: datetime) -> datetime:
    """Return an instant three hours on, within the hours in which offices work."""
    later = now + timedelta(hours=3)
    return later if later.hour < EVENING else later.replace(hour=MORNING) + timedelta(days=1)


@cache
def _password_hash() -> str:
    """Return the hash of the demo's password, made once: it is slow on purpose."""
    return hash_password(PASSWORD)
