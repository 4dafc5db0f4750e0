"""申报件: all cases of a batch as a list, counted by unit, and applicants that declare by way of two units."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.casework.sheet import Told, headings_of, row_of
from admin.casework.words import STATES
from admin.lists.address import NONE_CHOSEN, VIEW, address_of
from admin.lists.bar import Offered, arranged_list, shown_of
from admin.lists.workbook import give_workbook
from admin.progress.frame import Framed
from admin.progress.page import SEES, batch_in_hand
from admin.typed import LARGEST_ID, LARGEST_PAGE, argument, search_words
from domain.access import Action
from models import CaseState
from services.batches.context import BatchContext
from services.cases.reading import Filter, case_lines_of, case_list, counts_by_unit, duplicates
from services.lists.exporting import MOST_EXPORTED, Export
from services.progress.casework.choices import unit_choices
from services.progress.casework.receipts import received_by_channel
from services.progress.casework.waivers import has_waivable
from services.progress.casework.whereabouts import whereabouts
from services.reviewing.waiting import waiting_units
from web import current
from web.guard import needs
from web.reading_on import heads, options, order_pairs, ordered, steps

COLUMNS: Mapping[str, str] = {
    "id": "编号",
    "title": "申报件",
    "category": "类别",
    "unit": "推荐单位",
    "state": "状态",
    "holder": "目前在",
    "submitted": "提交",
}
"""Labels of the list's columns by name, in their order; a view may show some of them, in another order."""
PLACE = "cases"
"""The list's name for saved views, the same in every batch."""
CONDITIONS = ("unit", "at", "category", "state", "text", "sort", "desc")
"""What the address of the list may say besides the place in it."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force. href: the list without it."""

    label: str
    href: str


class Cases(Framed):
    """Pages that list and count cases."""

    @expose("/<code>/cases")
    @needs(SEES)
    def cases_view(self, code: str) -> str | Response:
        """Show the cases that fit, with whom each is and for how long."""
        context, now, here = batch_in_hand(code), current.now(), self.get_url(".cases_view", code=code)
        seen = arranged_list(_offered(here))
        if seen.way_on:
            return redirect(seen.way_on, 303)
        wanted, complaint = ordered(_wanted(context), context.definition.zone)
        found = case_list(current.db(), wanted, actor=current.actor(), now=now, context=context)
        asked = _asked(wanted)
        rules = self.get_url(".case_rules_view", code=code, case_id="0")
        units = unit_choices(current.db(), context)

        def address(more: Mapping[str, object]) -> str:
            return address_of(here, [(name, str(value)) for name, value in {**seen.kept, **more}.items()])

        return self.show(
            "cases",
            context,
            None,
            found=found,
            where=whereabouts(context, found.lines, now),
            wanted=wanted,
            units_of_branch=options(units, wanted.unit_id),
            units_of_holder=options(units, wanted.at_unit_id),
            states=STATES,
            asked=asked,
            chips=_chips(context, asked, units, lambda more: address({**more, **order_pairs(found)})),
            columns=seen.columns,
            bar=seen.bar,
            order={**order_pairs(found), **seen.kept},
            heads=heads(found, lambda more: address({**asked, **more})),
            steps=steps(found, lambda more: address({**asked, **more})),
            complaint=complaint,
            rules=rules.rpartition("0"),
            here=address({} if seen.kept else {VIEW: NONE_CHOSEN}),
            may_waive=has_waivable(context.definition),
            is_listed=any(unit_class.is_listed for unit_class in context.definition.unit_classes),
            most_exported=MOST_EXPORTED,
        )

    @expose("/<code>/cases.xlsx", methods=("POST",))
    @needs(Action.EXPORT_LIST)
    def export_cases_view(self, code: str) -> Response:
        """Give the list as a workbook: the columns and cases of the page, on all its pages, and no more (S003-68)."""
        context = batch_in_hand(code)
        wanted, _ = ordered(_wanted(context), context.definition.zone)
        columns = list(shown_of(_offered(self.get_url(".cases_view", code=code)), list(COLUMNS)))
        export = Export(
            name="申报件",
            place=f"{PLACE}/{code}",
            asked=request.query_string.decode("ascii", "replace"),
            headings=headings_of(columns),
        )
        return give_workbook(export, _rows(context, wanted, columns), f"{code}-cases.xlsx")

    @expose("/<code>/cases/units")
    @needs(SEES)
    def case_units_view(self, code: str) -> str:
        """Show how many cases each unit has by state (S000-49), and what waits with whom."""
        context, actor = batch_in_hand(code), current.actor()
        page = argument("page", LARGEST_PAGE) or 1
        return self.show(
            "case_units",
            context,
            None,
            found=counts_by_unit(current.db(), context, actor=actor, page=page),
            received=received_by_channel(current.db(), context),
            waiting=waiting_units(current.db(), context.batch.id, actor=actor, now=current.now()),
            states=STATES,
            pager=lambda page: self.get_url(".case_units_view", code=code, page=page + 1),
        )

    @expose("/<code>/cases/twice")
    @needs(SEES)
    def twice_view(self, code: str) -> str:
        """Show who declares by way of more than one unit (S003-70)."""
        context = batch_in_hand(code)
        page = argument("page", LARGEST_PAGE) or 1
        return self.show(
            "twice",
            context,
            None,
            found=duplicates(current.db(), context, actor=current.actor(), page=page),
            states=STATES,
            pager=lambda page: self.get_url(".twice_view", code=code, page=page + 1),
        )


