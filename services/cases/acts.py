"""Writing a case's history: one line per act, in the transaction that does it, beside the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor
from models import ActKind, Case, CaseAct
from services import audit


@dataclass(frozen=True, slots=True)
class Done:
    """What was done.

    at: when; for a paper act that is entered later (补录), when it took place, which may lie before `recorded_at`.
    by: who did it, if that is not who enters it. by_unit: name of the unit that acted, "" for the applicant.
    is_open: whether the applicant may see the line. detail: plain values in the order in which they are shown.
    """

    kind: ActKind
    action: Action
    at: datetime
    recorded_at: datetime
    by: str = ""
    by_unit: str = ""
    note: str = ""
    is_open: bool = True
    detail: Mapping[str, object] = field(default_factory=dict)


def record(session: Session, case: Case, done: Done, *, actor: Actor) -> CaseAct:
    """Add a line to the history of a case and an entry to the audit log."""
    line = CaseAct(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        kind=done.kind,
        at=done.at,
        by=done.by or actor.name,
        by_unit=done.by_unit,
        recorded_at=done.recorded_at,
        recorded_by=actor.name,
        version_no=case.version_no,
        note=done.note,
        is_open=done.is_open,
        detail=dict(done.detail),
    )
    session.add(line)
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=done.recorded_at,
            action=done.action,
            what=f"申报件“{case.title}”（第 {case.id} 号）",
            batch_id=case.batch_id,
            unit_id=case.unit_id,
            reason=done.note,
            after={"act": done.kind.value, "version": case.version_no, **done.detail},
        ),
    )
    session.flush()
    return line


@dataclass(frozen=True, slots=True)
class Noted:
    """A change that is no act of a case's history: what changed, with the values before and after."""

    what: str
    action: Action
    now: datetime
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)


def note(session: Session, case: Case, noted: Noted, *, actor: Actor) -> None:
    """Add a change to the audit log alone."""
    session.flush()
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=noted.now,
            action=noted.action,
            what=f"申报件“{case.title}”（第 {case.id} 号）：{noted.what}",
            batch_id=case.batch_id,
            unit_id=case.unit_id,
            before=noted.before,
            after=noted.after,
        ),
    )
