"""Asking for a rehearsal, and reading one along a movable clock."""

from dataclasses import replace
from typing import Any

from flask import flash, make_response, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.progress.page import batch_in_hand
from admin.rehearsal.asking import (
    DEEDS,
    Asked,
    groups,
    in_words,
    preset_named,
    row_of,
    stages_to_act,
    typed,
    wanted_of,
)
from admin.rehearsal.frame import unit_names
from admin.rehearsal.giving_out import GivingOut
from admin.rehearsal.picture import picture
from admin.rehearsal.reading import filter_of, instant_of_page
from admin.rehearsal.shown import clock, counted, listing
from admin.typed import LARGEST_ID, LARGEST_PAGE, argument, row_id, stable_key
from domain.access import Action, may
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotFound, Problem
from services.batches.context import BatchContext, load_by_code
from services.calendar import official_calendar
from services.definitions.reading import sound
from services.designing.working import Working, working_copy
from services.rehearsal.keeping import MOST_UNSIGNED, Source, get_run, keep, play_wanted, run_before, runs, sign
from services.rehearsal.presets import HINTS, NAMES, Preset, preset_rows
from web import current
from web.door import abandon
from web.guard import needs
from web.site import current_site

MOST_UPLOADED = 1_000_000
FILE_WANTED = "情景文件应是 UTF-8 文本，不超过 1 MB"


