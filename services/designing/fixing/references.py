"""Fixes of references to what is not there: the key that was meant, or none at all."""

from collections.abc import Callable, Iterator, Mapping

from domain.definition import CategoryForm, Definition, Form, Rule
from domain.rules.comparing import listed
from domain.rules.facts import FACTS, ORGANISATION_KINDS
from domain.rules.subjects import declared_with, subjects
from services.designing.edits import Remove, SetValues
from services.designing.fixing.base import Asked, Fix, Maker, alike

Names = dict[str, str]
"""What may be referred to, by key, with the name that people know it by."""

KNOWN: Mapping[str, Callable[[Definition], Names]] = {
    "unknown_applicants": lambda definition: dict(ORGANISATION_KINDS),
    "unknown_category": lambda definition: {item.key: item.name for item in definition.categories},
    "unknown_class": lambda definition: {item.key: item.name for item in definition.unit_classes},
    "unknown_form": lambda definition: {item.key: item.title for item in definition.forms},
    "unknown_ladder": lambda definition: {item.key: item.name or item.key for item in definition.ladders},
    "unknown_mode": lambda definition: {item.key: item.name for item in definition.offered_modes},
    "unknown_stage": lambda definition: {item.key: item.title for item in definition.stages},
    "unknown_subtype": lambda definition: {
        item.key: item.name for category in definition.categories for item in category.subtypes
    },
}
WHEN_EMPTY: Mapping[str, str] = {
    "classes": "，删后适用于全部单位",
    "categories": "，删后适用于全部类别",
    "subtypes": "，删后适用于全部子类",
    "modes": "，删后不限模式",
    "applicants": "，删后不限单位类型",
    "after": "，删后不再等待其他环节",
}
"""What an empty list means, by its name: it is part of what the fix does, so its label says it."""
WITHOUT: Mapping[str, str] = {
    "ladder": "这个环节不自动提醒",
    "goes_with": "免报说明不随其他环节报送",
    "stage": "适用于全部环节",
    "form": "不指定表",
    "upper": "不设上级单位",
}
"""What it means that a field names nothing, by its name; other fields must name something."""


def _reference(asked: Asked) -> Iterator[Fix]:
    known = KNOWN[asked.finding.code](asked.definition)
    value = asked.value
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        yield from _in_list(asked, known)
    elif isinstance(value, tuple):
        yield from _category_forms(asked, known)
    elif isinstance(value, str):
        yield from _single(asked, known, value)


def _in_list(asked: Asked, known: Names) -> Iterator[Fix]:
    keys, wrong = asked.list_at(asked.path), asked.finding.value
    meant = alike(wrong, known)
    if meant and meant not in keys:
        yield asked.set(
            f"把“{wrong}”改为“{known[meant]}”（{meant}）", [meant if key == wrong else key for key in keys]
        )
    rest = [key for key in keys if key != wrong]
    if rest or not asked.path.startswith("quotas."):
        yield asked.set(f"删去不存在的“{wrong}”{'' if rest else WHEN_EMPTY.get(asked.name, '')}", rest)
    else:
        yield asked.remove("删去这条名额", asked.holder)


def _single(asked: Asked, known: Names, wrong: str) -> Iterator[Fix]:
    meant = alike(wrong, known) or (next(iter(known)) if len(known) == 1 else "")
    if meant:
        yield asked.set(f"改为“{known[meant]}”（{meant}）", meant)
    if asked.name in WITHOUT:
        yield asked.set(WITHOUT[asked.name], None)
    elif asked.path.startswith("quotas."):
        yield asked.remove("删去这条名额", asked.holder)


def _category_forms(asked: Asked, known: Names) -> Iterator[Fix]:
    """Mend the pairs of category and form of a declare stage; they have no keys, so the list is given whole."""
    wrong = asked.finding.value
    pairs = [item for item in asked.list_at(asked.path) if isinstance(item, CategoryForm)]
    field = "category" if asked.finding.code == "unknown_category" else "form"
    meant = alike(wrong, known)
    given = [{"category": pair.category, "form": pair.form} for pair in pairs]
    if meant:
        changed = [pair | {field: meant} if pair[field] == wrong else pair for pair in given]
        yield asked.set(f"把“{wrong}”改为“{known[meant]}”（{meant}）", changed)
    what = "类别" if field == "category" else "表"
    yield asked.set(f"删去写给不存在的{what}“{wrong}”的一行", [pair for pair in given if pair[field] != wrong])


