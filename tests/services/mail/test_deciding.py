"""A mail that nobody can be sure of is decided about once, by somebody who may, and the decision is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict, NotAllowed, NotFound
from models import AuditEntry, Mail, MailState, Unit
from services.mail.deciding import decide_mail, is_undecided
from tests.support.batches import COORDINATOR, running
from tests.support.filled import mail_of
from tests.support.people import NOW

WALL = NOW + timedelta(hours=1)


def mail(session: Session, state: MailState = MailState.UNCERTAIN) -> Mail:
    batch = running(session).batch
    unit = session.scalars(select(Unit).order_by(Unit.id).limit(1)).one()
    made = mail_of(batch, unit, state)
    session.add(made)
    session.flush()
    return made


def decide(session: Session, mail_id: int, *, again: bool, actor: Actor = COORDINATOR) -> Mail:
    return decide_mail(session, mail_id, send_again=again, actor=actor, now=NOW, wall_now=WALL)


def test_an_uncertain_mail_is_tried_again_from_now_on(db: Session) -> None:
    """R5"""
    decided = decide(db, mail(db).id, again=True)

    assert (decided.state, decided.retry_after) == (MailState.UNCERTAIN, WALL)
    assert not is_undecided(decided)


def test_an_uncertain_mail_that_is_left_is_settled_with_its_history(db: Session) -> None:
    decided = decide(db, mail(db).id, again=False)

    assert (decided.state, decided.because.endswith("（已人工确认，不再发送）")) == (MailState.VOID, True)
    assert not is_undecided(decided)
    with pytest.raises(Conflict):
        decide(db, decided.id, again=True)


def test_a_held_mail_waits_to_be_sent_or_is_void(db: Session) -> None:
    first = mail(db, MailState.HELD)
    assert decide(db, first.id, again=True).state is MailState.PENDING

    first.state = MailState.HELD
    db.flush()

    assert decide(db, first.id, again=False).state is MailState.VOID


@pytest.mark.parametrize("state", [MailState.PENDING, MailState.REFUSED, MailState.VOID])
def test_other_mails_are_not_decided_about(db: Session, state: MailState) -> None:
    """S07"""
    with pytest.raises(Conflict, match="不需要人工决定"):
        decide(db, mail(db, state).id, again=True)


def test_a_mail_that_is_tried_again_by_itself_is_left_to_it(db: Session) -> None:
    """R5"""
    waiting = mail(db)
    waiting.retry_after = WALL
    db.flush()

    with pytest.raises(Conflict):
        decide(db, waiting.id, again=True)


def test_a_decision_is_recorded(db: Session) -> None:
    decided = decide(db, mail(db).id, again=True)

    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.batch_id, entry.unit_id) == ("decide_mail", decided.batch_id, decided.unit_id)
    assert entry.changes == {
        "before": {"state": "uncertain"},
        "after": {"state": "uncertain", "key": decided.key},
    }


def test_nobody_decides_beyond_the_own_programmes_and_branch(db: Session) -> None:
    """S05"""
    found = mail(db)
    foreign = replace(COORDINATOR, programmes=frozenset({99}))
    branch = replace(COORDINATOR, branch="/000002/")
    auditor = Actor("审计员", Role.AUDITOR)

    for actor in (foreign, branch, auditor):
        with pytest.raises(NotAllowed):
            decide(db, found.id, again=True, actor=actor)
    found.unit_id = None
    db.flush()
    db.expire(found)
    with pytest.raises(NotAllowed):
        decide(db, found.id, again=True, actor=replace(COORDINATOR, branch="/000001/"))


def test_what_is_not_there_is_not_decided_about(db: Session) -> None:
    with pytest.raises(NotFound):
        decide(db, 99, again=True)
