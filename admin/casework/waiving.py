"""豁免: the office lifts a hard rule for one case, with a reason, where the definition lets it."""

from flask_admin import expose
from werkzeug.wrappers import Response

from admin.casework.words import OUTCOMES, STATES
from admin.progress.forms import ReasonForm, read
from admin.progress.frame import Framed
from admin.progress.page import SEES, batch_in_hand
from admin.typed import row_id
from domain.access import Action
from domain.errors import NotFound
from services.cases.access import shows_content
from services.progress.casework.waivers import case_of, rule_lines
from services.rules import waive
from web import current
from web.guard import needs

HIDDEN = "填写中的申报件"


class Waiving(Framed):
    """Pages about the rules of one case."""

    @expose("/<code>/cases/<case_id>/rules")
    @needs(SEES)
    def case_rules_view(self, code: str, case_id: str) -> str:
        """Show the rules of a case that the office may lift, how they were judged and what was decided."""
        context, actor = batch_in_hand(code), current.actor()
        found = case_of(current.db(), context, row_id(case_id) or 0, actor=actor)
        is_readable = shows_content(found, actor)
        return self.show(
            "case_rules",
            context,
            None,
            under="cases",
            case=found.case,
            case_title=found.case.title if is_readable else HIDDEN,
            is_readable=is_readable,
            category=found.category,
            lines=rule_lines(current.db(), found, actor=actor, now=current.now()),
            states=STATES,
            outcomes=OUTCOMES,
        )

    @expose("/<code>/cases/<case_id>/rules/<key>/waive", methods=("GET", "POST"))
    @needs(Action.WAIVE_RULE)
    def waive_view(self, code: str, case_id: str, key: str) -> str | Response:
        """Lift one rule for one case."""
        context, actor = batch_in_hand(code), current.actor()
        found = case_of(current.db(), context, row_id(case_id) or 0, actor=actor)
        lines = rule_lines(current.db(), found, actor=actor, now=current.now())
        line = next((line for line in lines if line.rule.key == key and line.may_waive), None)
        if line is None:
            raise NotFound("这份申报件没有可由主办处室豁免的这项条件。")
        form = read(ReasonForm)

        def run() -> str:
            waive(current.db(), found.case.id, key, form.reason.data or "", actor=actor, now=current.now())
            return "已豁免该项条件，记入申报件的办理过程。"

        return self.do(
            form,
            run,
            title="豁免条件",
            whom=found.case.title if shows_content(found, actor) else f"{HIDDEN}（编号 {found.case.id}）",
            facts=[("条件", line.rule.clause), ("推荐单位", found.case.unit.name)],
            consequence="只对这一份申报件生效：该项条件不再阻止提交。理由、办理人和时间记入办理过程，申报单位可以看到。",
            button="确定豁免",
            is_grave=False,
            back=self.get_url(".case_rules_view", code=code, case_id=case_id),
        )
