"""Doing in a copy what a scenario says, through the services that people use; what they refuse leaves no trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Definition, Field, FieldKind, Form, StageKind
from domain.errors import RuleBroken
from domain.instants import stamp
from models import Duty, Unit
from services.batches.context import load
from services.batches.extending import MoreTime, extend
from services.duties.answers import NotFiled, Receipt, declare_none, file_answer
from services.duties.exemptions import Explanation, exempt
from services.recommending import nothing
from services.rehearsal.events import REFUSED, Event
from services.rehearsal.forwarding import forward_samples
from services.rehearsal.scenario import Deed, Happening, instant_of

SAMPLES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "示例",
    FieldKind.LONG_TEXT: "示例",
    FieldKind.PHONE: "010-12345678",
    FieldKind.MOBILE: "13800000000",
    FieldKind.DATE: "2000-01-01",
}
WORDS: Mapping[Deed, str] = {
    Deed.ANSWER: "报送",
    Deed.NONE: "零报告",
    Deed.EXEMPT: "免报说明",
    Deed.EXTEND: "延期",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A deed of the scenario that the rules refuse. because: their sentence."""

    happening: Happening
    at: datetime
    stage: str
    because: str

    @property
    def sentence(self) -> str:
        """Return when, who, where and why, in one sentence."""
        return f"{self.at:%Y-%m-%d %H:%M} {self.happening.unit or '全部单位'}“{self.stage}”：{self.because}"

    def event(self, definition: Definition) -> Event:
        """Return the refusal as it stands among the events."""
        deed, unit = self.happening.deed, self.happening.unit
        moment = f"{self.happening.stage}:{REFUSED}.{deed.value}:{stamp(self.at)}"
        subject = f"{self.stage}：{WORDS[deed]}未受理。{self.because}"
        key = f"{definition.code}/{moment}/{unit or 'all'}"
        return Event(self.at, REFUSED, self.happening.stage, unit, [], subject, key, "", moment)


def play(session: Session, batch_id: int, definition: Definition, happening: Happening) -> list[Refused]:
    """Let it happen, by an officer of the unit; return what was refused, as it then left no trace."""
    at, stage = happening.at.astimezone(definition.zone), definition.stage(happening.stage)
    try:
        with session.begin_nested():
            if happening.deed is Deed.EXTEND:
                _extend(session, batch_id, definition, happening)
                return []
            if stage.kind is StageKind.RECOMMEND:
                _recommend(session, batch_id, happening)
                return []
            results = _settle_all(session, batch_id, definition, happening)
    except RuleBroken as refusal:
        return [Refused(happening, at, stage.title, refusal.sentence)]
    return [
        Refused(happening, at, stage.title, result.refusal.sentence)
        for result in results
        if isinstance(result, NotFiled)
    ]


def _officer(session: Session, code: str | None) -> tuple[Unit, Actor]:
    unit = session.scalars(select(Unit).where(Unit.code == code)).one()
    return unit, Actor(f"{unit.short or unit.name}经办人", Role.OFFICER, branch=unit.path)


def _owed(session: Session, batch_id: int, happening: Happening, unit: Unit) -> list[int]:
    return list(
        session.scalars(
            select(Duty.id)
            .where(
                Duty.batch_id == batch_id,
                Duty.stage_key == happening.stage,
                Duty.unit_id == unit.id,
                Duty.settled_as.is_(None),
            )
            .order_by(Duty.id)
        )
    )


def _recommend(session: Session, batch_id: int, happening: Happening) -> None:
    """Forward cases, or say that there are none; a unit that owes nothing here does nothing."""
    unit, officer = _officer(session, happening.unit)
    if not _owed(session, batch_id, happening, unit) and not happening.values:
        return
    context = load(session, batch_id, lock=True)
    if happening.deed is Deed.NONE:
        nothing.declare_none(session, context, unit.id, received_at=happening.at, actor=officer)
    else:
        forward_samples(session, context, unit, happening.values, at=happening.at, by=officer.name)


def _settle_all(
    session: Session, batch_id: int, definition: Definition, happening: Happening
) -> list[Receipt | NotFiled | None]:
    unit, officer = _officer(session, happening.unit)
    duties = _owed(session, batch_id, happening, unit)
    return [_settle(session, duty_id, definition, happening, officer) for duty_id in duties]


def _settle(
    session: Session, duty_id: int, definition: Definition, happening: Happening, officer: Actor
) -> Receipt | NotFiled | None:
    collect = definition.stage(happening.stage).collect
    if happening.deed is Deed.NONE:
        return declare_none(session, duty_id, received_at=happening.at, actor=officer)
    if happening.deed is Deed.EXEMPT and collect is not None and collect.exemption is not None:
        reason = happening.values.get("reason", collect.exemption.reasons[0].key)
        explanation = Explanation(reason, happening.values.get("text", "示例"))
        exempt(session, duty_id, explanation, received_at=happening.at, actor=officer, is_rehearsed=True)
        return None
    form = definition.form(collect.form) if collect is not None and collect.form is not None else None
    values = {**(sample_answers(form, happening.unit or "") if form else {}), **happening.values}
    return file_answer(session, duty_id, values, received_at=happening.at, actor=officer)


def _extend(session: Session, batch_id: int, definition: Definition, happening: Happening) -> None:
    due_at = instant_of(happening.values["due_at"], definition)
    assert due_at is not None  # noqa: S101 - `read_scenario` lets no other through
    unit_id = session.scalar(select(Unit.id).where(Unit.code == happening.unit)) if happening.unit else None
    more = MoreTime(stage=happening.stage, due_at=due_at, reason="模拟", unit_id=unit_id)
    extend(session, batch_id, more, actor=Actor("主办处室", Role.COORDINATOR), now=happening.at)


def sample_answers(form: Form, unit: str) -> dict[str, str]:
    """Return answers that the form accepts, for rehearsals and demonstrations."""
    return {field.key: _sample(field, unit) for field in form.fields}


def _sample(field: Field, unit: str) -> str:
    if field.kind is FieldKind.EMAIL:
        return f"lianxiren-{unit}@units.example"
    if field.kind is FieldKind.CHOICE:
        return field.choices[0]
    return SAMPLES[field.kind]
