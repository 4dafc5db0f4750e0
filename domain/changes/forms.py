"""What of a form in use may not be taken away: a question, an answer it allows, room for what was written."""

from collections.abc import Iterable, Iterator

from domain.changes.happened import Happened
from domain.definition import Definition, Field, Form
from domain.errors import Problem
from domain.quoting import quoted

UPPER_LIMITS = {"max_chars": "字数上限", "maximum": "最大值", "at_most": "合计上限", "max_rows": "行数上限"}
LOWER_LIMITS = {"minimum": "最小值", "min_rows": "最少行数", "min_choices": "最少选择数"}


def narrowed_forms(old: Definition, new: Definition, happened: Happened) -> Iterator[Problem]:
    """Yield every way in which a form that people fill in now asks more or allows less than before."""
    kept = {form.key: form for form in new.forms}
    for form in old.forms:
        if form.key not in _in_use(old, happened):
            continue
        becomes = kept.get(form.key)
        if becomes is None:
            yield Problem(f"forms.{form.key}", form.title, f"表{quoted(form.title)}正在填报，不能删去", "保留这张表")
        else:
            yield from _narrowed(form, becomes)


def _in_use(definition: Definition, happened: Happened) -> frozenset[str]:
    """Return the keys of the forms of stages that have opened."""
    found: set[str | None] = set()
    for stage in definition.stages:
        if happened.has_opened(stage.key):
            found.add(stage.form)
            found.update(given.form for given in stage.declare.forms) if stage.declare else None
            found.add(stage.collect.form) if stage.collect else None
    return frozenset(key for key in found if key)


def _narrowed(was: Form, becomes: Form) -> Iterator[Problem]:
    places = _places(becomes)
    known = _places(was)
    for key, (path, field) in known.items():
        if key not in places:
            yield Problem(path, field.label, f"{quoted(field.label)}正在填报，不能删去", "保留它；可以改为选填")
        else:
            yield from _narrowed_field(*places[key], field)
    for key, (path, field) in places.items():
        if key not in known and field.required:
            yield Problem(
                f"{path}.required", "是", f"填报已经开始，添加的{quoted(field.label)}只能是选填", "改为选填"
            )
    yield from _materials(was, becomes)


def _places(form: Form) -> dict[str, tuple[str, Field]]:
    """Return the fields of a form with their places, by key: a field keeps its identity wherever it stands."""
    found = {field.key: (f"forms.{form.key}.fields.{field.key}", field) for field in form.fields}
    for section in form.sections:
        for field in section.fields:
            found[field.key] = (f"forms.{form.key}.sections.{section.key}.fields.{field.key}", field)
    return found


def _narrowed_field(path: str, new: Field, old: Field) -> Iterator[Problem]:
    name = old.label
    if new.kind is not old.kind:
        yield Problem(f"{path}.kind", new.kind.value, f"{quoted(name)}正在填报，不能改种类", old.kind.value)
        return
    if new.required and not old.required:
        yield Problem(f"{path}.required", "是", f"{quoted(name)}正在填报，不能由选填改为必填", "保持选填")
    yield from _taken_away(f"{path}.choices", name, "选项", old.choices, new.choices)
    yield from _taken_away(f"{path}.years", name, "年份", map(str, old.years), map(str, new.years))
    for limit, word in UPPER_LIMITS.items():
        was, becomes = getattr(old, limit), getattr(new, limit)
        if becomes is not None and (was is None or becomes < was):
            allowed = "不加限制" if was is None else f"不小于 {was}"
            yield Problem(f"{path}.{limit}", str(becomes), f"{quoted(name)}正在填报，{word}不能收紧", allowed)
    for limit, word in LOWER_LIMITS.items():
        was, becomes = getattr(old, limit), getattr(new, limit)
        if becomes is not None and (was is None or becomes > was):
            allowed = "不加限制" if was is None else f"不大于 {was}"
            yield Problem(f"{path}.{limit}", str(becomes), f"{quoted(name)}正在填报，{word}不能收紧", allowed)
    inner = {field.key: field for field in new.fields}
    for field in old.fields:
        if field.key not in inner:
            yield Problem(
                f"{path}.fields.{field.key}", field.label, f"{quoted(name)}的{quoted(field.label)}不能删去", "保留它"
            )
        else:
            yield from _narrowed_field(f"{path}.fields.{field.key}", inner[field.key], field)


def _taken_away(path: str, name: str, what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Problem]:
    kept = set(new)
    gone = [item for item in old if item not in kept]
    if gone:
        yield Problem(path, "、".join(gone), f"{quoted(name)}正在填报，{what}不能减少", "可以增加，不能减少")


def _materials(was: Form, becomes: Form) -> Iterator[Problem]:
    known = {material.key: material for material in was.materials}
    kept = {material.key for material in becomes.materials}
    for material in was.materials:
        if material.key not in kept:
            path = f"forms.{was.key}.materials.{material.key}"
            yield Problem(path, material.label, f"材料{quoted(material.label)}正在上传，不能删去", "可以改为“如有”")
    for material in becomes.materials:
        old = known.get(material.key)
        path = f"forms.{was.key}.materials.{material.key}"
        if material.required and (old is None or not old.required):
            yield Problem(
                f"{path}.required", "是", f"填报已经开始，不能添加必交的材料{quoted(material.label)}", "改为“如有”"
            )
        if old is not None and set(old.kinds) - set(material.kinds):
            yield Problem(
                f"{path}.kinds", "", f"材料{quoted(material.label)}正在上传，文件种类不能减少", "可以增加，不能减少"
            )
        if old is not None and material.min_count > old.min_count:
            yield Problem(f"{path}.min_count", str(material.min_count), "最少份数不能增加", f"不多于 {old.min_count}")
