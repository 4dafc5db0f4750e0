"""One act on a batch or a unit: a form, what would follow from it, one service call, and back with a message."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from flask import current_app, flash, make_response, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin.forms import log_strangers, show_refusal
from admin.progress.forms import PageForm
from admin.progress.page import Page
from admin.typed import row_id
from domain.errors import Conflict, Invalid, NotFound, RuleBroken
from models import BatchUnit, Duty, Unit
from services.batches.context import BatchContext
from services.files import Place, Upload, store_file
from web import current
from web.door import abandon
from web.local_path import local_path

FOLDER = "LINXUAN_FILES"
"""Where the app's configuration says that files lie."""


class Doing(Page):
    """What the pages that do something share."""

    def do(self, form: PageForm, run: Callable[[], str], **shown: Any) -> str | Response:
        """Show a form, or do what it asks for and go back; a refusal is shown beside its fields.

        run: calls the service, returns what to tell afterwards. shown: for the page; `back` is where it leads.
        """
        back = local_path(request.values.get("url"), shown.pop("back"))
        refusal: RuleBroken | None = None
        if request.method == "POST":
            log_strangers(form)
            try:
                if form.validate():
                    done = run()
                    flash(done, "success")
                    return redirect(back, 303)
            except (Invalid, Conflict) as error:
                refusal = error
                abandon()
                show_refusal(form, _placed(error, form) if isinstance(error, Invalid) else error)
        page = str(self.render("admin/progress/do.html", form=form, back=back, **shown))
        if request.method != "POST":
            return page
        return make_response(page, 409 if isinstance(refusal, Conflict) else 422)


def _placed(refusal: Invalid, form: PageForm) -> Invalid:
    """Return a refusal whose problems name the fields of this form."""
    return Invalid(replace(problem, path=form.places.get(problem.path, problem.path)) for problem in refusal.problems)


def member_in_hand(context: BatchContext) -> Unit:
    """Return the unit that the address names, which has a part in the batch. Raises NotFound."""
    unit_id = row_id(request.args.get("unit"))
    unit = (
        current.db()
        .scalars(
            select(Unit)
            .join(BatchUnit, BatchUnit.unit_id == Unit.id)
            .where(BatchUnit.batch_id == context.batch.id, Unit.id == (unit_id or 0))
        )
        .one_or_none()
    )
    if unit is None:
        raise NotFound("该单位不在本批次中。")
    return unit


def duty_in_hand(context: BatchContext, stage_key: str, unit: Unit) -> Duty | None:
    """Return the unit's duty about the title that the address names; None when it names none. Raises NotFound."""
    raw = request.args.get("title")
    if not raw:
        return None
    duty = (
        current.db()
        .scalars(
            select(Duty).where(
                Duty.batch_id == context.batch.id,
                Duty.stage_key == stage_key,
                Duty.unit_id == unit.id,
                Duty.title_id == (row_id(raw) or 0),
            )
        )
        .one_or_none()
    )
    if duty is None or duty.title is None:
        raise NotFound("该单位在本环节没有这一项。")
    return duty


def kept_file(field: Any, unit: Unit) -> int | None:
    """Keep the file that a form brought, and return its row's key; None when it brought none. Raises Invalid."""
    if field.data is None or not getattr(field.data, "filename", ""):
        return None
    upload = Upload(unit.id, field.data.filename, field.data.stream)
    folder = cast(Place, current_app.config[FOLDER])
    return store_file(current.db(), upload, folder=folder, actor=current.actor(), now=current.now()).id
