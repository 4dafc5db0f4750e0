"""A rehearsal for paper and for a spreadsheet, and beside another one."""

from collections.abc import Iterator
from datetime import datetime

from flask import make_response
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.progress.page import batch_in_hand
from admin.rehearsal.asking import in_words
from admin.rehearsal.frame import RehearsalFrame, unit_names
from admin.rehearsal.shown import GROUP_ROWS, counted, family_of, occasions, shifts
from admin.typed import LARGEST_ID, argument
from domain.access import Action
from domain.errors import NotFound
from services.batches.context import BatchContext
from services.files.kinds import XLSX
from services.rehearsal.comparing import compare
from services.rehearsal.events import Event
from services.rehearsal.keeping import get_run, run_before, runs
from services.sheets import write_sheet
from web import current
from web.filters import moment, opening
from web.guard import needs

HEADINGS = ("时间", "种类", "环节", "单位代码", "单位", "收件人", "主题", "正文", "键")
MOST_COMPARED = 200
"""How many groups of differences of each sort a page shows; the workbooks have all events."""
MOST_PRINTED = 2_000


class GivingOut(RehearsalFrame):
    """The pages that give a rehearsal out, and lay two side by side."""

    @expose("/<code>/rehearsal/<run_id>/events.xlsx")
    @needs(Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    def rehearsal_export_view(self, code: str, run_id: str) -> Response:
        """Give every event as a row of a workbook."""
        context = batch_in_hand(code)
        kept = self.rehearsal_in_hand(context, run_id)
        answer = make_response(write_sheet("模拟运行", HEADINGS, self._event_rows(context, kept.result.events)))
        answer.headers["Content-Type"] = XLSX.media_type
        answer.headers["Content-Disposition"] = f'attachment; filename="{code}-rehearsal-{kept.run.id}.xlsx"'
        return answer

    def _event_rows(self, context: BatchContext, events: list[Event]) -> Iterator[tuple[str, ...]]:
        units = unit_names(context)
        titles = {stage.key: stage.title for stage in context.definition.stages}
        for event in events:
            yield (
                when(event),
                family_of(event).label,
                titles.get(event.milestone, event.milestone),
                event.unit or "",
                units.get(event.unit or "", ""),
                "、".join(event.to),
                event.subject,
                event.body,
                event.key,
            )

    @expose("/<code>/rehearsal/<run_id>/print")
    @needs(Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    def rehearsal_print_view(self, code: str, run_id: str) -> str:
        """Show every event on one page for paper: each occasion once, with its first text and all its readers."""
        context = batch_in_hand(code)
        kept = self.rehearsal_in_hand(context, run_id)
        return self.rehearsal_page(
            "print",
            context,
            kept=kept,
            run=kept.run,
            groups=occasions(kept.result.events)[:MOST_PRINTED],
            counted=counted(kept.result.events),
            units=unit_names(context),
            notes=kept.result.remarks,
            acts=list(in_words(kept.run.scenario, context.definition)),
            when=when,
        )

    @expose("/<code>/rehearsal/<run_id>/compare")
    @needs(Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    def rehearsal_compare_view(self, code: str, run_id: str) -> str:
        """Show how a rehearsal differs from the one before it, or from another that was kept."""
        context = batch_in_hand(code)
        kept = self.rehearsal_in_hand(context, run_id)
        asked = argument("with", LARGEST_ID)
        earlier = run_before(current.db(), kept.run)
        other_id = asked or (earlier.id if earlier is not None else None)
        if other_id is None:
            raise NotFound("这是保留的第一次模拟运行，没有可以对照的。")
        other = get_run(current.db(), context.batch.id, other_id, actor=current.actor())
        found = compare(other.result.events, kept.result.events)
        return self.rehearsal_page(
            "compare",
            context,
            run=kept.run,
            other=other.run,
            choices=runs(current.db(), context.batch.id, actor=current.actor()).runs,
            found=found,
            added=occasions(found.added),
            dropped=occasions(found.dropped),
            moved=shifts(found.moved),
            reworded=shifts(found.reworded),
            units=unit_names(context),
            most=MOST_COMPARED,
            most_inside=GROUP_ROWS,
            when=when,
        )


def when(event: Event) -> str:
    """Return the minute of an event with its weekday; a closing at midnight is 24:00 of the day before."""
    at: datetime = event.at
    return moment(at) if family_of(event).key in {"closes", "report"} else opening(at)
