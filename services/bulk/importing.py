"""The import itself: what a file would do, and then exactly that, whole or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Invalid, Problem, RuleBroken
from models import AuditHead
from services import audit
from services.bulk.columns import NAMES, Layout, What
from services.bulk.kinds import contacts, titles, units, users
from services.bulk.outcome import Done, Effect, Issued, NotAsShown, Plan, Preview, Step
from services.bulk.template import write_template
from services.bulk.workbook import Table, read_table

MOST_NAMED = 20
"""How many refused rows a refusal names; the preview lists all."""
EFFECTS: Mapping[Effect, str] = {
    Effect.ADDED: "添加",
    Effect.CHANGED: "变更",
    Effect.UNCHANGED: "未变",
    Effect.REFUSED: "有误",
}


class _Plans(Protocol):
    """Compares rows with what there is."""

    def __call__(self, session: Session, table: Table, *, actor: Actor, now: datetime) -> Plan:
        """Return what each row would do, and how it is done."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind is imported."""

    action: Action
    layout: Callable[[Session, Actor], Layout]
    plan: _Plans


KINDS: Mapping[What, _Kind] = {
    What.UNITS: _Kind(units.ACTION, units.layout, units.plan),
    What.CONTACTS: _Kind(contacts.ACTION, contacts.layout, contacts.plan),
    What.TITLES: _Kind(titles.ACTION, titles.layout, titles.plan),
    What.USERS: _Kind(users.ACTION, users.layout, users.plan),
}


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as it came: the name it bore, its bytes."""

    name: str
    content: bytes


def template(session: Session, what: What, *, actor: Actor) -> bytes:
    """Return the workbook to fill in. Raises NotAllowed."""
    return write_template(layout_of(session, what, actor=actor))


def layout_of(session: Session, what: What, *, actor: Actor) -> Layout:
    """Return the columns of a kind, with the choices that the actor has. Raises NotAllowed."""
    kind = KINDS[what]
    require(actor, kind.action)
    return kind.layout(session, actor)


def preview(session: Session, what: What, content: bytes, *, actor: Actor, now: datetime) -> Preview:
    """Return what a file would do; nothing is stored. Raises NotAllowed; Invalid for a file that cannot be read."""
    return _looked(session, what, content, actor=actor, now=now)[0]


def confirm(session: Session, what: What, workbook: Workbook, *, seen: str, actor: Actor, now: datetime) -> Done:
    """Do what a preview said, row by row through the services of the forms.

    seen: the preview's fingerprint. Raises NotAllowed; NotAsShown when the file would now do something else; Invalid
    with the refused rows (path "第 n 行"). After any of them the caller rolls back: nothing half remains.
    """
    # Every act is recorded before it commits, so whoever holds the end of the log has the state to himself.
    session.execute(select(AuditHead.id).with_for_update(key_share=True)).all()
    found, steps = _looked(session, what, workbook.content, actor=actor, now=now)
    if found.fingerprint != seen:
        raise NotAsShown(found)
    refused = found.of(Effect.REFUSED)
    if refused:
        raise Invalid(
            Problem(f"第 {line.number} 行", line.name, problem.sentence, problem.allowed)
            for line in refused[:MOST_NAMED]
            for problem in line.problems
        )
    issued = [done for step in steps if (done := _done(step)) is not None]
    if steps:
        _log(session, found, workbook.name, actor=actor, now=now)
    return Done(found.counts, tuple(issued))


def _looked(
    session: Session, what: What, content: bytes, *, actor: Actor, now: datetime
) -> tuple[Preview, Iterable[Step]]:
    kind = KINDS[what]
    table = read_table(content, layout_of(session, what, actor=actor))
    plan = kind.plan(session, table, actor=actor, now=now)
    digest = hashlib.sha256(content).hexdigest()
    return Preview(what, digest, tuple(plan.lines), table.skipped), plan.steps


def _done(step: Step) -> Issued | None:
    """Do one thing. Raises Invalid that names the row when a service refuses what the comparison let pass.

    A step for many rows (number 0) says itself what it refuses.
    """
    try:
        return step.run()
    except Invalid as refusal:
        if not step.number:
            raise
        rows = (Problem(f"第 {step.number} 行", one.value, one.sentence, one.allowed) for one in refusal.problems)
        raise Invalid(rows) from None
    except RuleBroken as refusal:
        if not step.number:
            raise
        raise Invalid([Problem(f"第 {step.number} 行", "", refusal.sentence)]) from None


def _log(session: Session, found: Preview, name: str, *, actor: Actor, now: datetime) -> None:
    """Record the import as such; what it did to each row is recorded by the services."""
    words = "、".join(f"{EFFECTS[effect]} {count}" for effect, count in found.counts.items() if count)
    act = audit.Act(
        actor=actor,
        now=now,
        action=KINDS[found.what].action,
        what=f"批量导入{NAMES[found.what]}（{words}）：{name}",
        after={effect.value: count for effect, count in found.counts.items()} | {"sha256": found.sha256},
    )
    audit.record(session, act)
