"""申报件: all cases of a batch as a list, counted by unit, and applicants that declare by way of two units."""

from dataclasses import replace
from datetime import datetime

from flask import make_response, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.casework.words import SOURCES, STATES
from admin.progress.frame import Framed
from admin.progress.page import SEES, batch_in_hand
from admin.typed import LARGEST_ID, LARGEST_PAGE, argument, search_words
from models import CaseState
from services.batches.context import BatchContext
from services.cases.reading import CaseLine, Filter, case_list, counts_by_unit, duplicates
from services.files import XLSX
from services.progress.casework.choices import unit_choices
from services.progress.casework.receipts import received_by_channel
from services.progress.casework.waivers import has_waivable
from services.progress.casework.whereabouts import Whereabouts, whereabouts
from services.reviewing.waiting import waiting_units
from services.sheets import write_sheet
from web import current
from web.guard import needs

MOST_EXPORTED = 5_000
HEADINGS = (
    *("编号", "名称", "申报单位", "统一社会信用代码", "类别", "子类", "模式", "推荐单位", "状态", "目前在"),
    *("已停留天数", "提交时间", "版次", "补正期限", "主办处室收件", "补报", "来源"),
)


class Cases(Framed):
    """Pages that list and count cases."""

    @expose("/<code>/cases")
    @needs(SEES)
    def cases_view(self, code: str) -> str:
        """Show the cases that fit, with whom each is and for how long."""
        context, now = batch_in_hand(code), current.now()
        wanted = _wanted(context)
        found = case_list(current.db(), wanted, actor=current.actor(), now=now)
        asked = _asked(wanted)
        return self.show(
            "cases",
            context,
            None,
            found=found,
            where=whereabouts(current.db(), context, found.lines, now),
            wanted=wanted,
            units=unit_choices(current.db(), context),
            states=STATES,
            asked=asked,
            may_waive=has_waivable(context.definition),
            is_listed=any(unit_class.is_listed for unit_class in context.definition.unit_classes),
            most_exported=MOST_EXPORTED,
            pager=lambda page: self.get_url(".cases_view", code=code, page=page + 1, **asked),
        )

    @expose("/<code>/cases.xlsx")
    @needs(SEES)
    def export_cases_view(self, code: str) -> Response:
        """Give the list as a workbook: what the page shows, on all its pages, and no more (S003-68)."""
        context, now = batch_in_hand(code), current.now()
        wanted = replace(_wanted(context), page=1, size=MOST_EXPORTED)
        found = case_list(current.db(), wanted, actor=current.actor(), now=now)
        where = whereabouts(current.db(), context, found.lines, now)
        rows = [_row(context, line, where[line.id]) for line in found.lines]
        answer = make_response(write_sheet("申报件", HEADINGS, rows))
        answer.headers["Content-Type"] = XLSX.media_type
        answer.headers["Content-Disposition"] = f'attachment; filename="{code}-cases.xlsx"'
        return answer

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
        page=argument("page", LARGEST_PAGE) or 1,
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


def _row(context: BatchContext, line: CaseLine, where: Whereabouts) -> tuple[object, ...]:
    zone = context.definition.zone

    def told(instant: datetime | None) -> str:
        return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}" if instant is not None else ""

    return (
        *(line.id, line.title, line.organisation, line.credit_code, line.category, line.subtype),
        *("、".join(line.modes), line.unit, STATES[line.state][1], where.holder),
        "" if where.days is None else where.days,
        told(line.submitted_at),
        line.version_no or "",
        told(line.correct_by),
        told(where.received_at),
        "补报" if line.is_late else "",
        SOURCES[line.source],
    )
