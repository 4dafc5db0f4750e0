"""Adding, moving, copying and taking out what a form consists of; every act is a button, a drag or a key."""

from collections.abc import Callable
from typing import Any

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED
from admin.designer.items.nodes import Nodes
from admin.designer.questions.sheet import form_of
from domain.access import Action
from domain.definition import Check, Definition, Form, Material, Part, Section
from domain.errors import Invalid, Problem
from domain.quoting import quoted
from services.definitions.words import name_of
from services.designing.asking.describing import empty
from services.designing.asking.spots import join
from services.designing.edits import Edit, Insert, Remove
from services.designing.questions.moving import WAYS, added_item, added_question, copied, put, root, stepped
from services.designing.questions.outline import node_at
from services.designing.working import Working
from web.guard import needs

ITEMS: dict[str, type] = {"section": Section, "check": Check, "material": Material, "part": Part}
HOLDERS = {"section": "sections", "check": "checks", "material": "materials"}
LOOKED_AT = ("category", "modes", "year", "filled", "look")
"""What the preview is made for; it stays chosen from page to page."""
Made = tuple[Edit | None, str, str]
"""An edit, the path within the form that is shown next, and what was done in words."""


class Building(Nodes):
    """The buttons of a form's page."""

    def form_href(self, code: str, key: str, at: str = "") -> str:
        """Return the address of a form's page, with the thing that is worked on."""
        kept = {name: request.values.getlist(name) for name in LOOKED_AT if request.values.get(name)}
        return str(self.get_url(".design_form_view", code=code, key=key, **({"at": at} if at else {}), **kept))

    def at_href(self, code: str, path: str) -> str:
        """Return the address of the page on which a place is shown: what lies in a form on the form's own."""
        steps = path.split(".")
        if steps[0] != "forms" or len(steps) < 2:
            return super().at_href(code, path)
        return self.form_href(code, steps[1], ".".join(steps[2:]))

    @expose("/<code>/design/forms", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_form_new(self, code: str) -> Response:
        """Add a form."""
        working = self.opened(code)
        title, key = request.form.get("label", "").strip(), request.form.get("key", "").strip()
        taken = {one.key for one in working.definition.forms}
        key = key or next(f"form_{number}" for number in range(1, len(taken) + 2) if f"form_{number}" not in taken)
        edit = Insert("forms", {**empty(Form), "key": key, "title": title})
        if not title:
            refusal = Invalid([Problem("forms", "", "请填写表的名称")])
            return self.refused(code, refusal, self.part_href(code, "forms"), lambda _: self._new_form_again(code))
        return self.change(code, [edit], f"添加表{quoted(title)}", self.form_href(code, key))

    @expose("/<code>/design/forms/<key>/add", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_form_add(self, code: str, key: str) -> Response:
        """Add a question, a section, a part of a guided text, a check or a paper."""

        def made(working: Working, form: Form) -> Made:
            what, label = request.form.get("what", ""), request.form.get("label", "").strip()
            holder, after = request.form.get("into", ""), request.form.get("after", "")
            new = {name: request.form.get(name, "") for name in ("kind", "label", "key")}
            if what in ITEMS:
                edit, path = added_item(form, HOLDERS.get(what, holder), ITEMS[what], new, after)
                done = f"添加{name_of(ITEMS[what])}{quoted(label)}"
            else:
                edit, path = added_question(form, holder, new, after)
                done = f"添加{quoted(label)}"
            # Whoever adds rows to a table adds several.
            return edit, holder.rpartition(".")[0] if request.form.get("stay") else path, done

        return self._form_act(code, key, made)

    @expose("/<code>/design/forms/<key>/move", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_form_move(self, code: str, key: str) -> Response:
        """Put something elsewhere: one place up or down, into another section, or where it was dragged."""

        def made(working: Working, form: Form) -> Made:
            node, way = node_at(form, request.form.get("at", "")), request.form.get("way", "")
            what = f"移动{quoted(node.label)}"
            if way in WAYS:
                edit = stepped(form, node, WAYS[way])
            else:
                edit = put(form, node, request.form.get("into", ""), request.form.get("before", ""))
            return edit, _after_move(form, edit, node.path, node.name), what

        return self._form_act(code, key, made)

    @expose("/<code>/design/forms/<key>/copy", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_form_copy(self, code: str, key: str) -> Response:
        """Put a copy behind something."""

        def made(working: Working, form: Form) -> Made:
            node = node_at(form, request.form.get("at", ""))
            edit, path = copied(working.definition, form, node)
            return edit, path, f"复制{quoted(node.label)}"

        return self._form_act(code, key, made)

    @expose("/<code>/design/forms/<key>/remove", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_form_remove(self, code: str, key: str) -> Response:
        """Take something out; it can be undone."""

        def made(working: Working, form: Form) -> Made:
            node = node_at(form, request.form.get("at", ""))
            steps = node.path.split(".")
            up = ".".join(steps[:-2])
            return Remove(join(root(form), node.path)), up, f"删去{quoted(node.label)}"

        return self._form_act(code, key, made)

    def _form_act(self, code: str, key: str, made: Callable[[Working, Form], Made]) -> Response:
        working = self.opened(code)
        form = form_of(working.definition, key)
        here = self.form_href(code, key, request.form.get("from", request.form.get("at", "")))
        try:
            edit, path, what = made(working, form)
        except Invalid as refusal:
            return self.refused(code, refusal, here)
        if edit is None:
            return redirect(here, 303)
        answer = self.change(code, [edit], what, self.form_href(code, key, path))
        if answer.status_code < REFUSED:
            self.say(f"已{what}；可以撤销。")
        return answer

    def _new_form_again(self, code: str) -> str:
        return self._forms_page(self.opened(code), "请填写表的名称")

    def _forms_page(self, working: Working, refused: str = "") -> str:
        """Return the list of forms."""
        return self.draw(
            "forms",
            working,
            "forms",
            rows=[_row(working.definition, form) for form in working.definition.forms],
            refused=refused,
            form_href=lambda key: self.form_href(working.batch.code, key),
        )


def _after_move(form: Form, edit: Edit | None, path: str, name: str) -> str:
    into = getattr(edit, "into", "")
    return join(into.removeprefix(f"{root(form)}."), name) if into else path


def _row(definition: Definition, form: Form) -> dict[str, Any]:
    """Return what the list of forms tells of one: who fills it in, and how large it is."""
    used = [stage.title for stage in definition.stages if _asks(stage, form.key)]
    return {"form": form, "used": used, "count": len(form.all_fields)}


def _asks(stage: Any, key: str) -> bool:
    own = {stage.form, stage.collect.form if stage.collect else None}
    if stage.declare is not None:
        own |= {given.form for given in stage.declare.forms}
    return key in own
