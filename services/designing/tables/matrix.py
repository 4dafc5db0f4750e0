"""推荐名额 as a table: a row for each class of units, a column for each category, sub-type or sum over several.

What is typed into the table becomes the fewest edits of quotas: a quota that is not touched keeps its key, and one
whose classes come to differ is divided.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.definition import Category, Definition, Quota, Strength, UnitClass
from services.designing.edits import Edit, Insert, Remove, SetValues, Vouch

Place = tuple[str, str]
"""A cell: key of a class, key of a column."""
KEY_CHARS = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """What a class may recommend in a column. limit: None is no limit, said so; 0 is nothing at all."""

    limit: int | None = None
    strength: Strength = Strength.HARD
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A category, one of its sub-types, or several together.

    key: "platform", "platform.sharing", "city.comprehensive+design". subtypes: none for a category without any.
    """

    key: str
    category: str
    subtypes: tuple[str, ...]
    name: str
    part: str

    @property
    def is_sum(self) -> bool:
        """Tell whether several sub-types share the places."""
        return len(self.subtypes) > 1


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table. cells: what is laid down; units: how many units each class has.

    keys: the quota behind each cell. apart: quotas that no cell can show.
    """

    classes: Sequence[UnitClass]
    columns: Sequence[Column]
    cells: Mapping[Place, Cell]
    keys: Mapping[Place, str]
    units: Mapping[str, int]
    apart: Sequence[Quota] = ()

    def has(self, column: Column) -> bool:
        """Tell whether anything is laid down in a column."""
        return any(key == column.key for _, key in self.cells)

    def total(self, column: Column) -> int | None:
        """Return the places of all units together in a column; None where a class has no limit."""
        found = [
            None if cell.limit is None else cell.limit * self.units.get(class_key, 0)
            for (class_key, key), cell in self.cells.items()
            if key == column.key
        ]
        return None if None in found else sum(number for number in found if number is not None)


def matrix_of(definition: Definition) -> Matrix:
    """Return the quotas of a definition as a table; of two for one cell, the second stands apart."""
    classes = {unit_class.key for unit_class in definition.unit_classes}
    shown: dict[Place, Quota] = {}
    apart, columns = [], {column.key: column for column in _columns(definition)}
    known: set[str] = set()
    for quota in definition.quotas:
        key = _column_key(definition, quota)
        places = [(class_key, key) for class_key in quota.classes]
        fits = places and key in columns and not quota.free_when and classes.issuperset(quota.classes)
        is_own = len(set(places)) == len(places) and not any(place in shown for place in places)
        # A place is addressed by its quota's key, so the second of one key cannot be changed here.
        if fits and is_own and quota.key not in known:
            shown.update(dict.fromkeys(places, quota))
        else:
            apart.append(quota)
        known.add(quota.key)
    units: dict[str, int] = defaultdict(int)
    for unit in definition.units:
        units[unit.unit_class] += 1
    return Matrix(
        definition.unit_classes,
        list(columns.values()),
        {place: _cell(quota) for place, quota in shown.items()},
        {place: quota.key for place, quota in shown.items()},
        units,
        apart,
    )


def _cell(quota: Quota) -> Cell:
    return Cell(quota.limit, quota.strength, quota.clause)


def _columns(definition: Definition) -> Iterator[Column]:
    """Yield the columns: of each category its sub-types, their sum, and other sums that a quota makes."""
    for category in definition.categories:
        names = {subtype.key: subtype.name for subtype in category.subtypes}
        if not names:
            yield Column(category.key, category.key, (), category.name, "")
            continue
        for key, name in names.items():
            yield Column(f"{category.key}.{key}", category.key, (key,), category.name, name)
        for some in _sums(definition, category):
            part = "、".join(names[key] for key in some)
            name = "合计" if len(some) == len(names) else f"{part}合计"
            yield Column(f"{category.key}.{'+'.join(some)}", category.key, some, category.name, name)


def _sums(definition: Definition, category: Category) -> list[tuple[str, ...]]:
    """Return the sums of sub-types that a category may be limited by, that of all of them last."""
    own = tuple(subtype.key for subtype in category.subtypes)
    found = []
    for quota in definition.quotas:
        if quota.category == category.key and set(quota.subtypes) < set(own) and len(set(quota.subtypes)) > 1:
            found.append(tuple(key for key in own if key in quota.subtypes))
    return [*dict.fromkeys(found), own] if len(own) > 1 else list(dict.fromkeys(found))


def _column_key(definition: Definition, quota: Quota) -> str:
    """Return the key of the column that a quota stands in; one over all sub-types, named or not, is their sum."""
    category = next((one for one in definition.categories if one.key == quota.category), None)
    if category is None:
        return ""
    own = [subtype.key for subtype in category.subtypes]
    named = [key for key in own if key in quota.subtypes] if quota.subtypes else own
    if quota.subtypes and len(named) != len(quota.subtypes):
        return ""
    return f"{category.key}.{'+'.join(named)}" if named else category.key


@dataclass
class _Slot:
    """A quota of a column while the table is taken over. key: "" for one that is to be added."""

    key: str
    cell: Cell
    classes: list[str]
    was: Quota | None = None
    origin: list[str] = field(default_factory=list)


def edits_for(definition: Definition, typed: Mapping[Place, Cell | None]) -> list[Edit]:
    """Return the edits that make the table say what was typed.

    typed: cells by class and column; None empties one; a cell that is left out stays. Cells that are in no table are
    passed over.
    """
    matrix = matrix_of(definition)
    edits: list[Edit] = []
    taken = {quota.key for quota in definition.quotas}
    for column in matrix.columns:
        changed = {
            class_key: cell
            for (class_key, key), cell in typed.items()
            if key == column.key and cell != matrix.cells.get((class_key, key)) and _is_row(matrix, class_key)
        }
        if changed:
            edits += _column_edits(definition, matrix, column, changed, taken)
    return edits


def _is_row(matrix: Matrix, class_key: str) -> bool:
    return any(unit_class.key == class_key for unit_class in matrix.classes)


def _column_edits(
    definition: Definition, matrix: Matrix, column: Column, changed: Mapping[str, Cell | None], taken: set[str]
) -> Iterator[Edit]:
    slots = _slots(definition, matrix, column)
    waiting: list[tuple[str, Cell, str]] = []
    for slot in slots:
        leaving = [key for key in slot.classes if key in changed]
        if not leaving:
            continue
        slot.classes = [key for key in slot.classes if key not in changed]
        wanted = [(key, cell) for key in leaving if (cell := changed[key]) is not None]
        if not slot.classes and wanted:
            # The quota keeps its key, and with it what was divided out of it.
            slot.cell = wanted[0][1]
            slot.classes = [key for key, cell in wanted if cell == slot.cell]
            wanted = [(key, cell) for key, cell in wanted if cell != slot.cell]
        waiting += [(key, cell, slot.key) for key, cell in wanted]
    fresh = [
        (key, cell, "") for key, cell in changed.items() if cell is not None and (key, column.key) not in matrix.cells
    ]
    for class_key, cell, origin in [*waiting, *fresh]:
        _place(slots, class_key, cell, origin)
    order = [unit_class.key for unit_class in matrix.classes]
    for slot in slots:
        slot.classes.sort(key=order.index)
        yield from _slot_edits(column, slot, taken)


def _slots(definition: Definition, matrix: Matrix, column: Column) -> list[_Slot]:
    keys = dict.fromkeys(key for place, key in matrix.keys.items() if place[1] == column.key)
    quotas = {quota.key: quota for quota in reversed(definition.quotas)}
    return [_Slot(key, _cell(quotas[key]), list(quotas[key].classes), quotas[key]) for key in keys]


def _place(slots: list[_Slot], class_key: str, cell: Cell, origin: str) -> None:
    """Put a class into the quota of its column that says the same, or into a new one."""
    found = next((slot for slot in slots if slot.cell == cell and slot.classes), None)
    if found is None:
        found = _Slot("", cell, [])
        slots.append(found)
    found.classes.append(class_key)
    if origin:
        found.origin.append(origin)


def _slot_edits(column: Column, slot: _Slot, taken: set[str]) -> Iterator[Edit]:
    was = slot.was
    if was is None:
        yield from _added(column, slot, taken)
    elif not slot.classes:
        yield Remove(f"quotas.{was.key}")
    else:
        new = replace(
            was,
            classes=tuple(slot.classes) if set(slot.classes) != set(was.classes) else was.classes,
            limit=slot.cell.limit,
            strength=slot.cell.strength,
            clause=slot.cell.clause,
        )
        values = {name: value for name, value in _values(new).items() if value != _values(was)[name]}
        if values:
            yield SetValues(f"quotas.{was.key}", values)


def _added(column: Column, slot: _Slot, taken: set[str]) -> Iterator[Edit]:
    key = _free_key([column.category, *column.subtypes, *slot.classes], taken)
    taken.add(key)
    quota = Quota(key=key, classes=tuple(slot.classes), category=column.category, subtypes=column.subtypes)
    quota = replace(quota, limit=slot.cell.limit, strength=slot.cell.strength, clause=slot.cell.clause)
    head = {"key": key, "category": column.category, "subtypes": list(column.subtypes)}
    yield Insert("quotas", head | _values(quota))
    if slot.origin:
        yield Vouch(f"quotas.{key}", note="后台改动，由同一类别的另一项名额拆出")


def _values(quota: Quota) -> dict[str, object]:
    return {
        "classes": list(quota.classes),
        "limit": quota.limit,
        "strength": quota.strength.value,
        "clause": quota.clause,
    }


def _free_key(parts: Iterable[str], taken: set[str]) -> str:
    """Return a key for a new quota that says what it is about, as far as 40 characters go."""
    wanted = "-".join(dict.fromkeys(parts))[:KEY_CHARS].rstrip("-_")
    number, key = 1, wanted
    while key in taken:
        number += 1
        key = f"{wanted[: KEY_CHARS - 4]}-{number}"
    return key
