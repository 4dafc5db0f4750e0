"""What a form consists of, in the order of its page: sections, questions, what they consist of, checks, papers."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.definition import Field, FieldKind, Form
from domain.errors import NotFound
from services.definitions.words import choice
from services.designing.asking.spots import join
from services.designing.questions.kinds import ICONS, NESTED_IN

SHOWN_CHARS = 40
NESTED_WORDS = {FieldKind.TABLE: "行", FieldKind.ROWS: "列", FieldKind.OUTLINE: "段"}
"""What a piece of each kind is called."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that a form consists of.

    path: within the form ("sections.basic.fields.name"). holder: path of its list. what: its kind in words.
    depth: 0 for a section or what stands in no section, 2 for a row of a table. is_required: of a question or paper.
    own_list: path of the list of what it consists of, "" where it consists of nothing.
    """

    path: str
    holder: str
    name: str
    label: str
    what: str
    icon: str
    depth: int
    is_required: bool = False
    is_conditional: bool = False
    own_list: str = ""

    @property
    def is_section(self) -> bool:
        """Tell whether it is a section."""
        return self.holder == "sections"

    @property
    def is_question(self) -> bool:
        """Tell whether it is a question that stands in the form itself or in a section."""
        steps = self.holder.split(".")
        return steps == ["fields"] or (len(steps) == 3 and steps[0] == "sections" and steps[2] == "fields")


def nodes(form: Form) -> Iterator[Node]:
    """Yield all of a form, in order."""
    for field in form.fields:
        yield from _question("fields", field, 0)
    for section in form.sections:
        path = join("sections", section.key)
        own = join(path, "fields")
        is_conditional = section.when is not None
        yield Node(path, "sections", section.key, section.title, "分区", "layout-rows", 0, False, is_conditional, own)
        for field in section.fields:
            yield from _question(own, field, 1)
    for check in form.checks:
        label = check.sentence if len(check.sentence) <= SHOWN_CHARS else f"{check.sentence[:SHOWN_CHARS]}…"
        yield Node(join("checks", check.key), "checks", check.key, label, "跨项核对", "math-function", 0)
    for paper in form.materials:
        path = join("materials", paper.key)
        yield Node(path, "materials", paper.key, paper.label, "材料", "paperclip", 0, paper.required)


def _question(holder: str, field: Field, depth: int) -> Iterator[Node]:
    path = join(holder, field.key)
    nested = NESTED_IN.get(field.kind, "")
    yield Node(
        path,
        holder,
        field.key,
        field.label,
        choice(field.kind),
        ICONS[field.kind],
        depth,
        field.required and not field.computed,
        field.when is not None,
        join(path, nested) if nested else "",
    )
    for inner in field.fields:
        yield from _question(join(path, "fields"), inner, depth + 1)
    for part in field.parts:
        held = join(path, "parts")
        yield Node(join(held, part.key), held, part.key, part.title, "提纲", "list-details", depth + 1, part.required)


def node_at(form: Form, path: str) -> Node:
    """Return one thing of a form. Raises NotFound."""
    found = next((one for one in nodes(form) if one.path == path), None)
    if found is None:
        raise NotFound("没有这一项，可能已被删去。")
    return found


def question_lists(form: Form) -> list[str]:
    """Return the paths of the lists between which questions may be moved, in the order of the page."""
    own = ["fields"] if form.fields or not form.sections else []
    return [*own, *(join(join("sections", section.key), "fields") for section in form.sections)]


def around(form: Form, path: str) -> FieldKind | None:
    """Return the kind of the question in which a place stands; None for one that stands by itself."""
    steps = path.split(".")
    for end in range(len(steps), 1, -1):
        if steps[end - 2] == "fields":
            holder = form.field(steps[end - 1])
            if holder is not None and end < len(steps) and holder.kind in NESTED_IN:
                return holder.kind
    return None
