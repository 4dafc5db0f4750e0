"""Fixes of findings: what a button would change, worked out here again and never taken from the browser."""

from collections.abc import Mapping

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing
from admin.typed import number
from domain.access import Action
from domain.definition import Definition
from domain.errors import Conflict, NotFound
from domain.lint import Finding
from services.calendar import official_calendar
from services.designing.fixes import fixes
from services.designing.parts import findings, mark_of
from web.guard import needs

MOST_FIXES = 20


class Mending(Designing):
    """The page of a finding with its fixes."""

    @expose("/<code>/design/mend/<finding>")
    @needs(Action.EDIT_DEFINITION)
    def design_mend_view(self, code: str, finding: str) -> str:
        """Show a finding, and what could be done about it."""
        working = self.opened(code)
        found = _by_mark(working.definition).get(finding)
        if found is None:
            raise NotFound("这条检查结果已不在，可能已经改正。")
        told = self.told(working, [found])[0]
        offered = fixes(working.definition, found, official_calendar())
        return self.draw("mend", working, told.part, item=told, fixes=offered[:MOST_FIXES])

    @expose("/<code>/design/mend/<finding>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_mend_save(self, code: str, finding: str) -> Response:
        """Make one of the fixes of a finding."""
        working = self.opened(code)
        back = self.back_or(self.get_url(".design_view", code=code))
        found = _by_mark(working.definition).get(finding)
        if found is None or self.seen() != working.step:
            gone = Conflict("工作稿刚刚有改动，这条检查结果可能已经改正；请刷新页面后再看。")
            return self.refused(code, gone, back)
        offered = fixes(working.definition, found, official_calendar())[:MOST_FIXES]
        chosen = number(request.form.get("fix"), MOST_FIXES)
        label = request.form.get("label", "")
        if chosen is None or chosen >= len(offered) or offered[chosen].label != label:
            return self.refused(code, Conflict("这条修正现在不适用，请刷新页面后再看。"), back)
        answer = self.change(code, offered[chosen].edits, label, back)
        if answer.status_code < REFUSED:
            self.say(f"已修正：{label}；可以撤销。")
        return answer


def _by_mark(definition: Definition) -> Mapping[str, Finding]:
    return {mark_of(one): one for one in findings(definition, official_calendar())}
