"""Acts on many rows at once: each in a savepoint of its own, and each that cannot be done is named with its reason.

Rows that are not there for the visitor refuse the whole (S04): nobody learns which keys exist, and no forged row
slips in between own ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, make_response, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_form_data
from werkzeug.wrappers import Response

from admin.acts import Act
from admin.typed import row_id
from domain.access import Action
from domain.errors import Conflict, Invalid, NotFound, RuleBroken
from web import current
from web.door import abandon
from web.local_path import local_path

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A record for which nothing was done. href: of its details."""

    name: str
    reason: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an act on many rows. done: how many."""

    act: Act
    done: int
    failures: Sequence[Failure]


class Bulk:
    """Mixin in front of Flask-Admin's view: the acts of `Declared` that are for many rows, too."""

    acts: Sequence[Act]
    model: Any
    many_template = "admin/managed/many.html"
    outcome_template = "admin/managed/outcome.html"
    name_of: Callable[[Any], str]
    ready: Callable[[Sequence[Any]], None]
    prepare: Callable[[Any, Any], None]
    open_query: Callable[[], Any]
    get_url: Callable[..., str]
    render: Callable[..., str]
    _may: Callable[[Action | None], bool]

    def many_acts(self) -> list[Act]:
        """Return what the visitor may do to several rows."""
        return [act for act in self.acts if act.many and self._may(act.action)]

    def get_actions_list(self) -> tuple[list[tuple[str, str]], dict[str, str]]:
        """Return keys and labels for the list, and the questions of those that need nothing else said."""
        acts = self.many_acts()
        questions = {act.key: act.question_of_many or act.question for act in acts if act.is_plain}
        return [(act.key, act.label) for act in acts], questions

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Response:
        """Do something to the chosen rows, after asking what must be said for it."""
        act = next((one for one in self.many_acts() if one.key == request.form.get("action")), None)
        if act is None:
            raise NotFound("没有这项批量操作。")
        rows = self._chosen(request.form.getlist("rowid"))
        names = [self.name_of(row) for row in rows]
        back = local_path(request.values.get("url"), self.get_url(".index_view"))
        form = act.form(get_form_data() if act.is_plain or "said" in request.form else None)
        self.prepare(form, None)
        if "said" not in request.form and not act.is_plain:
            return self._asked(act, form, rows, names, back, 200)
        if not form.validate():
            return self._asked(act, form, rows, names, back, 422)
        outcome = self._do(act, form, list(zip(rows, names, strict=True)))
        if not outcome.failures:
            flash(f"已办理 {outcome.done} 条。{act.done}", "success")
            return redirect(back, 303)
        page = self.render(self.outcome_template, outcome=outcome, return_url=back)
        return make_response(page, 200 if outcome.done else 409)

    def _asked(
        self, act: Act, form: Any, rows: Sequence[Any], names: Sequence[str], back: str, status: int
    ) -> Response:
        ids = [row.id for row in rows]
        page = self.render(self.many_template, act=act, form=form, ids=ids, names=names, return_url=back)
        return make_response(page, status)

    def _chosen(self, typed: Sequence[str]) -> list[Any]:
        """Return the chosen rows, by key. Answers 400 to what is no key; raises Conflict when one is not there."""
        wanted = {row_id(raw) for raw in typed}
        if not wanted or None in wanted or len(wanted) > MOST_AT_ONCE:
            abort(400)
        rows = self.open_query().filter(self.model.id.in_(wanted)).order_by(self.model.id).all()
        if len(rows) < len(wanted):
            raise Conflict("没有这条记录：所选的有些已不存在，全部未办理。请刷新列表后重新选择。")
        self.ready(rows)
        return list(rows)

    def _do(self, act: Act, form: Any, chosen: Sequence[tuple[Any, str]]) -> Outcome:
        """Do an act to each row. chosen: rows with their names, which are gone once a row's savepoint is undone."""
        failures: list[Failure] = []
        for row, name in chosen:
            key, is_fit = row.id, act.fits(row)
            try:
                with current.db().begin_nested():
                    act.run(row, form)
                    # The service says best why it refuses; what it would let pass twice is still not done twice.
                    if not is_fit:
                        raise Conflict(f"按现在的状态，不能办理“{act.label}”。")
            except RuleBroken as refusal:
                href = self.get_url(".details_view", id=key)
                failures.append(Failure(name=name, reason=_said(refusal), href=href))
        done = len(chosen) - len(failures)
        if failures and act.all_or_none:
            abandon()
            done = 0
        if not done:
            g.refused_as = 409
        return Outcome(act=act, done=done, failures=failures)


def _said(refusal: RuleBroken) -> str:
    """Return a refusal in one line."""
    if isinstance(refusal, Invalid):
        return "；".join(problem.sentence for problem in refusal.problems) or refusal.sentence
    return refusal.sentence
