"""What the pages of rehearsals share: how they are drawn, and the rehearsal that an address names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from admin.progress.frame import Framed
from admin.progress.page import rights
from admin.progress.shown import PHASES
from admin.rehearsal.shown import FAMILIES, family_of
from admin.typed import row_id
from admin.words import word
from domain.access import Action, may
from domain.definition import Definition
from domain.errors import NotFound, Problem
from models import BatchUnit, Unit
from services.batches.context import BatchContext
from services.definitions.names import Names
from services.definitions.telling import place
from services.rehearsal.events import Remark
from services.rehearsal.keeping import Kept, get_run
from web import current


@dataclass(frozen=True, slots=True)
class Noted:
    """A sentence with its place.

    href: where it can be mended; "" where the visitor may not, or nothing can be. is_presumed: as `Remark`.
    """

    sentence: str
    label: str
    href: str
    is_presumed: bool = False


class RehearsalFrame(Framed):
    """What these pages share."""

    def rehearsal_page(self, template: str, context: BatchContext, **values: Any) -> str:
        """Return a page under the tab of rehearsals. template: of templates/admin/rehearsal, without its ending."""
        tabs, inner = self._tabs(context, "rehearsal_view")
        return str(
            self.render(
                f"admin/rehearsal/{template}.html",
                batch=context.batch,
                definition=context.definition,
                stage_titles={stage.key: stage.title for stage in context.definition.stages},
                next=None,
                tabs=tabs,
                inner_tabs=inner,
                rights=rights(context),
                phases=PHASES,
                word=word,
                code=context.batch.code,
                families=FAMILIES,
                family_of=family_of,
                **values,
            )
        )

    def rehearsal_in_hand(self, context: BatchContext, run_id: str) -> Kept:
        """Return the rehearsal that an address names. Raises NotFound."""
        wanted = row_id(run_id)
        if wanted is None:
            raise NotFound("没有这次模拟运行。")
        return get_run(current.db(), context.batch.id, wanted, actor=current.actor())

    def rehearsal_notes(
        self, context: BatchContext, definition: Definition, remarks: Sequence[Remark]
    ) -> list[Noted]:
        """Return remarks with the pages on which they can be mended."""
        names = Names(definition)
        return [
            Noted(
                one.sentence,
                place(names, one.path).label if one.path else "",
                self._mend_href(context, one.path),
                one.is_presumed,
            )
            for one in remarks
        ]

    def rehearsal_problems(
        self, context: BatchContext, definition: Definition, problems: Sequence[Problem]
    ) -> list[Noted]:
        """Return what keeps a rehearsal from running, with the pages on which it can be mended."""
        return self.rehearsal_notes(
            context,
            definition,
            [
                Remark(
                    f"{one.sentence}{f'（{one.allowed}）' if one.allowed else ''}",
                    ""
                    if one.path.startswith("[") or one.path in {"scenario", "since", "until", "note"}
                    else one.path,
                )
                for one in problems
            ],
        )

    def _mend_href(self, context: BatchContext, path: str) -> str:
        if not path or not may(current.actor(), Action.EDIT_DEFINITION, context.subject):
            return ""
        return str(self.get_url(".design_at_view", code=context.batch.code, path=path))


def unit_names(context: BatchContext) -> Mapping[str, str]:
    """Return the names of the batch's units by code: those of its definition, and those that take part by now."""
    rows = current.db().execute(
        select(Unit.code, Unit.name)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id)
    )
    own = {row.code: row.name for row in rows}
    return {**{unit.code: unit.name for unit in context.definition.units}, **own}
