"""The board as a page: a unit's cases in order, its places, what blocks each case, and what was refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.definition import Strength
from domain.errors import Invalid, NotAllowed, NotFound, Problem, RuleBroken
from domain.quota import covers
from models import CaseState
from portal.answers import page, status_of
from portal.reviews.screen import Refused
from portal.unit_batches import is_own, take_part
from services.recommending.board import Board, Row, board
from services.recommending.forwarding import NotForwarded
from services.recommending.readiness import obstacles
from web import current


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of forwarding: how many went up, and which did not, with their reasons."""

    done: int
    failed: Sequence[NotForwarded]

    @property
    def sentences(self) -> Mapping[int, Sequence[str]]:
        """Return why each case that stayed was refused, by its id."""
        return {one.case_id: sentences(one.refusal) for one in self.failed}


def sentences(refusal: RuleBroken) -> list[str]:
    """Return a refusal as sentences, one for each thing that is wrong."""
    problems: tuple[Problem, ...] = refusal.problems if isinstance(refusal, Invalid) else ()
    told = [f"{item.sentence}{f'（{item.allowed}）' if item.allowed else ''}" for item in problems]
    return told or [refusal.sentence]


def take_board(code: str, unit_id: int) -> Board:
    """Return the board of a unit, with every time in its batch's zone. Raises NotFound, NotAllowed."""
    context, unit = take_part(code, unit_id)
    return board(current.db(), context.batch, unit.id, actor=current.actor(), now=current.now())


def show_board(code: str, unit_id: int, refused: Refused | None = None, sent: Sent | None = None) -> Response:
    """Return the board; after a refusal with what was typed. Raises NotFound, NotAllowed."""
    found = take_board(code, unit_id)
    cases = [row.case for group in found.groups for row in group.rows]
    status = status_of(refused.refusal) if refused is not None else 200
    if sent is not None and sent.failed and not sent.done:
        status = status_of(sent.failed[0].refusal)
    return page(
        "portal/recommending/board.html",
        status=status,
        board=found,
        batch=found.context.batch,
        unit=found.unit,
        groups=[group for group in found.groups if group.rows or group.quotas],
        blocks=obstacles(current.db(), found.context, found.unit, cases),
        over={row.case.id for row in _over(found)},
        is_mine=is_own(found.unit),
        refused=refused,
        sent=sent,
        typed=request.form,
    )


def _over(found: Board) -> list[Row]:
    """Return the cases that would exceed a soft limit ("原则上"), for which a reason is asked."""
    return [
        row
        for group in found.groups
        for row in group.rows
        if row.case.state is CaseState.PASSED
        and any(
            item.left == 0
            and item.quota.strength is Strength.SOFT
            and covers(item.quota, row.case.category_key, row.case.subtype_key)
            for _, item in group.quotas
        )
    ]


def act_on_board(code: str, unit_id: int, part: str, act: Callable[[], object], told: str) -> Response:
    """Do one act of the unit; a refusal undoes it and is shown in the part of the board that it was sent from.

    Raises NotFound, NotAllowed.
    """
    try:
        act()
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return show_board(code, unit_id, Refused(part, refusal))
    flash(told, "success")
    return to_board(code, unit_id, part)


def to_board(code: str, unit_id: int, part: str) -> Response:
    """Return the way to a part of the board."""
    return make_response(redirect(f"{url_for('boards.show', code=code, unit_id=unit_id)}#{part}", 303))


LOOKS = (Action.RECOMMEND, Action.ALLOT)
"""Who may look at a board: the unit and those above it, and the office."""
