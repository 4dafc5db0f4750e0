"""The button by which a batch gets a usual set of reminders, or one of its sets the usual reminders that it lacks."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED
from admin.designer.items.nodes import Nodes
from domain.access import Action
from services.definitions.names import Names
from services.designing.beginning.reminders import NAME, usual_ladder, usual_steps
from web.guard import needs


class Reminders(Nodes):
    """What the pages of reminders offer beside their lists."""

    @expose("/<code>/design/ladders/usual", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_ladder_usual(self, code: str) -> Response:
        """Add the usual set, or to the set that is named the usual reminders that it lacks; one step to undo."""
        definition, key = self.opened(code).definition, request.form.get("ladder", "")
        if "ladder" in request.form:
            edits = usual_steps(definition, key)
            name = Names(definition).ladders.get(key) or key
            back, what = self.at_href(code, f"ladders.{key}"), f"“{name}”添加常用的各次提醒"
        else:
            edits, back, what = usual_ladder(definition), self.part_href(code, "ladders"), f"添加提醒规则“{NAME}”"
        answer = self.change(code, edits, what, back)
        if answer.status_code < REFUSED:
            self.say(f"已存入工作稿：{what}。各次提醒均为推定，请按本批次增减，发布前确认。")
        return answer
