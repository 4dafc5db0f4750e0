"""Programmes: what is selected from time to time; the batches of several years share one."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.definition import Field, Form
from domain.definition.strict import KEY_PATTERN
from domain.errors import Invalid, NotAllowed, NotFound, Problem
from domain.forms import check_answers
from models import Programme
from services import audit
from services.batches.context import ROOT

WELL_FORMED = re.compile(KEY_PATTERN)
NAME_FORM = Form(key="programme", title="项目", fields=(Field(key="name", label="名称", max_chars=120),))


def add_programme(session: Session, key: str, name: str, *, actor: Actor, now: datetime) -> Programme:
    """Add a programme. Raises NotAllowed, also for an actor bound to certain programmes; Invalid."""
    require(actor, Action.MANAGE_PROGRAMMES, Subject(unit_path=ROOT))
    if actor.programmes is not None:
        raise NotAllowed("您只负责部分项目，不能新增项目。请联系系统管理员。")
    key, problems = key.strip(), []
    if not WELL_FORMED.fullmatch(key):
        allowed = "以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符"
        problems.append(Problem("key", key[:80], "代号不合规则", allowed))
    try:
        name = _checked_name(session, name)
    except Invalid as refusal:
        problems.extend(refusal.problems)
    if problems:
        raise Invalid(problems)
    programme = Programme(key=key, name=name)
    try:
        with session.begin_nested():
            session.add(programme)
    except IntegrityError:
        raise Invalid([Problem("key", key, "这个代号已属于另一个项目")]) from None
    _log(session, programme, "", actor, now)
    return programme


def rename_programme(session: Session, programme_id: int, name: str, *, actor: Actor, now: datetime) -> Programme:
    """Give a programme another name; its key, which definitions refer to, stays.

    Raises NotFound, NotAllowed, Invalid.
    """
    programme = session.get(Programme, programme_id)
    if programme is None:
        raise NotFound("没有这个项目。")
    require(actor, Action.MANAGE_PROGRAMMES, Subject(programme_id=programme.id, unit_path=ROOT))
    before = programme.name
    programme.name = _checked_name(session, name, programme.id)
    _log(session, programme, before, actor, now)
    return programme


def _checked_name(session: Session, name: str, own_id: int | None = None) -> str:
    checked = check_answers(NAME_FORM, {"name": name})["name"]
    others = select(Programme.id).where(Programme.name == checked, Programme.id.is_distinct_from(own_id))
    if session.execute(others).first() is not None:
        raise Invalid([Problem("name", checked[:80], "已有同名的项目")])
    return checked


def _log(session: Session, programme: Programme, before: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.MANAGE_PROGRAMMES,
            what=f"项目“{programme.name}”（{programme.key}）",
            before={"name": before} if before else {},
            after={"name": programme.name},
        ),
    )
