"""What a unit sets for those below it: shares of places (分配名额, 名额调剂), dates counted back (时间建议)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.cascade import Proposal
from domain.definition import Stage, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, RuleBroken
from domain.instants import due_day
from models import Unit, UnitDate
from portal import asked
from portal.answers import page, status_of
from portal.asked import ID
from portal.recommending.screen import LOOKS, take_board
from portal.reviews import typed
from portal.reviews.screen import Refused
from portal.unit_batches import is_own, take_part
from services.duties.cascade import (
    APPLICANTS,
    KINDS,
    NewDate,
    clear_unit_date,
    proposals,
    set_unit_date,
    unit_dates,
)
from services.duties.windows import UnitWindow, unit_window
from services.recommending.allotting import Shares, allot
from services.recommending.board import Board
from services.recommending.moving import Move, move
from web import current
from web.guard import needs

blueprint = Blueprint("shares", __name__)


@dataclass(frozen=True, slots=True)
class LowerShare:
    """A unit below with its share of one quota, None where nothing is divided out, and the places it has used."""

    unit: Unit
    share: int | None
    used: int


@dataclass(frozen=True, slots=True)
class QuotaShares:
    """A quota of the unit with what it has divided out."""

    key: str
    name: str
    limit: int | None
    used: int
    rows: Sequence[LowerShare]

    @property
    def is_divided(self) -> bool:
        """Tell whether the places are divided out; else the units below compete for them."""
        return any(row.share is not None for row in self.rows)

    @property
    def given(self) -> int:
        """Return how many places are divided out."""
        return sum(row.share or 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class StageDate:
    """The unit's own date in a stage. window: what holds without it. proposed: counted back; None for no proposal."""

    stage: Stage
    window: UnitWindow
    own: UnitDate | None
    proposed: Proposal | None


@blueprint.get(f"/batches/<code>/recommend/<{ID}:unit_id>/shares")
@needs(*LOOKS)
def show(code: str, unit_id: int) -> Response:
    """Show the places that are divided out, and the dates."""
    return _page(code, unit_id)


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/shares")
@needs(Action.ALLOT)
def divide(code: str, unit_id: int) -> Response:
    """Divide the places of one quota out, or stop dividing them."""
    context, _ = take_part(code, unit_id, Action.ALLOT)
    key = request.form.get("quota", "")

    def act() -> None:
        places = {} if "stop" in request.form else _places()
        allot(current.db(), context, Shares(key, unit_id, places), actor=current.actor(), now=current.now())

    told = "不再分配，下级单位差额推荐。" if "stop" in request.form else "名额分配已保存。"
    return _act(code, unit_id, f"quota-{key}", act, told)


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/shares/move")
@needs(Action.ALLOT)
def transfer(code: str, unit_id: int) -> Response:
    """Move unused places from one unit below to another."""
    context, _ = take_part(code, unit_id, Action.ALLOT)
    key = request.form.get("quota", "")

    def act() -> None:
        units = [asked.number(request.form, name) or 0 for name in ("from", "to")]
        if not all(units):
            raise Invalid([Problem("from", "", "请选择调出和调入的单位")])
        wanted = Move(key, units[0], units[1], _count("count", "调剂数目"), typed.text("reason"))
        move(current.db(), context, wanted, actor=current.actor(), now=current.now())

    return _act(code, unit_id, f"move-{key}", act, "名额已调剂。")


@blueprint.post(f"/batches/<code>/recommend/<{ID}:unit_id>/dates")
@needs(Action.SET_UNIT_DATE)
def set_date(code: str, unit_id: int) -> Response:
    """Set the unit's own date in a stage, or take it away."""
    context, _ = take_part(code, unit_id, Action.SET_UNIT_DATE)
    stage = request.form.get("stage", "")
    session, actor, now = current.db(), current.actor(), current.now()
    if "clear" in request.form:
        return _act(
            code,
            unit_id,
            f"date-{stage}",
            lambda: clear_unit_date(session, context, unit_id, stage, actor=actor, now=now),
            "已取消另设的时间。",
        )

    def act() -> None:
        due_on = typed.day("due_on", "截止日期")
        new = NewDate(unit_id, stage, due_on, request.form.get("at", "").strip() or "24:00")
        set_unit_date(session, context, new, actor=actor, now=now)

    return _act(code, unit_id, f"date-{stage}", act, "时间已设定，只对本单位的申报单位和下级单位有效。")


