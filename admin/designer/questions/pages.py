"""The page of a form: what it consists of, what is set of the chosen thing, what the applicant will see."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import make_response, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Refusal, lines_of
from admin.designer.questions.building import LOOKED_AT, Building
from admin.designer.questions.previewing import Previewing, asks_paper, form_choice
from admin.designer.questions.sheet import Chosen, chosen_at, form_of, read
from domain.access import Action
from domain.definition import Check, Definition, Field, FieldKind, Form
from domain.errors import Conflict, NotFound
from domain.instants import local_day
from domain.quoting import quoted
from services.batches.context import load
from services.definitions.names import Names
from services.definitions.telling import place
from services.designing.asking.describing import Kind
from services.designing.asking.sheets import touched
from services.designing.asking.spots import join
from services.designing.previews import samples, setting
from services.designing.questions.guarded import guarded
from services.designing.questions.kinds import Offer, palette
from services.designing.questions.moving import WAYS, root, stepped
from services.designing.questions.outline import NESTED_WORDS, Node, around, node_at, nodes, question_lists
from services.designing.questions.trials import Trial, tried
from services.designing.working import Working
from web import current
from web.guard import needs

JSON = "application/json"
MOST_TRIED = 100
TRIED = "try."


class Questions(Building, Previewing):
    """The pages of the forms."""

    @expose("/<code>/design/part/forms")
    @needs(Action.EDIT_DEFINITION)
    def design_forms_view(self, code: str) -> str:
        """Show the forms."""
        return self._forms_page(self.opened(code))

    @expose("/<code>/design/forms/<key>")
    @needs(Action.EDIT_DEFINITION)
    def design_form_view(self, code: str, key: str) -> str | Response:
        """Show a form with the thing that is worked on; what is gone leads to the form."""
        working, at = self.opened(code), request.args.get("at", "")
        form = form_of(working.definition, key)
        try:
            found = chosen_at(working.definition, form, at)
        except NotFound:
            if not at:
                raise
            return redirect(self.form_href(code, key), 303)
        return self._form_page(working, form, found)

    @expose("/<code>/design/forms/<key>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_form_save(self, code: str, key: str) -> Response:
        """Take what was typed of one thing; or try its expression, and store nothing."""
        working, at = self.opened(code), request.form.get("at", "")
        form = form_of(working.definition, key)
        found, made = read(working.definition, form, at)
        if "try" in request.form:
            return self._try(working, form, found)
        seen, back = self.seen(), self.form_href(code, key, at)
        if made is None:
            return self._answer(self._form_page(working, form, found), 422)
        if not made:
            self.say("没有改动。")
            return redirect(back, 303)
        names = Names(working.definition)
        what = "、".join(place(names, path).label for path in touched(made)[:3])

        def again(refusal: Refusal) -> str:
            return self._form_again(code, key, at, seen, refusal)

        answer = self.change(code, made, what, back, again)
        if answer.status_code < REFUSED:
            self.say(f"已存入工作稿：{what}。")
        return answer

    def _form_again(self, code: str, key: str, at: str, seen: int, refusal: Refusal) -> str:
        working = self.opened(code)
        form = form_of(working.definition, key)
        found = chosen_at(working.definition, form, at, request.form)
        if isinstance(refusal, Conflict):
            lines = self._sheet_clash(working, found.sheet, seen, refusal)
        else:
            path = join(root(form), at)
            told = zip(refusal.problems, lines_of(working.definition, refusal), strict=True)
            lines = found.sheet.form.tell([(one.path.removeprefix(f"{path}."), line) for one, line in told])
        return self._form_page(working, form, found, lines)

    def _try(self, working: Working, form: Form, found: Chosen) -> Response:
        """Answer what an expression gives on samples, or on what was typed for its names."""
        trial = _trial(working.definition, form, found)
        if request.accept_mimetypes.best == JSON:
            told = {
                "sentence": trial.sentence if trial else "",
                "tone": trial.tone if trial else "none",
                "names": [[name, *shown] for name, shown in trial.names.items()] if trial else [],
            }
            return make_response(json.dumps(told, ensure_ascii=False), {"Content-Type": JSON})
        return self._answer(self._form_page(working, form, found), 200)

    def _form_page(self, working: Working, form: Form, found: Chosen, lines: Sequence[str] = ()) -> str:
        """Return the page of a form."""
        definition, code = working.definition, working.batch.code
        node = node_at(form, found.path) if found.path else None
        shown, wanted = list(nodes(form)), form_choice(definition, form)
        guard = guarded(current.db(), load(current.db(), working.batch.id), definition, form.key, current.now())
        names = Names(definition)
        return self.draw(
            "form",
            working,
            "forms",
            has_side=False,
            wanted_form=form,
            chosen=found,
            node=node,
            nodes=shown,
            held=_held(shown),
            label=(node.label if node is not None else form.title) or "（未命名）",
            lines=lines,
            lists=_lists(form),
            palette=palette(),
            target=_target(form, node),
            inner=_inner(form, node),
            choice=wanted,
            is_paper=asks_paper(),
            preview_href=self._preview_href(code, form, node),
            guard=guard,
            refused_lines=[(place(names, one.path).label, one) for one in guard.refused],
            trial=_trial(definition, form, found),
            wrong=lambda told: _wrong(told, form),
            loose=lambda told: [one for one in told if not _wrong([one], form)],
            steps_to={way: node is not None and stepped(form, node, by) is not None for way, by in WAYS.items()},
            marks={item.path: item for item in definition.evidence},
            about=join(root(form), found.path),
            form_href=lambda at="": self.form_href(code, form.key, at),
            base=root(form),
            join=join,
            kinds=Kind,
        )

    def _preview_href(self, code: str, form: Form, node: Node | None) -> str:
        """Return the address of the preview, at the question that is worked on."""
        asked = {name: request.values.getlist(name) for name in LOOKED_AT if request.values.get(name)}
        base = self.get_url(".design_form_preview", code=code, key=form.key)
        steps = node.path.split(".") if node is not None else []
        anchor = ""
        if steps[:1] == ["sections"]:
            anchor = f"#field-{steps[3]}" if len(steps) > 3 else f"#section-{steps[1]}"
        elif steps[:1] == ["fields"]:
            anchor = f"#field-{steps[1]}"
        return f"{base}?{urlencode(asked, doseq=True)}{anchor}" if asked else f"{base}{anchor}"

    @staticmethod
    def _answer(page: str, status: int) -> Response:
        return make_response(page, status)


def _lists(form: Form) -> list[tuple[str, str]]:
    """Return the lists to which a question can be moved, with their names."""
    titles = {join(join("sections", one.key), "fields"): one.title for one in form.sections}
    return [(path, titles.get(path, "（不分区）")) for path in question_lists(form)]


def _held(shown: Sequence[Node]) -> dict[str, list[Node]]:
    """Return what stands in each list of a form."""
    found: dict[str, list[Node]] = {"fields": [], "sections": [], "materials": [], "checks": []}
    for node in shown:
        found.setdefault(node.holder, []).append(node)
        if node.own_list:
            found.setdefault(node.own_list, [])
    return found


def _target(form: Form, node: Node | None) -> tuple[str, str, str]:
    """Return where a new question goes: the list, the name of what it follows, and the place in words."""
    lists = _lists(form)
    if node is None or not (node.is_question or node.is_section or "." in node.holder):
        path, name = lists[-1] if lists else ("fields", "本表")
        return path, "", f"{quoted(name)}的末尾" if form.sections else "表的末尾"
    if node.is_section:
        return node.own_list, "", f"{quoted(node.label)}的末尾"
    # What a table or a guided text consists of is added on the table itself.
    question = node if node.is_question else node_at(form, node.holder.rpartition(".")[0])
    return question.holder, question.name, f"{quoted(question.label)}之后"


@dataclass(frozen=True, slots=True)
class Inner:
    """What a question consists of, when it or a piece of it is worked on.

    question: the table or guided text. word: what a piece is called. after: name of the piece that a new one follows,
    "" for the end. offers: the kinds that a piece may be; none for a guided text, whose pieces are all of one kind.
    """

    question: Node
    word: str
    after: str
    offers: Sequence[Offer]


def _inner(form: Form, node: Node | None) -> Inner | None:
    """Return what can be added to the question that is worked on; None for one that consists of nothing."""
    if node is None or node.is_section:
        return None
    is_piece = not node.is_question and node.holder.count(".") > 0
    question = node_at(form, node.holder.rpartition(".")[0]) if is_piece else node
    if not question.own_list:
        return None
    kind = around(form, f"{question.own_list}.?")
    field = form.field(question.name)
    offers = [offer for _, group in palette(kind) for offer in group] if question.own_list.endswith("fields") else []
    if kind is FieldKind.TABLE:
        # A table by years is one of figures, so that a text is not the first that is offered.
        offers.sort(key=lambda offer: offer.kind is FieldKind.TEXT)
    word = NESTED_WORDS[field.kind] if field is not None else ""
    return Inner(question, word, node.name if is_piece else "", offers)


def _trial(definition: Definition, form: Form, found: Chosen) -> Trial | None:
    """Return what the expression of a check or a computed value gives; None for what has none."""
    item = found.sheet.spot.within[-1]
    name = "expression" if isinstance(item, Check) else "computed" if isinstance(item, Field) else ""
    typed = next((one for one in found.sheet.form.typed_fields if one.name == name), None)
    if typed is None:
        return None
    wanted = form_choice(definition, form).wanted
    given = setting(definition, wanted, local_day(current.now(), definition.zone))
    table = next((one.text for one in found.sheet.form.typed_fields if one.name == "table"), "")
    steps = found.path.split(".")
    holder = steps[-3] if found.within is not None and len(steps) > 2 else table
    sent = {
        field.removeprefix(TRIED): text[:200]
        for field, text in list(request.form.items())[:MOST_TRIED]
        if field.startswith(TRIED)
    }
    return tried(form, typed.text, form.field(holder), sent, samples(form, given, wanted.modes))


def _wrong(told: Sequence[Any], form: Form) -> dict[str, int]:
    """Return the number of findings by path within the form."""
    start, found = f"{root(form)}.", dict[str, int]()
    shown = [node.path for node in nodes(form)]
    for one in told:
        if one.finding.path.startswith(start):
            inner = one.finding.path.removeprefix(start)
            for path in shown:
                if f"{inner}.".startswith(f"{path}."):
                    found[path] = found.get(path, 0) + 1
    return found
