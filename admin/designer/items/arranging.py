"""Items of lists: added, taken out, put elsewhere."""

from collections.abc import Mapping
from typing import Any, cast

from flask import abort, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.designer.items.forms import SheetForm
from admin.typed import number
from domain.access import Action
from domain.definition import Definition
from domain.definition.paths import item_name
from domain.errors import Conflict, Invalid, NotFound
from services.definitions.names import Names
from services.definitions.telling import place
from services.definitions.words import name_of
from services.designing.asking.describing import Kind, describe, empty
from services.designing.asking.keys import identity, new_key, suggested
from services.designing.asking.sheets import entries, lists, made, name_first
from services.designing.asking.spots import Spot, find, join, names_in, value_in
from services.designing.edits import Insert, Move, Remove
from services.designing.parts import part_of
from services.designing.working import Working
from web.guard import needs

MOST_ITEMS = 100_000


class Arranging(Designing):
    """The pages and buttons by which lists change."""

    @expose("/<code>/design/add/<path:path>")
    @needs(Action.EDIT_DEFINITION)
    def design_add_view(self, code: str, path: str) -> str:
        """Ask what a new item of a list holds."""
        working = self.opened(code)
        spot = _list_at(working.definition, path)
        form = _form(working.definition, spot)
        form.read(None)
        return self._new_page(working, path, spot, form)

    @expose("/<code>/design/add/<path:path>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_add_save(self, code: str, path: str) -> Response:
        """Add an item to a list."""
        working = self.opened(code)
        spot = _list_at(working.definition, path)
        cls, form = _class_of(spot), _form(working.definition, spot)
        form.note_strangers()
        if not form.read(request.form):
            return self.refused(code, Invalid([]), "", lambda refusal: self._new_again(code, path, refusal))
        item, own = made(cls, form.sent), identity(cls)
        if own is not None and not item.get(own.name):
            item[own.name] = new_key(working.definition, cls, item)
        names = names_in(value_in(spot.value, spot.anchor))
        before = request.form.get("before", "")
        edit = Insert(path, item, before if before in names else "")
        label = place(Names(working.definition), path).label
        back = self._after_new(code, path, spot, item, len(names))
        answer = self.change(
            code, [edit], f"{label}：添加{name_of(cls)}", back, lambda refusal: self._new_again(code, path, refusal)
        )
        if answer.status_code < REFUSED:
            self.say(f"已添加{name_of(cls)}。")
        return answer

    def _after_new(self, code: str, path: str, spot: Spot, item: Mapping[str, Any], count: int) -> str:
        """Return where to go on: to another new one, to the item where more is to be filled in, else to the list."""
        if request.form.get("more"):
            return str(self.get_url(".design_add_view", code=code, path=path))
        cls = _class_of(spot)
        if lists(cls, item) or any(field.only_for is not None for field in describe(cls)):
            return self.at_href(code, join(path, item_name(item, count)))
        return self.spot_href(code, spot)

    def _new_again(self, code: str, path: str, refusal: Refusal) -> str:
        """Return the page of a new item that was not added, with what was typed."""
        working = self.opened(code)
        spot = _list_at(working.definition, path)
        form = _form(working.definition, spot)
        form.read(request.form)
        lines = []
        if isinstance(refusal, Conflict):
            lines = [refusal.sentence]
        else:
            own = identity(_class_of(spot))
            told = [
                (own.name if own is not None and problem.path.count(".") == path.count(".") + 1 else "", line)
                for problem, line in zip(refusal.problems, lines_of(working.definition, refusal), strict=True)
            ]
            lines = form.tell(told)
        return self._new_page(working, path, spot, form, lines)

    def _new_page(
        self, working: Working, path: str, spot: Spot, form: SheetForm, lines: list[str] | None = None
    ) -> str:
        return self.draw(
            "new",
            working,
            part_of(path),
            form=form,
            path=path,
            suggested=suggested(working.definition, _class_of(spot)),
            lines=lines or [],
            what=name_of(_class_of(spot)),
            back=self.spot_href(working.batch.code, spot),
            before=request.values.get("before", ""),
            kinds=Kind,
        )

    @expose("/<code>/design/remove/<path:path>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_remove_view(self, code: str, path: str) -> Response:
        """Take an item out of its list."""
        working, back = self._item_at(code, path)
        label = place(Names(working.definition), path).label
        answer = self.change(code, [Remove(path)], f"删去{label}", back)
        if answer.status_code < REFUSED:
            self.say(f"已删去{label}；可以撤销。")
        return answer

    @expose("/<code>/design/move/<path:path>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_move_view(self, code: str, path: str) -> Response:
        """Put an item elsewhere in its list: one up, one down, or to a place that is counted from 0."""
        working, back = self._item_at(code, path)
        holder, _, name = path.rpartition(".")
        of = find(working.definition, holder)
        items = list(value_in(of.value, of.anchor))
        at = names_in(items).index(name)
        way, wanted = request.form.get("way"), number(request.form.get("to"), MOST_ITEMS)
        to = at - 1 if way == "up" else at + 1 if way == "down" else wanted
        if to is None:
            abort(400)
        to = min(max(to, 0), len(items) - 1)
        rest = names_in([*items[:at], *items[at + 1 :]])
        if to == at:
            return redirect(back, 303)
        label = place(Names(working.definition), path).label
        return self.change(code, [Move(path, before=rest[to] if to < len(rest) else "")], f"移动{label}", back)

    def _item_at(self, code: str, path: str) -> tuple[Working, str]:
        """Return the working copy that has an item at a path, and the address of its list. Raises NotFound."""
        working = self.opened(code)
        spot = find(working.definition, path)
        if not spot.path or not spot.is_item or path.startswith("evidence."):
            raise NotFound("没有这一项，可能已被删去。")
        holder = find(working.definition, path.rpartition(".")[0])
        return working, self.spot_href(code, holder)


def _list_at(definition: Definition, path: str) -> Spot:
    """Return a list to which something can be added. Raises NotFound."""
    spot = find(definition, path)
    if spot.field is None or spot.field.kind is not Kind.PARTS or path == "evidence":
        raise NotFound("这里不能添加。")
    return spot


def _class_of(spot: Spot) -> type:
    return cast(type, spot.field.part if spot.field is not None else None)


def _form(definition: Definition, spot: Spot) -> SheetForm:
    cls = _class_of(spot)
    return SheetForm(Names(definition), name_first(entries(cls, empty(cls))), spot.within, is_new=True)
