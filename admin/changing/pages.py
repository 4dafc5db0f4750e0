"""变更生效: what the working copy of a running batch would set off, and putting it into force."""

from dataclasses import replace
from typing import Any

from flask import flash, make_response, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.casework.words import STATES
from admin.progress.frame import Framed
from admin.progress.page import batch_in_hand
from admin.typed import LARGEST_ID, number
from domain.access import Action
from domain.errors import Conflict, Invalid
from services.batches.context import BatchContext
from services.changing.consequences import Proposal, propose
from services.changing.corrections import Correction, Told
from services.changing.forcing import Order, put_in_force
from services.changing.telling import Turn, counts, told
from services.definitions.names import Names
from services.definitions.telling import place_in_either
from services.mail.texts.letters import Text
from services.mail.texts.previewing import corrected, looking
from templates.engine import Plain
from web import current
from web.door import abandon
from web.guard import needs
from web.site import current_site

TURNS = {Turn.MOVED: "改期", Turn.ADDED: "添加", Turn.DROPPED: "取消", Turn.REWORDED: "内容改变"}
REGROUPED = frozenset({Turn.ADDED, Turn.DROPPED})
LONGEST_TEXT, LONGEST_HEADLINE = 2_000, 100


class Changing(Framed):
    """The page of a change, and its act."""

    @expose("/<code>/change")
    @needs(Action.CHANGE_RUNNING)
    def change_view(self, code: str) -> str:
        """Show what would change, what is against it, and what would come of it."""
        return self._change_page(code)

    @expose("/<code>/change", methods=("POST",))
    @needs(Action.CHANGE_RUNNING)
    def put_in_force_view(self, code: str) -> Response:
        """Put the change into force, with the corrections that were ticked."""
        context = batch_in_hand(code)
        order = Order(
            reason=request.form.get("reason", ""),
            seen=number(request.form.get("step"), LARGEST_ID) or 0,
            corrections=_wanted(),
        )
        try:
            batch = put_in_force(current.db(), context.batch.id, order, actor=current.actor(), now=current.now())
        except (Invalid, Conflict) as refusal:
            abandon()
            return make_response(self._change_page(code, refusal), 409 if isinstance(refusal, Conflict) else 422)
        sent = "，更正邮件已交付发送" if order.corrections else ""
        flash(f"第 {batch.revision} 稿已生效{sent}。", "success")
        return redirect(self.get_url(".batch_view", code=code), 303)

    def _change_page(self, code: str, refusal: Invalid | Conflict | None = None) -> str:
        context = batch_in_hand(code)
        proposal = propose(current.db(), context.batch.id, actor=current.actor(), now=current.now())
        definition = context.definition
        effects = told(proposal.effects, definition, proposal.working.definition)
        return self.show(
            "change",
            context,
            None,
            under="design",
            proposal=proposal,
            problems=self._against(proposal),
            effects=effects,
            counts=counts(effects),
            turns=TURNS,
            states=STATES,
            is_regrouped=any(line.is_shared and line.turn in REGROUPED for line in effects),
            stage_titles={stage.key: stage.title for stage in proposal.working.definition.stages},
            refusal=refusal,
            typed=request.form,
            headline_of=_headline,
            letter_of=lambda one: _letter(replace(context, definition=proposal.working.definition), one),
        )

    def _against(self, proposal: Proposal) -> list[dict[str, Any]]:
        """Return what is against the change, each with its place in words and the page on which it is mended."""
        names, older = Names(proposal.working.definition), Names(proposal.context.definition)
        code = proposal.context.batch.code
        return [
            {
                "label": place_in_either(names, older, problem.path).label,
                "href": self.get_url(".design_at_view", code=code, path=problem.path),
                "sentence": problem.sentence,
                "allowed": problem.allowed,
            }
            for problem in proposal.problems
        ]


def _wanted() -> list[Told]:
    """Return the corrections that were ticked, as edited."""
    return [
        Told(
            key,
            _headline(key)[:LONGEST_HEADLINE].strip(),
            request.form.get(f"text.{key}", "")[:LONGEST_TEXT].strip(),
        )
        for key in request.form.getlist("send")
    ]


def _letter(context: BatchContext, one: Correction) -> Text:
    """Return a correction as it would be read, with what was typed of it."""
    told: dict[str, Plain] = {
        "headline": _headline(one.key) or one.headline,
        "lines": [{"label": line.label, "before": line.before, "after": line.after} for line in one.lines],
        "text": request.form.get(f"text.{one.key}", "").strip(),
    }
    return corrected(context, one.stage, told, looking(current_site().base_url))


def _headline(key: str) -> str:
    """Return a correction's subject as typed; a mail's subject is one line."""
    return " ".join(request.form.get(f"headline.{key}", "").split())
