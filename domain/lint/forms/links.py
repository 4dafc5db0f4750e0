"""What in a form points at something else: keys, conditions, modes; and which form belongs to which category."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from domain.definition import Definition, Field, FieldKind, Form, ShownWhen, Stage, StageKind
from domain.lint.findings import Finding, error, info, listed, warning
from domain.lint.forms.places import collected_forms, declared_forms, placed
from domain.lint.keys import WELL_FORMED
from domain.lint.naming import category_names, circle, field_names, form_names, mode_names

RESERVED = frozenset({"csrf_token"})
"""Names that the page itself uses."""
SIMPLE_KINDS = frozenset(FieldKind) - {
    *(FieldKind.TABLE, FieldKind.ROWS, FieldKind.OUTLINE, FieldKind.COMMITMENT, FieldKind.MODES, FieldKind.CHOICES)
}
"""What a form of collecting may hold: units answer it on one small page."""


def check_form(form: Form, definition: Definition) -> Iterator[Finding]:
    """Yield what one form points at in vain, and sections without content."""
    yield from _keys(form)
    yield from _sections(form)
    yield from _conditions(form, definition)
    if form.key in collected_forms(definition):
        yield from _collected(form)
    used = collected_forms(definition) | declared_forms(definition)
    # While a stage has no form, or a wrong one, this may be the one it lacks, and that is told there.
    is_wanted = not used.issubset({item.key for item in definition.forms}) or any(map(_lacks, definition.stages))
    if definition.stages and form.key not in used and not is_wanted:
        sentence = f"没有环节用到「{form.title}」"
        yield info("form_unused", f"forms.{form.key}", sentence, advice="在申报或收集反馈环节中选定，或删去")
    has_modes = any(field.kind is FieldKind.MODES for field in form.all_fields)
    for place in placed(form):
        for part in place.field.parts:
            if part.per_mode and not has_modes:
                path = f"{place.path}.parts.{part.key}.per_mode"
                sentence = f"「{part.title}」按模式分写，表中却没有选择模式的项"
                yield error("per_mode_without_modes", path, sentence, advice="加一个填写方式为“选择模式”的项")


def _lacks(stage: Stage) -> bool:
    return stage.lacks_form or (stage.kind is StageKind.COLLECT and (stage.collect is None or not stage.collect.form))


def _keys(form: Form) -> Iterator[Finding]:
    path = f"forms.{form.key}"
    # The plain fields of a form and what is wrong with their keys are the business of `keys`.
    taken = {field.key for field in form.fields}
    yield from _unique(f"{path}.sections", [section.key for section in form.sections])
    for section in form.sections:
        own = [field.key for field in section.fields]
        yield from _unique(f"{path}.sections.{section.key}.fields", own, taken)
        taken.update(own)
    for place in placed(form):
        if place.field.key in RESERVED:
            yield error("reserved_key", place.path, "这个代号由页面自用，请换一个", value=place.field.key)
        yield from _unique(f"{place.path}.fields", [field.key for field in place.field.fields])
        yield from _unique(f"{place.path}.parts", [part.key for part in place.field.parts])
    yield from _unique(f"{path}.checks", [check.key for check in form.checks])


def _unique(path: str, keys: Iterable[str], taken: Iterable[str] = ()) -> Iterator[Finding]:
    seen = set(taken)
    for key in keys:
        if not WELL_FORMED.fullmatch(key):
            advice = "以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符"
            yield error("bad_key", f"{path}.{key}.key", "代号不合规则", advice=advice, value=key)
        if key in seen:
            sentence = f"代号「{key}」重复出现"
            yield error("duplicate_key", f"{path}.{key}", sentence, advice="每个代号在一张表中只能用一次", value=key)
        seen.add(key)


def _sections(form: Form) -> Iterator[Finding]:
    path = f"forms.{form.key}"
    for section in form.sections:
        if not section.fields and section.title not in form.lost:
            yield warning("empty_section", f"{path}.sections.{section.key}", f"「{section.title}」没有任何一项")
    for title in form.lost:
        advice = "取得原表后补上；在此之前不编造任何一项"
        sentence = f"「{title}」在所给原文中是空的"
        yield warning("section_lost", f"{path}.lost", sentence, advice=advice, value=title)


def _conditions(form: Form, definition: Definition) -> Iterator[Finding]:
    fields = {field.key: field for field in form.all_fields}
    rests_on: dict[str, set[str]] = {key: set() for key in fields}
    path = f"forms.{form.key}"
    for section in form.sections:
        if section.when is not None:
            yield from _condition(f"{path}.sections.{section.key}.when", section.when, fields, definition)
            for field in section.fields:
                rests_on[field.key].add(section.when.field)
    for place in placed(form):
        if place.field.when is not None:
            yield from _condition(f"{place.path}.when", place.field.when, fields, definition)
            if place.within is None:
                rests_on[place.field.key].add(place.field.when.field)
    try:
        TopologicalSorter(rests_on).prepare()
    except CycleError as found:
        sentence = f"显示条件互相依赖，永远不会显示：{circle(found.args[1], field_names(form.all_fields))}"
        yield error("when_cycle", f"{path}.sections", sentence, value=found.args[1][0])


def _condition(path: str, when: ShownWhen, fields: dict[str, Field], definition: Definition) -> Iterator[Finding]:
    field = fields.get(when.field)
    if field is None:
        sentence = f"显示条件所看的「{when.field}」不在表中"
        advice = listed(field_names(fields.values()), wrong=when.field)
        yield error("unknown_field", f"{path}.field", sentence, advice=advice, value=when.field)
        return
    options = {choice: choice for choice in field.choices}
    if field.kind is FieldKind.MODES:
        options = mode_names(definition)
    strange = [value for value in when.any_of if options and value not in options]
    if strange or not when.any_of:
        sentence = f"显示条件的值不在「{field.label}」的选项之中" if strange else "显示条件没有写明任何值"
        yield error("bad_condition", f"{path}.any_of", sentence, advice=listed(options), value="、".join(strange))


def _collected(form: Form) -> Iterator[Finding]:
    if form.sections or form.checks:
        yield error("form_too_rich", f"forms.{form.key}", "收集反馈环节的表只有一页，不分部分，也不作表内核对")
    for place in placed(form):
        field = place.field
        if field.kind not in SIMPLE_KINDS or field.when is not None or field.computed or field.other is not None:
            sentence = "收集反馈环节的表只能用简单的项，不能带条件、计算或“其他”说明"
            yield error("field_too_rich", place.path, sentence, value=field.kind)


def check_stages(definition: Definition) -> Iterator[Finding]:
    """Yield categories and forms of a declare stage that do not exist, and categories that cannot be declared."""
    for stage in definition.stages:
        if stage.declare is not None:
            yield from _declared(definition, stage)


def _declared(definition: Definition, stage: Stage) -> Iterator[Finding]:
    path = f"stages.{stage.key}.declare.forms"
    forms = {form.key: form for form in definition.forms}
    categories = category_names(definition)
    given = stage.declare.forms if stage.declare is not None else ()
    for entry in given:
        if entry.category not in categories:
            sentence = f"没有「{entry.category}」这个类别"
            yield error(
                "unknown_category",
                path,
                sentence,
                advice=listed(categories, wrong=entry.category),
                value=entry.category,
            )
        if entry.form not in forms:
            sentence = f"没有「{entry.form}」这张表"
            yield error(
                "unknown_form",
                path,
                sentence,
                advice=listed(form_names(definition), wrong=entry.form),
                value=entry.form,
            )
    for key in sorted({entry.category for entry in given}):
        if sum(entry.category == key for entry in given) > 1:
            sentence = f"类别「{categories.get(key) or key}」写了两张表"
            yield error("duplicate_category_form", path, sentence, advice="只留一张", value=key)
    is_elsewhere = stage.declare is not None and stage.declare.external is not None
    for category in definition.categories:
        form = forms.get(stage.form_of(category.key) or "")
        if stage.form_of(category.key) is None and not stage.lacks_form and not is_elsewhere:
            sentence = f"「{category.name}」没有申报表，不能在线申报"
            yield warning("category_without_form", path, sentence, advice="取得样式后补上", value=category.key)
        asks_modes = form is not None and any(field.kind is FieldKind.MODES for field in form.all_fields)
        if asks_modes and not definition.modes_of(category.key):
            sentence = f"「{category.name}」的申报表要求选择模式，这个类别却没有可选的模式"
            yield warning("no_modes_to_choose", f"categories.{category.key}.modes", sentence, value=category.key)
