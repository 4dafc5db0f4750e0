"""What the parts of one definition are called, and what the keys that point at them stand for.

A part without a name of its own goes by what people know it by: a rule by its question, a check by its sentence, a
quota by what it limits, a ladder without a name by the stages it serves; anything else by its number in the list.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from domain.definition import (
    CategoryForm,
    Check,
    Column,
    Definition,
    Form,
    Ladder,
    MailText,
    Quota,
    Rule,
    Term,
)
from domain.definition.paths import members
from domain.rules import identifier
from domain.rules.facts import FACTS, ORGANISATION_KINDS
from domain.rules.subjects import subjects
from services.definitions.words import choice

NAMING = ("title", "label", "name")
SHOWN_CHARS = 18
ADDRESS = re.compile(r"（https?:[^）]*）?|（www\.[^）]*）?")
PROFILE: Mapping[str, str] = {
    **{path.partition(".")[2]: fact.label for path, fact in FACTS.items() if path.startswith("organisation.")},
    "phone": "联系电话",
    "email": "电子邮箱",
    "site": "网址",
}
"""What an organisation's own data are called, by the name that prefills a field."""
EXPORTED: Mapping[str, str] = {
    **PROFILE,
    "category": "申报类别",
    "subtype": "子类",
    "modes": "模式",
    "unit": "推荐单位",
    "state": "状态",
    "contact": "联系人",
}
"""What a column of another platform's export may be, by name."""


