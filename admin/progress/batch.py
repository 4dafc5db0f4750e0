"""One batch: its timeline and grid, who is missing, what was sent and will be, what was done, what it rests on."""

from datetime import timedelta

from flask import redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.casework.cases import Cases
from admin.casework.external import External
from admin.casework.places import Places
from admin.casework.receipts import Receipts
from admin.casework.tree import Tree
from admin.casework.waiving import Waiving
from admin.changing.pages import Changing
from admin.designer.pages import Designer
from admin.progress.deciding import Deciding
from admin.progress.frame import Framed
from admin.progress.giving import Giving
from admin.progress.noting import Noting
from admin.progress.page import SEES, batch_in_hand, stage_in_hand
from admin.progress.shown import grid_rows, grid_stages, timeline
from admin.rehearsal.pages import Rehearsing
from admin.typed import LARGEST_ID, LARGEST_PAGE, argument, number, search_words
from domain.access import Action, may
from domain.duties import DutyState
from domain.lint import check
from models import BatchState, MailState
from services.batches.context import BatchContext
from services.calendar import official_calendar
from services.definitions.linting import grouped, said
from services.designing.asking.spots import find, nearest
from services.designing.working import working_copy
from services.progress.acts import Key, acts
from services.progress.consequences import starting
from services.progress.evidence import label_of, vouched
from services.progress.grid import Totals, Wanted, grid, totals
from services.progress.mails import WantedMails, mails
from services.progress.missing import missing
from services.progress.planned import planned
from services.progress.quotas import quota_table
from services.progress.states import WORST_FIRST
from services.progress.timeline import bars
from services.rehearsal.keeping import advice
from web import current
from web.guard import needs

AHEAD_DAYS = (7, 30, 90, 366)


class BatchPages(
    Giving, Noting, Deciding, Tree, External, Cases, Waiving, Places, Receipts, Changing, Designer, Rehearsing, Framed
):
    """The pages of a batch, each under a tab."""

    @expose("/")
    @needs(SEES)
    def all_view(self) -> Response:
        """Go to the home, which lists all batches."""
        return redirect(url_for("admin.index"), 303)

    @expose("/<code>")
    @needs(SEES)
    def batch_view(self, code: str) -> str:
        """Show timeline, stages, places and the grid of units."""
        context, now = batch_in_hand(code), current.now()
        wanted = _wanted(context)
        found = grid(current.db(), context, now, wanted)
        shown = bars(context, now, found.totals)
        unit_href = self.get_url("unit_in_batch.unit_view", unit_id="UNIT", code=code).replace("UNIT", "{}")
        missing_href = self.get_url(".missing_view", code=code, stage="STAGE").replace("STAGE", "{}")
        asked = {"name": wanted.name or None, "state": wanted.state, "stage": wanted.stage}
        return self.show(
            "batch",
            context,
            found.totals,
            found=found,
            bars=shown,
            timeline=timeline(shown, now, context.definition.zone, official_calendar()),
            stages=grid_stages(found, shown, missing_href),
            rows=grid_rows(found, unit_href, has_classes=len(context.definition.unit_classes) > 1),
            quotas=quota_table(context.definition),
            wanted=wanted,
            states=WORST_FIRST,
            pager=lambda page: self.get_url(".batch_view", code=code, page=page + 1, **asked),
        )

    @expose("/<code>/missing")
    @needs(SEES)
    def missing_view(self, code: str) -> str:
        """Show who still owes something in a stage."""
        context, now = batch_in_hand(code), current.now()
        counted = totals(current.db(), context, now)
        asked = request.args.get("stage")
        key = stage_in_hand(context, asked) if asked else _most_pressing(counted)
        page = argument("page", LARGEST_PAGE) or 1
        return self.show(
            "missing",
            context,
            counted,
            stage_key=key,
            found=missing(current.db(), context, key, now, page) if key else None,
            pager=lambda page: self.get_url(".missing_view", code=code, stage=key, page=page + 1),
        )

    @expose("/<code>/mails")
    @needs(SEES)
    def mails_view(self, code: str) -> str:
        """Show what was sent to whom and when."""
        context = batch_in_hand(code)
        asked = request.args.get("stage") or None
        wanted = WantedMails(
            unit_id=argument("unit", LARGEST_ID),
            stage=stage_in_hand(context, asked) if asked else None,
            state=next((state for state in MailState if state.value == request.args.get("state")), None),
            before=argument("before", LARGEST_ID),
        )
        states = [state for state in MailState if state is not MailState.CLAIMED]
        found = mails(current.db(), context, wanted)
        return self.show("mails", context, None, found=found, wanted=wanted, states=states)

    @expose("/<code>/planned")
    @needs(SEES)
    def planned_view(self, code: str) -> str:
        """Show what will be sent next, and to whom."""
        context, now = batch_in_hand(code), current.now()
        days = number(request.args.get("days"), AHEAD_DAYS[-1]) or AHEAD_DAYS[1]
        coming = planned(current.db(), context, now, now + timedelta(days=days))
        return self.show("planned", context, None, coming=coming, days=days, choices=AHEAD_DAYS)

    @expose("/<code>/acts")
    @needs(SEES)
    def acts_view(self, code: str) -> str:
        """Show what people and the clock did."""
        context = batch_in_hand(code)
        before = Key.parse(request.args.get("before", ""))
        return self.show("acts", context, None, found=acts(current.db(), context, before), before=before)

    @expose("/<code>/definition")
    @needs(SEES)
    def definition_view(self, code: str) -> str:
        """Show what each value rests on; of a draft, what a person must confirm before it is published."""
        context = batch_in_hand(code)
        is_draft = context.batch.state is BatchState.DRAFT
        findings = check(context.definition, official_calendar()) if is_draft else []
        return self.show(
            "definition",
            context,
            None,
            vouched=vouched(context.definition),
            findings=[
                (
                    group[0],
                    said(group),
                    [(label_of(context.definition, one.path), self._mended_at(context, one.path)) for one in group],
                )
                for group in grouped(one for one in findings if one.code != "unconfirmed")
            ],
            starting=starting(current.db(), context, current.now()) if is_draft else [],
            rehearsed=advice(current.db(), context) if is_draft else "",
            is_ahead=is_draft and self._is_ahead(context),
        )

    def _is_ahead(self, context: BatchContext) -> bool:
        """Tell whoever may save it whether the working copy holds what the draft does not."""
        is_mine = may(current.actor(), Action.EDIT_DEFINITION, context.whole)
        return is_mine and working_copy(current.db(), context.batch.id, actor=current.actor()).is_changed

    def _mended_at(self, context: BatchContext, path: str) -> str:
        """Return the address where a finding of the saved draft is mended, "" for who may not."""
        if not path or not may(current.actor(), Action.EDIT_DEFINITION, context.whole):
            return ""
        definition = context.definition
        return self.spot_href(context.batch.code, find(definition, nearest(definition, path)))


def _wanted(context: BatchContext) -> Wanted:
    """Return which units the address asks for; a state or stage that there is not asks for all."""
    stage = request.args.get("stage")
    return Wanted(
        page=argument("page", LARGEST_PAGE) or 1,
        name=" ".join(search_words(request.args.get("name")) or []),
        state=next((state for state in DutyState if state.value == request.args.get("state")), None),
        stage=stage if stage in context.stages else None,
    )


def _most_pressing(counted: dict[str, Totals]) -> str | None:
    """Return the stage with most overdue, then most open duties; None when nobody owes anything anywhere."""
    owed = {key: (found.overdue, found.owed) for key, found in counted.items() if found.total}
    return max(owed, key=lambda key: owed[key], default=None)