class Rehearsing(GivingOut):
    """The pages on which a batch is rehearsed."""

    @expose("/<code>/rehearsal")
    @needs(Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    def rehearsal_view(self, code: str) -> str:
        """Show the form that asks for a rehearsal, and those that were kept."""
        context = batch_in_hand(code)
        return self._rehearsal_list(context, None)

    @expose("/<code>/rehearsal/run", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def rehearsal_run_view(self, code: str) -> Response:
        """Play the batch as asked and keep what came of it.

        It is played in a transaction that only reads, so that nobody waits for it; who leaves the page finds it in
        the list.
        """
        asked, actor, now = typed(request.form), current.actor(), current.now()
        if not stable_key(code):
            raise NotFound("没有这个批次。")
        try:
            with current_site().database.read(current.scope()) as reading:
                context = load_by_code(reading, code)
                wanted = wanted_of(asked, context.definition.zone, _uploaded())
                played = play_wanted(reading, context.batch.id, wanted, actor=actor, now=now)
            run = keep(current.db(), played, actor=actor, now=now)
        except (Invalid, Conflict) as refusal:
            abandon()
            problems = refusal.problems if isinstance(refusal, Invalid) else [Problem("", "", refusal.sentence)]
            shown = replace(asked, problems=list(problems))
            return make_response(self._rehearsal_list(batch_in_hand(code), shown), 422)
        flash("模拟完成，结果已保存。", "success")
        return redirect(self.get_url(".rehearsal_kept_view", code=code, run_id=run.id), 303)

    @expose("/<code>/rehearsal/<run_id>")
    @needs(Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    def rehearsal_kept_view(self, code: str, run_id: str) -> str:
        """Show one rehearsal: what it counts, the picture along time, the clock, and every event."""
        context = batch_in_hand(code)
        kept, zone = self.rehearsal_in_hand(context, run_id), context.definition.zone
        at, step = instant_of_page(request.args.get("at"), zone), argument("step", LARGEST_PAGE)
        shown, units = clock(kept.result, at, step), unit_names(context)
        wanted = filter_of(context, request.args, zone)
        moment = shown.at if shown else current.now()
        earlier = run_before(current.db(), kept.run)

        def here(**more: Any) -> str:
            """Return the address of this page with other arguments; None leaves one out."""
            asked = {**request.args.to_dict(), **more}
            known = {name: value for name, value in asked.items() if value not in {None, ""}}
            return str(self.get_url(".rehearsal_kept_view", code=code, run_id=kept.run.id, **known))

        return self.rehearsal_page(
            "run",
            context,
            kept=kept,
            run=kept.run,
            clock=shown,
            picture=picture(kept.result, moment, current.now(), zone, official_calendar()),
            courses=[(course, course.state(moment), course.owed(moment)) for course in kept.result.courses],
            counted=counted(kept.result.events),
            found=listing(kept.result.events, wanted, units, zone),
            wanted=wanted,
            units=units,
            notes=self.rehearsal_notes(context, context.definition, kept.result.remarks),
            acts=list(in_words(kept.run.scenario, context.definition)),
            earlier=earlier,
            here=here,
            pager=lambda page: here(page=page + 1) + "#events",
        )

    @expose("/<code>/rehearsal/<run_id>/sign", methods=("POST",))
    @needs(Action.SIGN_REHEARSAL)
    def rehearsal_sign_view(self, code: str, run_id: str) -> Response:
        """Sign a rehearsal off."""
        context = batch_in_hand(code)
        run = self.rehearsal_in_hand(context, run_id).run
        try:
            sign(current.db(), run.id, request.form.get("note", ""), actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            abandon()
            problems = refusal.problems if isinstance(refusal, Invalid) else ()
            flash("；".join(one.sentence for one in problems) or refusal.sentence, "error")
        else:
            flash("已签认这次模拟运行。", "success")
        return redirect(self.get_url(".rehearsal_kept_view", code=code, run_id=row_id(run_id) or 0) + "#sign", 303)

    def _rehearsal_list(self, context: BatchContext, asked: Asked | None) -> str:
        """Return the form and what was kept. asked: what was sent, None for the form as it is first shown."""
        code, actor = context.batch.code, current.actor()
        found = runs(current.db(), context.batch.id, argument("page", LARGEST_PAGE) or 1, actor=actor)
        may_edit = may(actor, Action.EDIT_DEFINITION, context.whole)
        working = working_copy(current.db(), context.batch.id, actor=actor) if may_edit else None
        asked = asked or _first_asked(context, working)
        played = _played(context, working, asked.source)
        return self.rehearsal_page(
            "list",
            context,
            found=found,
            asked=asked,
            problems=self.rehearsal_problems(context, played, asked.problems),
            working=working,
            played=played,
            presets=[(preset, NAMES[preset], HINTS[preset]) for preset in Preset],
            stages=stages_to_act(played),
            deeds=DEEDS,
            groups=groups(played),
            most_unsigned=MOST_UNSIGNED,
            pager=lambda page: self.get_url(".rehearsal_view", code=code, page=page + 1),
        )


def _played(context: BatchContext, working: Working | None, source: Source) -> Definition:
    """Return the definition that a rehearsal of this source plays, sensible or not."""
    return working.definition if working is not None and source is Source.WORKING else context.definition


def _first_asked(context: BatchContext, working: Working | None) -> Asked:
    """Return the form as it is first shown: a ready scenario, or that of a rehearsal that was kept.

    A ready one counts its dates in the definition that is chosen; one that no dates can be counted in is told.
    """
    again, preset = argument("again", LARGEST_ID), preset_named(request.args.get("preset"))
    is_working = request.args.get("source") == Source.WORKING and working is not None and working.is_changed
    source = Source.WORKING if is_working else Source.SAVED
    definition = _played(context, working, source)
    since = current.now() if context.batch.published_at and not is_working else None
    rows: Any = ()
    if again:
        rows = get_run(current.db(), context.batch.id, again, actor=current.actor()).run.scenario
    elif preset is not None:
        try:
            rows = preset_rows(preset, sound(definition), official_calendar(), since)
        except Invalid as refusal:
            return Asked(source, problems=refusal.problems, preset=preset)
    return Asked(source, rows=[row_of(row, definition) for row in rows], preset=None if again else preset)


def _uploaded() -> str:
    """Return the scenario that was sent as a file; "" when none was. Raises Invalid."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return ""
    content = file.stream.read(MOST_UPLOADED + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text.strip() or len(content) > MOST_UPLOADED:
        raise Invalid([Problem("scenario", file.filename, FILE_WANTED)])
    return text
