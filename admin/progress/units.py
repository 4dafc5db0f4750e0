"""One unit in one batch: what it owes and answered, whom it named, what it was told, what it sends."""

from flask_admin import expose

from admin.progress.page import SEES, Page, batch_in_hand, rights
from admin.typed import row_id
from admin.words import word
from domain.errors import NotFound
from services.progress.unit_page import unit_page
from web import current
from web.guard import needs


class UnitPages(Page):
    """The page of a unit in a batch."""

    @expose("/<unit_id>/in/<code>")
    @needs(SEES)
    def unit_view(self, unit_id: str, code: str) -> str:
        """Show everything about the unit there."""
        wanted = row_id(unit_id)
        if wanted is None:
            raise NotFound("没有这个单位。")
        context = batch_in_hand(code)
        return str(
            self.render(
                "admin/progress/unit.html",
                found=unit_page(current.db(), context, wanted, current.now()),
                batch=context.batch,
                stage_rows=context.stages,
                code=code,
                rights=rights(context),
                word=word,
            )
        )
