"""Pages of the parts of a definition, and of any item within them by its stable keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.designer.items.forms import SheetForm
from admin.typed import LARGEST_PAGE, argument
from domain.access import Action
from domain.definition import Definition, Ladder, Stage, StageKind
from domain.definition.paths import item_name
from domain.errors import Conflict, Invalid, NotFound
from services.definitions.names import Names
from services.definitions.telling import place, rung
from services.designing.asking.describing import Kind
from services.designing.asking.rows import Table, table
from services.designing.asking.sheets import edits, entries, lists, touched
from services.designing.asking.spots import Spot, find, join
from services.designing.beginning.reminders import USUAL, lacking
from services.designing.clashes import clashes
from services.designing.edits import Edit, SetValues
from services.designing.parts import BY_KEY, Part, part_of
from services.designing.seen import definition_seen
from services.designing.working import Working
from web import current
from web.guard import needs

MOST_TOLD = 3
QUERY_CHARS = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of an item: what it is about, its form, its lists."""

    spot: Spot
    form: SheetForm
    tables: Sequence[Table]
    part: str

    @property
    def path(self) -> str:
        """Return the path of the item."""
        return self.spot.path


class Nodes(Designing):
    """The generic pages: a part, and an item by its stable keys."""

    @expose("/<code>/design/part/<part>")
    @needs(Action.EDIT_DEFINITION)
    def design_part_view(self, code: str, part: str) -> str | Response:
        """Show a part."""
        working, wanted = self.opened(code), _part(part)
        if wanted.inside[0]:
            return self.draw("inside", working, part, groups=_inside(working.definition, wanted))
        return self._sheet_page(working, self._sheet(working, "", wanted))

    @expose("/<code>/design/part/<part>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_part_save(self, code: str, part: str) -> Response:
        """Take the values of a part."""
        return self._sheet_save(code, "", _part(part))

    @expose("/<code>/design/at/<path:path>")
    @needs(Action.EDIT_DEFINITION)
    def design_at_view(self, code: str, path: str) -> str | Response:
        """Show an item, or lead to the page and the field that a path means."""
        working = self.opened(code)
        spot = find(working.definition, path)
        if path.startswith("evidence"):
            return redirect(self.part_href(code, "evidence"), 303)
        if not spot.path or not spot.is_item:
            return redirect(self.spot_href(code, spot), 303)
        return self._sheet_page(working, self._sheet(working, path, None))

    @expose("/<code>/design/at/<path:path>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_at_save(self, code: str, path: str) -> Response:
        """Take the values of an item."""
        return self._sheet_save(code, path, None)

    # ---------- one page

    def _sheet(self, working: Working, path: str, part: Part | None) -> Sheet:
        """Return a page with what stands there. part: of the definition itself, None for an item. Raises NotFound."""
        spot = find(working.definition, path)
        if not spot.is_item or (not path and part is None) or path.startswith("evidence"):
            raise NotFound("没有这一页。")
        names, only = Names(working.definition), part.fields if part is not None else None
        form = SheetForm(names, entries(spot.cls, spot.value, only, _kind(spot)), spot.within)
        form.read(None)
        of, query = request.args.get("of", ""), request.args.get("q", "")[:QUERY_CHARS]
        page = argument("page", LARGEST_PAGE) or 1
        tables = [
            table(names, spot, one, query, page) if one.anchor == of else table(names, spot, one)
            for one in lists(spot.cls, spot.value, only)
            if one.anchor != "evidence"
        ]
        return Sheet(spot, form, tables, part.key if part is not None else part_of(path))

    def _sheet_page(self, working: Working, sheet: Sheet, lines: Sequence[str] = ()) -> str:
        """Return the page of an item. lines: why it was not stored, as far as no field tells."""
        definition, path = working.definition, sheet.path
        holder = path.rpartition(".")[0]
        return self.draw(
            "node" if path else "part",
            working,
            sheet.part,
            sheet=sheet,
            lines=list(lines),
            about=path,
            label=Names(definition).item(sheet.spot.within[-1]) if path else "",
            crumbs=_crumbs(definition, path),
            back=self.spot_href(working.batch.code, find(definition, holder)) if path else "",
            marks={item.path: item for item in definition.evidence},
            is_stage=isinstance(sheet.spot.within[-1], Stage),
            usual=_usual(sheet),
            join=join,
            kinds=Kind,
        )

    # ---------- what was typed

    def _sheet_save(self, code: str, path: str, part: Part | None) -> Response:
        working = self.opened(code)
        sheet = self._sheet(working, path, part)
        sheet.form.note_strangers()
        seen = self.seen()
        if not sheet.form.read(request.form):
            return self.refused(code, Invalid([]), "", lambda _: self._sheet_again(code, path, part, seen, None))
        found = edits(path, sheet.spot.cls, sheet.spot.value, sheet.form.sent)
        if not found:
            self.settled()
            return redirect(self._sheet_href(code, path, sheet.part), 303)
        back = self._sheet_href(code, _renamed(sheet.spot, found), sheet.part)
        what = _told(working.definition, found)
        answer = self.change(
            code, found, what, back, lambda refusal: self._sheet_again(code, path, part, seen, refusal)
        )
        if answer.status_code < REFUSED:
            self.say(f"已存入工作稿：{what}。")
        return answer

    def _sheet_again(self, code: str, path: str, part: Part | None, seen: int, refusal: Refusal | None) -> str:
        """Return a page that was not stored, with what was typed, and beside each field why."""
        working = self.opened(code)
        sheet = self._sheet(working, path, part)
        sheet.form.read(request.form)
        lines: list[str] = []
        if isinstance(refusal, Conflict):
            lines = self._sheet_clash(working, sheet, seen, refusal)
        elif refusal is not None and refusal.problems:
            told = [
                (problem.path.removeprefix(f"{path}.") if path else problem.path, line)
                for problem, line in zip(refusal.problems, lines_of(working.definition, refusal), strict=True)
            ]
            lines = sheet.form.tell(told)
        return self._sheet_page(working, sheet, lines)

    def _sheet_clash(self, working: Working, sheet: Sheet, seen: int, refusal: Conflict) -> list[str]:
        """Tell beside each field what somebody else made of it; what the writer left alone shows what stands now."""
        batch_id, path = working.batch.id, sheet.path
        was = definition_seen(current.db(), batch_id, seen, actor=current.actor())
        if was is None:
            return [refusal.sentence]
        then = SheetForm(Names(was), _entries_then(was, sheet), sheet.spot.within)
        then.read(request.form)
        mine = {one.name for one in then.typed_fields if one.is_changed}
        for one in sheet.form.typed_fields:
            if one.name not in mine:
                one.show_standing()
                one.errors = []
                continue
            found = clashes(was, working.definition, [_single(path, one.name, one.data)])
            if found:
                one.errors = [f"{found[0]}。所填内容仍在这里；再次保存即以这里的为准"]
        return [] if sheet.form.errors else [refusal.sentence]

    # ---------- addresses

    def _sheet_href(self, code: str, path: str, part: str) -> str:
        return self.at_href(code, path) if path else self.part_href(code, part)


def _part(key: str) -> Part:
    if key not in BY_KEY:
        raise NotFound("没有这一部分。")
    return BY_KEY[key]


def _usual(sheet: Sheet) -> list[str]:
    """Return the usual reminders that the page may add, in words; none on a page of something else."""
    item = sheet.spot.within[-1]
    if isinstance(item, Ladder):
        return [rung(step) for step in lacking(item)]
    return [rung(step) for step in USUAL.steps] if sheet.part == "ladders" and not sheet.path else []


def _single(path: str, anchor: str, value: object) -> SetValues:
    inner, _, name = anchor.rpartition(".")
    return SetValues(join(path, inner), {name: value})


def _entries_then(was: Definition, sheet: Sheet) -> list[Any]:
    """Return the entries of a page as the writer saw it; as they stand where the item was not there then."""
    try:
        spot = find(was, sheet.path)
    except NotFound:
        spot = sheet.spot
    only = BY_KEY[sheet.part].fields if not sheet.path else None
    return entries(spot.cls, spot.value, only, _kind(spot))


def _kind(spot: Spot) -> StageKind | None:
    return StageKind(cast(str, spot.value["kind"])) if spot.cls is Stage else None


def _renamed(spot: Spot, found: Sequence[Edit]) -> str:
    """Return the path of an item after edits that may change what it goes by (a person's name)."""
    own: Mapping[str, object] = next(
        (edit.values for edit in found if isinstance(edit, SetValues) and edit.path == spot.path), {}
    )
    holder, _, name = spot.path.rpartition(".")
    if not holder or name.isdecimal() or not {"name", "kind", "stage"} & set(own):
        return spot.path
    return join(holder, item_name({**spot.value, **own}, 0))


def _told(definition: Definition, found: Sequence[Edit]) -> str:
    """Return what edits change, in words."""
    names = Names(definition)
    labels = [place(names, path).label for path in touched(list(found))]
    rest = f"等 {len(labels)} 处" if len(labels) > MOST_TOLD else ""
    return f"{'、'.join(labels[:MOST_TOLD])}{rest}"


def _crumbs(definition: Definition, path: str) -> list[tuple[str, str]]:
    """Return the items that hold this one, as (path, name); lists and parts on the way are left out."""
    names, found = Names(definition), []
    steps = path.split(".")
    for end in range(1, len(steps)):
        spot = find(definition, ".".join(steps[:end]))
        if spot.is_item and spot.path:
            found.append((spot.path, names.item(spot.within[-1])))
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """An item whose inner part is shown on a part's page. lines: (label, value in words or "", path)."""

    path: str
    label: str
    lines: list[tuple[str, str, str]]


def _inside(definition: Definition, part: Part) -> list[Group]:
    """Return the items that hold a part that lies within another one."""
    names, found = Names(definition), []
    root, fields = part.inside
    for item in getattr(definition, root):
        path = join(root, item.key)
        shown = [place(names, join(path, name)) for name in fields if _is_asked(item, name)]
        paths = [join(path, name) for name in fields if _is_asked(item, name)]
        if shown:
            lines = [(one.label.rpartition(" › ")[2], one.value, at) for one, at in zip(shown, paths, strict=True)]
            found.append(Group(path, names.item(item), lines))
    return found


def _is_asked(item: object, name: str) -> bool:
    """Tell whether a stage of this kind asks it, or it is there all the same."""
    return not isinstance(item, Stage) or item.kind.value == name or getattr(item, name) is not None