def _upper(asked: Asked) -> Iterator[Fix]:
    codes = {unit.code: unit.name for unit in asked.definition.units if unit.code != asked.path.split(".")[1]}
    meant = alike(asked.finding.value, codes)
    if meant:
        yield asked.set(f"改为「{codes[meant]}」（{meant}）", meant)
    yield asked.set(WITHOUT["upper"], None)


def _field(asked: Asked) -> Iterator[Fix]:
    """Mend the name of a field in a rule, a condition, a check or a group, wherever the form it belongs to is."""
    wrong = asked.finding.value
    if asked.path.startswith("rules."):
        meant = alike(wrong, _judgeable(asked))
        if meant:
            yield asked.set(f"改为“{meant}”", meant)
        return
    form = asked.find(".".join(asked.path.split(".")[:2]))
    keys = [field.key for field in form.all_fields] if isinstance(form, Form) else []
    if asked.name == "field":
        meant = alike(wrong, keys)
        if meant:
            yield asked.set(f"改看“{meant}”", meant)
        yield asked.remove("删去显示条件，总是显示", asked.holder)
    elif asked.name == "one_of":
        groups = [[key for key in group if key != wrong] for group in asked.groups()]
        yield asked.set(f"从“至少填一项”中删去不存在的“{wrong}”", [group for group in groups if group])
    else:
        yield asked.set(f"删去不存在的“{wrong}”", [key for key in asked.list_at(asked.path) if key != wrong])


def _judgeable(asked: Asked) -> set[str]:
    """Return what a rule may judge in every category that it concerns."""
    definition, rule = asked.definition, asked.find(asked.holder)
    wanted = rule.categories if isinstance(rule, Rule) else ()
    concerned = [item.key for item in definition.categories if not wanted or item.key in wanted]
    known: list[set[str]] = []
    for key in concerned:
        form = declared_with(definition, key)
        if form is not None:
            known.append(set(subjects(form, definition.year, definition.modes_of(key))))
    return set(FACTS).union(set.intersection(*known) if known else ())


def _choice(asked: Asked) -> Iterator[Fix]:
    """Take what is no choice out of a list of values; a single wrong value has no substitute."""
    wrong, parts = asked.finding.value, list(listed(str(asked.value)))
    rest = [part for part in parts if part != wrong]
    if rest and rest != parts:
        yield asked.set(f"删去不存在的选项“{wrong}”", "、".join(rest))


def _condition(asked: Asked) -> Iterator[Fix]:
    wrong = set(asked.finding.value.split("、"))
    rest = [value for value in asked.list_at(asked.path) if value not in wrong]
    if rest:
        yield asked.set(f"删去不存在的“{asked.finding.value}”", rest)
    else:
        yield asked.remove("删去显示条件，总是显示", asked.holder)


def _mark(asked: Asked) -> Iterator[Fix]:
    yield asked.remove("删去这条依据", asked.holder)


def _doubt(asked: Asked) -> Iterator[Fix]:
    yield Fix("改为推定，待确认", (SetValues(asked.holder, {"mark": "inferred"}),))


def _text(asked: Asked) -> Iterator[Fix]:
    if asked.path.startswith("mails."):
        item = asked.find(asked.path)
        same = [mail for mail in asked.definition.mails if mail == item]
        if len(same) > 1:
            yield Fix("删去重复的一份（两份完全相同）", (Remove(asked.path),))


REFERENCES: Mapping[str, Maker] = {
    **dict.fromkeys(KNOWN, _reference),
    "bad_condition": _condition,
    "duplicate_evidence": _mark,
    "duplicate_mail": _text,
    "no_confirmer": _doubt,
    "no_quote": _doubt,
    "unknown_field": _field,
    "unknown_path": _mark,
    "unknown_upper": _upper,
    "unknown_value": _choice,
}
