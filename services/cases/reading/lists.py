"""The cases of a batch as a list: filtered, searched, ordered, read on; a draft only shows that it is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import NotAllowed
from models import CaseState
from models.scope import KEY
from services.batches.context import BatchContext, load
from services.cases.reading.asking import Filter, Order, Place, Seek
from services.cases.reading.lines import CaseLine, lines_by_id
from services.cases.reading.narrowing import MOST_COUNTED, Narrowed, narrowed
from services.cases.reading.searching import FEW, NEAR, Row, Walk, candidates, fitting, rarest, rows_of, walked
from services.cases.reading.streams import page_of_streams

EXPORTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of a list.

    total: of all cases that fit; None where there are more than MOST_COUNTED, or nobody counted them. begins_at: the
    number of the first line in the whole list, from 1; None where that is not known. order, is_descending: how it is
    ordered in truth: a search with very many results comes in the order of submission. orders: in which orders it
    can be had. before, after: places to go on from, None where there is nothing more. is_partial: cases were looked
    through up to `after`, and the page is not full.
    """

    lines: Sequence[CaseLine]
    total: int | None
    order: Order
    is_descending: bool
    orders: tuple[Order, ...] = tuple(Order)
    before: Place | None = None
    after: Place | None = None
    begins_at: int | None = None
    is_partial: bool = False
    most_counted: int = MOST_COUNTED


@dataclass(frozen=True, slots=True)
class _Cut:
    """What of a list is shown: rows in the order shown, and what is known besides."""

    rows: Sequence[Row]
    total: int | None
    has_before: bool
    has_after: bool
    begins_at: int | None = None
    orders: tuple[Order, ...] = tuple(Order)
    reached: Place | None = None


NOTHING = _Cut((), 0, has_before=False, has_after=False)


def case_list(
    session: Session, wanted: Filter, *, actor: Actor, now: datetime, context: BatchContext | None = None
) -> CasePage:
    """Return a page of the cases that the actor may see; drafts stand last in the order of submission.

    context: of the batch, where the caller has it in hand. A fixed number of queries, and of rows looked at, however
    long the list. Raises NotFound, NotAllowed.
    """
    context = context or load(session, wanted.batch_id)
    require(actor, Action.VIEW_CASE, context.subject)
    scope = session.info.get(KEY)
    if scope is not None and scope.organisation is not None:
        raise NotAllowed("申报单位请在“我的申报”查看自己的申报件。")
    asked = narrowed(session, wanted, actor=actor)
    words = wanted.words()
    if asked is None:
        cut = NOTHING
    elif words or asked.is_loose:
        wanted, cut = _searched(session, wanted, asked, words)
    else:
        wanted, cut = _streamed(session, wanted, asked)
    lines = lines_by_id(session, [row[0] for row in cut.rows], context.definition, actor)
    first, last = (Place(cut.rows[end][1], cut.rows[end][0]) for end in (0, -1)) if cut.rows else (None, None)
    if wanted.order is Order.ID:
        first, last = (Place(0, end.id) if end is not None else None for end in (first, last))
    ahead = last if cut.has_after else None
    behind = first if cut.has_before else None
    if cut.reached is not None:
        ahead, behind = (ahead, cut.reached) if wanted.seek.is_backward else (cut.reached, behind)
    return CasePage(
        lines,
        cut.total,
        wanted.order,
        wanted.is_descending,
        cut.orders,
        behind,
        ahead,
        cut.begins_at,
        is_partial=cut.reached is not None,
    )


def case_lines_of(
    session: Session, wanted: Filter, most: int, *, actor: Actor, now: datetime, context: BatchContext
) -> Iterator[Sequence[CaseLine]]:
    """Yield the list from its first case on in parts, until `most` cases; no more than one part is in memory."""
    wanted, given = replace(wanted, seek=Seek(), size=min(most, EXPORTED_AT_ONCE)), 0
    while given < most:
        page = case_list(session, wanted, actor=actor, now=now, context=context)
        yield page.lines[: most - given]
        given += len(page.lines)
        if page.after is None:
            return
        wanted = replace(wanted, seek=Seek(page.after), order=page.order)


def _streamed(session: Session, wanted: Filter, asked: Narrowed) -> tuple[Filter, _Cut]:
    """Return what is asked for in truth, and what of it is shown: a page of an index, or of all where it is short."""
    is_served, place = wanted.order in asked.orders, wanted.seek.place
    if is_served and place is None:
        return wanted, _at_end(session, wanted, asked)
    total = asked.count(session)
    if total <= FEW:
        whole = page_of_streams(asked.shape, wanted.order if is_served else asked.orders[0], False, False, FEW)
        rising = rows_of(session, whole, asked.given)
        if is_served:
            return wanted, _sliced(wanted, rising)
        return wanted, _known(session, wanted, asked, (), [row[0] for row in rising])
    wanted = _in_order(wanted, asked.orders)
    if wanted.seek.place is None:
        return wanted, _at_end(session, wanted, asked)
    rows = _from(session, wanted, asked, wanted.size + 1)
    has_more, rows = len(rows) > wanted.size, rows[: wanted.size]
    known = total if total <= MOST_COUNTED else None
    if wanted.seek.is_backward:
        return wanted, _Cut(rows[::-1], known, has_more, has_after=True, orders=asked.orders)
    return wanted, _Cut(rows, known, has_before=True, has_after=has_more, orders=asked.orders)


