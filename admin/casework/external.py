"""The export of another platform: a look at what it would do, then the import itself."""

from typing import Any, cast

from flask import current_app, flash, redirect, request
from flask_admin import expose
from sqlalchemy import select

from admin.progress.doing import FOLDER
from admin.progress.frame import Framed
from admin.progress.page import batch_in_hand
from domain.access import Action
from domain.errors import Conflict, Invalid, RuleBroken
from models import PlatformImport
from services.batches.context import BatchContext
from services.external.held import held, hold
from services.external.importing import Export, take_in
from services.external.planning import Effect, Planned, external_of, preview
from services.files import Place
from services.sheets import MOST_BYTES
from web import current
from web.door import abandon
from web.guard import needs

SHOWN_RUNS = 20
SHOWN_ROWS = 200
REFUSED = 422
EFFECTS = {Effect.ADDED: "新增", Effect.UPDATED: "更新", Effect.UNCHANGED: "未变", Effect.KEPT: "保持不变"}


class External(Framed):
    """The page of the other platform."""

    @expose("/<code>/external")
    @needs(Action.IMPORT_CASES)
    def external_view(self, code: str) -> str:
        """Show the columns that are expected and what was imported before."""
        return self._page(batch_in_hand(code))

    @expose("/<code>/external", methods=("POST",))
    @needs(Action.IMPORT_CASES)
    def look_view(self, code: str) -> Any:
        """Show what a file would do, row by row; nothing is stored."""
        context = batch_in_hand(code)
        file = request.files.get("file")
        content = file.stream.read(MOST_BYTES + 1) if file is not None else b""
        try:
            planned = preview(current.db(), context.batch.id, content, actor=current.actor())
        except (Invalid, Conflict) as refusal:
            abandon()
            return self._page(batch_in_hand(code), refusal=refusal), REFUSED
        name = file.filename or "导出.xlsx" if file is not None else ""
        return self._page(context, planned=planned, name=name, held=hold(content, _place()))

    @expose("/<code>/external/import", methods=("POST",))
    @needs(Action.IMPORT_CASES)
    def import_view(self, code: str) -> Any:
        """Import the file that was looked at."""
        context = batch_in_hand(code)
        try:
            content = held(request.form.get("held", ""), _place())
            export = Export(request.form.get("name", "导出.xlsx"), content)
            run = take_in(current.db(), context.batch.id, export, received_at=current.now(), actor=current.actor())
        except RuleBroken as refusal:
            abandon()
            return self._page(batch_in_hand(code), refusal=refusal), REFUSED
        words = "、".join(f"{EFFECTS[effect]} {run.counts[effect.value]}" for effect in Effect)
        flash(f"导入完成：{words}。", "success")
        return redirect(self.get_url(".external_view", code=code), 303)

    def _page(self, context: BatchContext, *, planned: list[Planned] | None = None, **values: Any) -> str:
        runs = select(PlatformImport).where(PlatformImport.batch_id == context.batch.id)
        refusal = values.pop("refusal", None)
        return self.show(
            "external",
            context,
            None,
            platform=external_of(context),
            runs=current.db().scalars(runs.order_by(PlatformImport.id.desc()).limit(SHOWN_RUNS)).all(),
            planned=(planned or [])[:SHOWN_ROWS],
            total=len(planned or []),
            counts={effect: sum(one.effect is effect for one in planned or []) for effect in Effect},
            effects=EFFECTS,
            refusal=refusal,
            problems=refusal.problems if isinstance(refusal, Invalid) else (),
            **values,
        )


def _place() -> Place:
    """Return where files lie."""
    return cast(Place, current_app.config[FOLDER])