class Names:
    """The names of one definition's parts by key; each mapping is made when it is first asked for."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    @cached_property
    def categories(self) -> Mapping[str, str]:
        """Return the categories by key."""
        return {category.key: category.name for category in self.definition.categories}

    @cached_property
    def subtypes(self) -> Mapping[str, str]:
        """Return the sub-types of all categories by key; a key that several use has the names of all of them."""
        found: dict[str, list[str]] = {}
        for category in self.definition.categories:
            for one in category.subtypes:
                found.setdefault(one.key, []).append(one.name)
        return {key: "或".join(dict.fromkeys(names)) for key, names in found.items()}

    @cached_property
    def modes(self) -> Mapping[str, str]:
        """Return the modes by key."""
        return {mode.key: mode.name for mode in self.definition.offered_modes}

    @cached_property
    def classes(self) -> Mapping[str, str]:
        """Return the unit classes by key."""
        return {found.key: found.name for found in self.definition.unit_classes}

    @cached_property
    def units(self) -> Mapping[str, str]:
        """Return the units by code."""
        return {unit.code: unit.name for unit in self.definition.units}

    @cached_property
    def stages(self) -> Mapping[str, str]:
        """Return the stages by key."""
        return {stage.key: stage.title for stage in self.definition.stages}

    @cached_property
    def forms(self) -> Mapping[str, str]:
        """Return the forms by key."""
        return {form.key: form.title for form in self.definition.forms}

    @cached_property
    def ladders(self) -> Mapping[str, str]:
        """Return the ladders by key, those without a name called after the stages that they serve."""
        stages = self.definition.stages
        return {
            ladder.key: ladder.name or "、".join(stage.title for stage in stages if stage.ladder == ladder.key)
            for ladder in self.definition.ladders
        }

    @cached_property
    def programmes(self) -> Mapping[str, str]:
        """Return the programme by key."""
        return {self.definition.programme.key: self.definition.programme.name}

    @cached_property
    def facts(self) -> Mapping[str, str]:
        """Return what rules may judge, by the name they use: the leaves of every form, and the facts of a case."""
        found = {path: name for form in self.definition.forms for path, name in self.leaves(form).items()}
        return found | {path: fact.label for path, fact in FACTS.items()}

    @cached_property
    def expressed(self) -> Mapping[str, str]:
        """Return the facts by the name that an expression uses."""
        return {identifier(path): name for path, name in self.facts.items()}

    @cached_property
    def quoted(self) -> Mapping[str, str]:
        """Return what a key between quotation marks of an expression may stand for."""
        return {**ORGANISATION_KINDS, **self.units, **self.modes, **self.subtypes, **self.categories}

    @cached_property
    def judged(self) -> Mapping[str, Mapping[str, str]]:
        """Return what the values of a fact are called, by fact."""
        return {
            "unit": self.units,
            "category": self.categories,
            "subtype": self.subtypes,
            "modes": self.modes,
            "organisation.kind": ORGANISATION_KINDS,
            "organisation.is_group": {"yes": "是", "no": "否"},
        }

    def leaves(self, form: Form) -> dict[str, str]:
        """Return what the fields of a form are called, nested ones by their own key, too."""
        nested = {inner.key: inner.label for field in form.all_fields for inner in field.fields}
        named = subjects(form, self.definition.year, self.definition.offered_modes)
        own = {field.key: field.label for field in form.all_fields}
        return nested | {path: subject.label for path, subject in named.items()} | own

    def item(self, item: object, number: int | None = None) -> str:
        """Return what an item of a list is called.

        number: its place in the list, from 0, for an item that has no name; None returns "" for such an item.
        """
        match item:
            case Quota():
                said = self._quota(item)
            case Ladder():
                said = self.ladders.get(item.key, "")
            case Rule():
                said = self._rule(item)
            case Check():
                said = item.sentence.rstrip("。")
            case MailText():
                where = self.stages.get(item.stage or "", "")
                said = f"{choice(item.kind)}{f'（{where}）' if where else ''}"
            case CategoryForm():
                said = self.categories.get(item.category, item.category)
            case Column():
                said = item.heading
            case Term():
                said = item.word
            case _:
                own = members(item) or {}
                said = next((str(own[name]) for name in NAMING if own.get(name)), "")
        return said or ("" if number is None else f"第 {number + 1} 项")

    @cached_property
    def _rules(self) -> Mapping[str, str]:
        """Return a name for each rule by key, told apart as far as people can tell the rules apart."""
        rules = self.definition.rules
        found = {rule.key: rule.question.rstrip("。") or shortened(rule.clause) for rule in rules}
        for further in (self._judges, self._concerns, lambda rule: choice(rule.force)):
            counted = Counter(found.values())
            for rule in rules:
                more = further(rule) if counted[found[rule.key]] > 1 else ""
                found[rule.key] = f"{found[rule.key]}（{more}）" if more else found[rule.key]
        return found

    def _judges(self, rule: Rule) -> str:
        return "" if rule.question else self.facts.get(rule.subject, "")

    def _concerns(self, rule: Rule) -> str:
        """Return where a rule applies, by the narrowest that it names."""
        by_mode = [self.modes.get(key, key) for key in rule.modes]
        by_subtype = [self.subtypes.get(key, key) for key in rule.subtypes]
        by_category = [self.categories.get(key, key) for key in rule.categories]
        return "、".join(by_mode or by_subtype or by_category)

    def _rule(self, rule: Rule) -> str:
        return self._rules.get(rule.key) or rule.question.rstrip("。") or shortened(rule.clause)

    def _quota(self, quota: Quota) -> str:
        """Return what a quota limits, "示范平台共享制造类（省级）"."""
        classes = "、".join(self.classes.get(key, key) for key in quota.classes)
        # Two categories may both have a sub-type "other".
        own = [one for found in self.definition.categories if found.key == quota.category for one in found.subtypes]
        subtypes = "、".join(one.name for one in own if one.key in quota.subtypes)
        return f"{self.categories.get(quota.category, quota.category)}{subtypes}（{classes}）"


def shortened(text: str) -> str:
    """Return the beginning of a sentence, with an ellipsis where more follows."""
    plain = ADDRESS.sub("", text).rstrip("。")
    return plain if len(plain) <= SHOWN_CHARS else f"{plain[:SHOWN_CHARS].rstrip('，、；：（“')}…"
