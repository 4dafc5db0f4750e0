"""Lists that are read on from a place: what an address asks for, typed and bounded, and addresses of more pages.

A page has no number: it begins after a case or ends before one, so that the millionth costs what the first one does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import abort, request
from markupsafe import Markup

from domain.forms import FORBIDDEN
from services.cases.reading import CasePage, Filter, Order, Place, Seek, place_of
from services.cases.reading.asking import LARGEST_ID, LONGEST_TITLE

SORT, FALLING, AFTER, BEFORE, AT_END, START = "sort", "desc", "after", "before", "end", "start"
PASSING = frozenset({AFTER, BEFORE, AT_END, START})
"""Parameters of a page in a list, which a change of the list drops."""
OPTION, SELECTED = Markup('<option value="{}">{}</option>'), Markup('value="{}" selected')
Address = Callable[[Mapping[str, object]], str]


@dataclass(frozen=True, slots=True)
class Steps:
    """Addresses of the pages around a page; "" where there is none."""

    first: str
    previous: str
    next: str
    last: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column that orders the list. href: "" where it cannot now. aria: "" where it does not."""

    href: str
    aria: str


def ordered(wanted: Filter, zone: ZoneInfo) -> tuple[Filter, str]:
    """Return a filter with the order and the page that the address asks for, and a word about a start that is none.

    Answers 400 to an order or a place that no page of ours names; what a person typed as a start is never a fault.
    """
    args = request.args
    sort = args.get(SORT, Order.SUBMITTED.value)
    if sort not in set(Order) or args.get(FALLING, "1") not in {"0", "1"} or args.get(AT_END, "1") != "1":
        abort(400)
    order = Order(sort)
    wanted = replace(wanted, order=order, is_descending=args.get(FALLING, "1" if SORT not in args else "0") == "1")
    for name, is_backward in ((AFTER, False), (BEFORE, True)):
        raw = args.get(name)
        if raw is not None:
            place = place_of(raw, order)
            if place is None:
                abort(400)
            return replace(wanted, seek=Seek(place, is_backward)), ""
    if AT_END in args:
        return replace(wanted, seek=Seek(is_backward=True)), ""
    start = args.get(START, "").strip()
    if not start:
        return wanted, ""
    place = _start(start, wanted, zone)
    return replace(wanted, seek=Seek(place)), "" if place is not None else _hint(order)


def _hint(order: Order) -> str:
    match order:
        case Order.SUBMITTED:
            return "起始日期请写成 2023-03-20 的形式，列表从头显示。"
        case Order.ID:
            return "起始编号只填数字，列表从头显示。"
        case Order.TITLE:
            return "起始名称过长或含有无法显示的字符，列表从头显示。"


def _start(text: str, wanted: Filter, zone: ZoneInfo) -> Place | None:
    """Return the place before the first case that a typed start means: a day, a number, the beginning of a title."""
    is_down = wanted.is_descending
    match wanted.order:
        case Order.SUBMITTED:
            try:
                day = date.fromisoformat(text)
                begins = datetime.combine(day + timedelta(days=1) if is_down else day, time(), zone)
            except (ValueError, OverflowError):
                return None
            return Place(max(0, int(begins.timestamp())), 0)
        case Order.ID:
            is_number = text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= LARGEST_ID
            return Place(0, int(text) + (1 if is_down else -1)) if is_number else None
        case Order.TITLE:
            if len(text) >= LONGEST_TITLE or FORBIDDEN.search(text):
                return None
            return Place(f"{text}\U0010ffff" if is_down else text, 0)


def order_pairs(page: CasePage) -> dict[str, object]:
    """Return what an address says of the order of a page; nothing for the list's own."""
    if page.order is Order.SUBMITTED and page.is_descending:
        return {}
    return {SORT: page.order.value, FALLING: int(page.is_descending)}


def steps(page: CasePage, address: Address) -> Steps:
    """Return the addresses of the pages around a page. address: of the list with some more parameters."""
    same = order_pairs(page)
    return Steps(
        first=address(same) if page.before is not None else "",
        previous=address({**same, BEFORE: str(page.before)}) if page.before is not None else "",
        next=address({**same, AFTER: str(page.after)}) if page.after is not None else "",
        last=address({**same, AT_END: 1}) if page.after is not None else "",
    )


def heads(page: CasePage, address: Address) -> dict[str, Head]:
    """Return the heads of the columns that may order the list, by the value of their order."""
    found = {}
    for order in Order:
        is_shown = order is page.order
        falls = not page.is_descending if is_shown else order is not Order.TITLE
        aria = ("descending" if page.is_descending else "ascending") if is_shown else ""
        href = address({SORT: order.value, FALLING: int(falls)}) if order in page.orders else ""
        found[order.value] = Head(href, aria)
    return found


def options(choices: Mapping[int, str], chosen: int | None) -> Markup:
    """Return the options of a long choice, made at once: a template would take longer over it than over the list."""
    made = _options(tuple(choices.items()))
    return made if chosen not in choices else made.replace(f'value="{chosen}"', SELECTED.format(chosen), 1)


@lru_cache(maxsize=64)
def _options(choices: tuple[tuple[int, str], ...]) -> Markup:
    return Markup("").join(OPTION.format(number, name) for number, name in choices)