def _places() -> dict[int, int]:
    """Return the typed shares by unit's id. Raises Invalid with every field that holds no number."""
    places: dict[int, int] = {}
    problems: list[Problem] = []
    for name in request.form:
        head, _, text = name.partition(".")
        if head == "places" and text.isdecimal() and int(text) <= asked.LARGEST_ID:
            try:
                places[int(text)] = _count(name, "名额", default=0)
            except Invalid as refusal:
                problems += refusal.problems
    if problems:
        raise Invalid(problems)
    return places


def _count(name: str, what: str, *, default: int | None = None) -> int:
    given = request.form.get(name, "").strip()
    if not given and default is not None:
        return default
    if not given.isdecimal() or len(given) > 6:
        raise Invalid([Problem(name, given[:80], f"{what}须为整数", "0 或正整数")])
    return int(given)


def _act(code: str, unit_id: int, part: str, act: Callable[[], object], told: str) -> Response:
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return _page(code, unit_id, Refused(part, refusal))
    flash(told, "success")
    return make_response(redirect(f"{url_for('shares.show', code=code, unit_id=unit_id)}#{part}", 303))


def _page(code: str, unit_id: int, refused: Refused | None = None) -> Response:
    found = take_board(code, unit_id)
    offers, because = _offers(found)
    return page(
        "portal/recommending/shares.html",
        status=status_of(refused.refusal) if refused is not None else 200,
        board=found,
        batch=found.context.batch,
        unit=found.unit,
        quotas=_quotas(found),
        dates=_dates(found, offers),
        offers=offers,
        because=because,
        applicants=APPLICANTS,
        is_mine=is_own(found.unit),
        refused=refused,
        typed=request.form,
    )


def _quotas(found: Board) -> list[QuotaShares]:
    return [
        QuotaShares(
            item.quota.key,
            name,
            item.limit,
            item.used,
            [
                LowerShare(
                    lower.unit,
                    lower.share.get(item.quota.key),
                    next((one.used for one in lower.quotas if one.quota.key == item.quota.key), 0),
                )
                for lower in found.lower
            ],
        )
        for group in found.groups
        for name, item in group.quotas
        if found.lower
    ]


def _offers(found: Board) -> tuple[Sequence[Proposal], str]:
    """Return the proposed last days, the nearest level first; and why there are none."""
    try:
        return proposals(current.db(), found.context, found.unit.id, actor=current.actor(), now=current.now()), ""
    except Conflict as refusal:
        return (), refusal.sentence


def _dates(found: Board, offers: Sequence[Proposal]) -> list[StageDate]:
    """Return the stages in which the unit may set its own date: for applicants, and for units below if it has any.

    A day that lies after what holds anyway is no proposal: own dates only narrow.
    """
    session, context, unit_id = current.db(), found.context, found.unit.id
    own = unit_dates(session, context, unit_id)
    below = next((one for one in offers if one.level != APPLICANTS), None)
    applicants = next((one for one in offers if one.level == APPLICANTS), None)
    stages = [
        stage
        for stage in context.definition.stages
        if stage.kind in KINDS and (stage.kind is StageKind.DECLARE or found.lower)
    ]
    found_dates = []
    for stage in stages:
        window = unit_window(session, context, stage, unit_id, without_own=True)
        offer = applicants if stage.kind is StageKind.DECLARE else below
        is_earlier = offer is not None and (
            window.due_at is None or offer.on < due_day(window.due_at, context.definition.zone)
        )
        found_dates.append(StageDate(stage, window, own.get(stage.key), offer if is_earlier else None))
    return found_dates
