"""What happens to a title later: its holder moves, is renamed or merged, or loses it. Nothing is edited away."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.errors import Conflict, Invalid, NotFound, Problem
from models import Title, TitleAlias, TitleMove, Unit
from services import audit
from services.titles.consequences import move_duties, waive_duties
from services.titles.finding import get_title
from services.titles.names import checked_holder, folded

FURTHEST_EAST = timedelta(hours=14)
"""Nowhere on earth is the date further ahead of UTC."""


@dataclass(frozen=True, slots=True)
class Change:
    """Since which day it is so, and why: the document or the fact behind it."""

    on: date
    reason: str


def move_title(
    session: Session, title_id: int, *, to_unit_id: int, change: Change, actor: Actor, now: datetime
) -> Title:
    """Put a title into another unit's area; open duties of running batches go there, with what was typed (S003-57).

    What the former unit has settled stays with it.
    Raises NotFound, NotAllowed; Invalid, also when the new unit takes no part in a batch that asks this winner;
    Conflict for a title that was withdrawn.
    """
    title = get_title(session, title_id, actor=actor, lock=True)
    to_unit = session.get(Unit, to_unit_id)
    if to_unit is None:
        raise NotFound("没有这个单位。")
    require(actor, Action.MANAGE_TITLES, Subject(title.programme_id, to_unit.path))
    from_unit = title.unit
    _require_sound(title, change, now)
    if to_unit.id == from_unit.id:
        raise Invalid([Problem("to_unit", to_unit.name, "已经属于该单位")])
    session.add(
        TitleMove(
            title_id=title.id,
            from_unit_id=from_unit.id,
            to_unit_id=to_unit.id,
            moved_on=change.on,
            recorded_at=now,
            recorded_by=actor.name,
        )
    )
    title.unit_id, title.unit = to_unit.id, to_unit
    session.flush()
    moved = move_duties(session, title, from_unit, actor=actor, now=now)
    act = _act(title, f"迁移至{to_unit.name}", change, actor=actor, now=now)
    before, after = {"unit": from_unit.name}, {"unit": to_unit.name, "duties": moved}
    audit.record(session, replace(act, before=before, after=after))
    return title


def rename_title(
    session: Session, title_id: int, *, holder: str, change: Change, actor: Actor, now: datetime
) -> Title:
    """Give a holder another name, after a change of name or a merger; the former one still finds it (S003-58).

    Raises NotFound, NotAllowed, Invalid; Conflict for a title that was withdrawn.
    """
    title = get_title(session, title_id, actor=actor, lock=True)
    _require_sound(title, change, now)
    new, old = checked_holder(holder), title.holder
    if new == old:
        raise Invalid([Problem("holder", new[:80], "名称没有变化")])
    if folded(new) != folded(old):
        title.aliases.append(TitleAlias(name=old, until=change.on))
    title.holder = new
    session.flush()
    act = _act(title, f"更名（原名：{old}）", change, actor=actor, now=now)
    audit.record(session, replace(act, before={"holder": old}, after={"holder": new}))
    return title


def withdraw_title(session: Session, title_id: int, *, change: Change, actor: Actor, now: datetime) -> Title:
    """Take a title away; checks of later days no longer find it, and its open duties are waived (S003-60).

    Raises NotFound, NotAllowed, Invalid; Conflict when it was withdrawn already.
    """
    title = get_title(session, title_id, actor=actor, lock=True)
    _require_sound(title, change, now)
    if title.awarded_on is not None and change.on < title.awarded_on:
        raise Invalid([Problem("on", change.on.isoformat(), "撤销日期早于授予日期", f"不早于 {title.awarded_on}")])
    title.withdrawn_on = change.on
    session.flush()
    waived = waive_duties(session, title, now=now)
    act = _act(title, "撤销", change, actor=actor, now=now)
    audit.record(session, replace(act, after={"withdrawn_on": change.on.isoformat(), "duties": waived}))
    return title


def _require_sound(title: Title, change: Change, now: datetime) -> None:
    """Refuse a change without a reason or of a day to come, and any change of a title that is gone."""
    if title.withdrawn_on is not None:
        raise Conflict(f"“{title.holder}”已于 {title.withdrawn_on} 撤销，不能再变更。")
    problems = []
    if not change.reason.strip():
        problems.append(Problem("reason", "", "请填写变更依据"))
    if change.on > (now.astimezone(UTC) + FURTHEST_EAST).date():
        problems.append(Problem("on", change.on.isoformat(), "变更日期尚未到", "填写已经生效的日期"))
    if problems:
        raise Invalid(problems)


def _act(title: Title, words: str, change: Change, *, actor: Actor, now: datetime) -> audit.Act:
    return audit.Act(
        actor=actor,
        now=now,
        action=Action.MANAGE_TITLES,
        what=f"示范名单库：{title.holder} {words}",
        unit_id=title.unit_id,
        reason=f"{change.on.isoformat()} 起：{change.reason.strip()}",
    )