def _offered(path: str) -> Offered:
    return Offered(place=PLACE, path=path, columns=COLUMNS, knows=_is_condition)


def _is_condition(name: str, value: str) -> bool:
    return name in CONDITIONS


def _wanted(context: BatchContext) -> Filter:
    """Return which cases the address asks for; a category or state that there is not asks for all."""
    keys = {category.key for category in context.definition.categories}
    category = request.args.get("category", "")
    return Filter(
        context.batch.id,
        unit_id=argument("unit", LARGEST_ID),
        at_unit_id=argument("at", LARGEST_ID),
        category=category if category in keys else "",
        state=next((state for state in CaseState if state.value == request.args.get("state")), None),
        text=" ".join(search_words(request.args.get("text")) or []),
    )


def _asked(wanted: Filter) -> dict[str, object]:
    """Return what an address says to ask for the same cases."""
    given = {
        "unit": wanted.unit_id,
        "at": wanted.at_unit_id,
        "category": wanted.category,
        "state": wanted.state.value if wanted.state else None,
        "text": wanted.text,
    }
    return {name: value for name, value in given.items() if value}


def _chips(
    context: BatchContext,
    asked: Mapping[str, object],
    units: Mapping[int, str],
    address: Callable[[Mapping[str, object]], str],
) -> list[Chip]:
    """Return the filters in force, each with the way to the list without it."""
    categories: Mapping[object, str] = {category.key: category.name for category in context.definition.categories}
    states: Mapping[object, str] = {state.value: label for state, (_, label) in STATES.items()}
    by_id: Mapping[object, str] = dict(units.items())
    words: Mapping[str, Callable[[object], str]] = {
        "text": lambda value: f"含“{value}”",
        "category": lambda value: f"类别：{categories.get(value, value)}",
        "state": lambda value: f"状态：{states.get(value, value)}",
        "unit": lambda value: f"推荐单位：{by_id.get(value, '其他单位')}",
        "at": lambda value: f"目前在：{by_id.get(value, '其他单位')}",
    }
    return [
        Chip(words[name](value), address({key: kept for key, kept in asked.items() if key != name}))
        for name, value in asked.items()
    ]


def _rows(context: BatchContext, wanted: Filter, columns: Sequence[str]) -> Iterator[Sequence[object]]:
    """Yield a line for each case, and one more than may be exported; read while it is written."""
    db, actor, now, zone = current.db(), current.actor(), current.now(), context.definition.zone
    for lines in case_lines_of(db, wanted, MOST_EXPORTED + 1, actor=actor, now=now, context=context):
        where = whereabouts(context, lines, now)
        yield from (row_of(columns, Told(line, where[line.id], zone)) for line in lines)
