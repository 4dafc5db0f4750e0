"""The order of a unit's cases: by dragging, by buttons, or by numbers where no script runs; and marks and seals."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, jsonify, make_response, request

from domain.access import Action
from domain.errors import Conflict, Invalid, Problem, RuleBroken
from portal import asked
from portal.answers import status_of
from portal.asked import ID
from portal.recommending.screen import act_on_board, take_board
from portal.reviews import typed
from portal.unit_batches import take_part
from services.recommending.packing import seal
from services.recommending.ranking import Order, mark_special, rank
from web import current
from web.guard import needs

MOST = 5_000

blueprint = Blueprint("board_order", __name__)


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/order")
@needs(Action.RECOMMEND)
def order(code: str, unit_id: int) -> Response:
    """Keep a new order of one category: the script's list, a button's step, or the numbers that were typed."""
    context, _ = take_part(code, unit_id, Action.RECOMMEND)
    category = request.form.get("category", "")
    if all(category != one.key for one in context.definition.categories):
        category = context.definition.categories[0].key
    seen = _ids(request.form.get("seen", ""))

    def act() -> None:
        wanted = Order(unit_id, category, _wanted(seen), seen)
        rank(current.db(), context, wanted, actor=current.actor(), now=current.now())

    if request.accept_mimetypes.best != "application/json":
        return act_on_board(code, unit_id, f"category-{category}", act, "排序已保存。")
    try:
        act()
    except RuleBroken as refusal:
        current.db().rollback()
        return make_response(jsonify(ok=False, sentence=refusal.sentence), status_of(refusal))
    rows = next(group.rows for group in take_board(code, unit_id).groups if group.category.key == category)
    waiting = [row.case.id for row in rows if row.is_waiting]
    return make_response(jsonify(ok=True, order=[row.case.id for row in rows], waiting=waiting))


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",")[:MOST] if part.isdecimal() and int(part) <= asked.LARGEST_ID]


def _wanted(seen: Sequence[int]) -> list[int]:
    """Return the order that is asked for. Raises Invalid for a place that is no number."""
    if "order" in request.form:
        return _ids(request.form["order"])
    ranked = by_numbers(seen, {case_id: request.form.get(f"rank.{case_id}", "") for case_id in seen})
    way, _, text = request.form.get("move", "").partition(":")
    if not way or not text.isdecimal() or int(text) not in ranked:
        return ranked
    return moved(ranked, int(text), -1 if way == "up" else 1)


def by_numbers(seen: Sequence[int], numbers: Mapping[int, str]) -> list[int]:
    """Return the cases by the places typed: a case that got another number comes to lie on that very place.

    Raises Invalid (path "rank.<id>") for what is no number.
    """
    keys: dict[int, float] = {}
    for place, case_id in enumerate(seen, start=1):
        text = numbers.get(case_id, "").strip() or str(place)
        if not text.isdecimal() or len(text) > 6:
            raise Invalid([Problem(f"rank.{case_id}", text[:80], "序号须为正整数", f"1 至 {len(seen)}")])
        number = int(text)
        # Half a place before or behind the one that is there, according to where the case comes from.
        keys[case_id] = number + (0 if number == place else 0.5 if number > place else -0.5)
    return sorted(seen, key=lambda case_id: keys[case_id])


def moved(ranked: Sequence[int], case_id: int, step: int) -> list[int]:
    """Return the order with one case a step further up (-1) or down (1), as far as there is room."""
    found = list(ranked)
    place = found.index(case_id)
    found.insert(max(0, place + step), found.pop(place))
    return found


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/mark")
@needs(Action.RECOMMEND)
def mark(code: str, unit_id: int) -> Response:
    """Set or take off the mark of a case that the notice lets count."""
    take_part(code, unit_id, Action.RECOMMEND)
    case_id = asked.number(request.form, "case") or 0
    is_special = request.form.get("is_special") == "yes"
    session, actor, now = current.db(), current.actor(), current.now()
    return act_on_board(
        code,
        unit_id,
        f"case-{case_id}",
        lambda: mark_special(session, case_id, is_special=is_special, actor=actor, now=now),
        "标记已更改。",
    )


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/seal")
@needs(Action.RECOMMEND)
def note_seal(code: str, unit_id: int) -> Response:
    """Note on which day the unit has sealed the form of a case."""
    take_part(code, unit_id, Action.RECOMMEND)
    case_id = asked.number(request.form, "case") or 0
    session, actor, now = current.db(), current.actor(), current.now()

    def act() -> None:
        if not case_id:
            raise Conflict("请选择申报件。")
        seal(session, case_id, held_on=typed.day("held_on", "盖章日期"), actor=actor, now=now)

    return act_on_board(code, unit_id, f"case-{case_id}", act, "盖章已登记。")