def _at_end(session: Session, wanted: Filter, asked: Narrowed) -> _Cut:
    """Return the first page of a list, or its last where it is read backward; one query also counts it."""
    size, way = wanted.size, wanted.is_forward_descending
    statement = page_of_streams(asked.shape, wanted.order, way, False, size + 1, MOST_COUNTED + 1)
    found = session.execute(statement, asked.given).all()
    total = found[0][2] if found else 0
    rows, has_more = [(row[0], row[1]) for row in found[:size]], len(found) > size
    known = total if total <= MOST_COUNTED else None
    orders = asked.orders if total > FEW else tuple(Order)
    if wanted.seek.is_backward:
        begins_at = known - len(rows) + 1 if rows and known is not None else None
        return _Cut(rows[::-1], known, has_more, False, begins_at, orders)
    return _Cut(rows, known, False, has_more, 1 if rows else None, orders)


def _from(session: Session, wanted: Filter, asked: Narrowed, size: int) -> Sequence[Row]:
    """Return the next cases from the wanted place on."""
    place = wanted.seek.place
    statement = page_of_streams(asked.shape, wanted.order, wanted.is_forward_descending, place is not None, size)
    given = {**asked.given, "value": place.value, "id": place.id} if place is not None else asked.given
    return rows_of(session, statement, given)


def _in_order(wanted: Filter, orders: Sequence[Order]) -> Filter:
    """Return a filter in an order that can be had; in another one, a page amid the list is its first."""
    if wanted.order in orders:
        return wanted
    at_end = Seek(is_backward=wanted.seek.place is None and wanted.seek.is_backward)
    return replace(wanted, order=orders[0], is_descending=True, seek=at_end)


def _searched(session: Session, wanted: Filter, asked: Narrowed, words: Sequence[str]) -> tuple[Filter, _Cut]:
    """Return what is asked for in truth, and what of it is shown; the rarest of filters and words leads."""
    newest = replace(wanted, order=Order.SUBMITTED, is_descending=True, seek=Seek())
    left: Sequence[Row] = () if asked.is_whole else _from(session, newest, asked, FEW + 1)
    if not asked.is_whole and len(left) <= FEW:
        return wanted, _known(session, wanted, asked, words, [row[0] for row in left])
    lead = rarest(session, wanted.batch_id, words) if words else None
    if lead is not None and lead.count <= FEW:
        return wanted, _known(session, wanted, asked, words, candidates(session, wanted.batch_id, lead))
    wanted = _in_order(wanted, (Order.SUBMITTED,))
    place, is_backward = wanted.seek.place, wanted.seek.is_backward
    is_of_drafts = wanted.state is CaseState.DRAFT
    if lead is None or (left and int(left[-1][1]) < lead.reach and not is_of_drafts):
        is_newest = place is None and wanted.is_forward_descending
        rows, reached = _looked(session, wanted, asked, words, left if is_newest else ())
    else:
        # Drafts come last in this order, and only those that officers typed are found by words at all.
        begin = Place(1, 0) if place is None and is_of_drafts and wanted.is_forward_descending else place
        walk = Walk(lead.gram, begin, wanted.is_forward_descending, wanted.size + 1)
        rows, reached = walked(session, walk, words, asked.given)
    has_more, rows = len(rows) > wanted.size, rows[: wanted.size]
    orders = (Order.SUBMITTED,)
    if is_backward:
        return wanted, _Cut(rows[::-1], None, has_more, place is not None, orders=orders, reached=reached)
    return wanted, _Cut(rows, None, place is not None, has_more, orders=orders, reached=reached)


def _looked(
    session: Session, wanted: Filter, asked: Narrowed, words: Sequence[str], newest: Sequence[Row]
) -> tuple[Sequence[Row], Place | None]:
    """Return the next cases that fit, of those that the filters leave, and where a look that ended early may go on.

    newest: the first cases to look at, where they are known.
    """
    looked = newest[:FEW] or _from(session, wanted, asked, FEW)
    # They come out of the branch's own list, so nobody asks again whether they are in it.
    given = {**asked.given, "within": 0}
    rows: list[Row] = []
    for part in (looked[:NEAR], looked[NEAR:]):
        fit = fitting(session, [row[0] for row in part], words, wanted.order, given) if part else []
        kept = {row[0] for row in fit}
        rows += [row for row in part if row[0] in kept]
        if len(rows) > wanted.size:
            return rows[: wanted.size + 1], None
    return rows, Place(looked[-1][1], looked[-1][0]) if len(looked) == FEW else None


def _known(session: Session, wanted: Filter, asked: Narrowed, words: Sequence[str], ids: Sequence[int]) -> _Cut:
    return _sliced(wanted, fitting(session, ids, words, wanted.order, asked.given))


def _sliced(wanted: Filter, rising: Sequence[Row]) -> _Cut:
    """Return a page of a list that is known as a whole; rising: all of it, in rising order."""
    rows = rising[::-1] if wanted.is_descending else rising
    place = wanted.seek.place
    start = 0
    if place is not None:
        at = (place.value, place.id) if wanted.order is not Order.ID else (place.id, place.id)

        def is_before(row: Row) -> bool:
            key = (row[1], row[0])
            return key > at if wanted.is_descending else key < at

        start = sum(is_before(row) for row in rows)
        is_there = start < len(rows) and (rows[start][1], rows[start][0]) == at
        start += is_there and not wanted.seek.is_backward
        start = max(0, start - wanted.size) if wanted.seek.is_backward else start
    elif wanted.seek.is_backward:
        start = max(0, len(rows) - wanted.size)
    shown = rows[start : start + wanted.size]
    return _Cut(shown, len(rows), start > 0, start + len(shown) < len(rows), start + 1 if shown else None)
