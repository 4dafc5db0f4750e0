"""The words of a verdict: how a fact is called, how a value and a limit are shown, and the sentence itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.definition import Force, Operator, Rule
from domain.quoting import quoted
from domain.rules.comparing import (
    NotComparable,
    as_of,
    held,
    limit_day,
    listed,
    subject_of,
    years,
)
from domain.rules.dates import latest_start
from domain.rules.facts import FACTS, ORGANISATION_KINDS, STATEMENTS, HeldTitle

MEASURES: Mapping[Operator, str] = {
    Operator.GREATER: "大于",
    Operator.AT_LEAST: "不低于",
    Operator.LESS: "小于",
    Operator.AT_MOST: "不超过",
}

CALLED: Mapping[str, Mapping[str, str]] = {
    "organisation.kind": ORGANISATION_KINDS,
    "organisation.is_group": {"yes": "是", "no": "否"},
}
"""What the values of a fact are called where the batch has no words of its own for them."""

REGISTRY = frozenset({"titles", "area.titles"})
"""Facts that the registry of titles tells, and nobody fills in."""

VERBS: Mapping[Operator, str] = {
    Operator.IS: "应为",
    Operator.IS_NOT: "应为",
    Operator.IN: "应为",
    Operator.NOT_IN: "应为",
    Operator.ON_OR_BEFORE: "应在",
    Operator.ON_OR_AFTER: "应在",
}
"""What leads from a value to its limit, where "应" alone does not."""


@dataclass(frozen=True, slots=True)
class Words:
    """How facts are called and shown.

    labels: by fact or leaf. units: of numbers, by fact or leaf ("万元"). values: by fact or leaf, what its values are
    called ({"unit": {"410300": "洛阳市工业和信息化局"}}).
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def label(self, rule: Rule) -> str:
        """Return what the fact is called."""
        fact = FACTS.get(rule.subject)
        return self.labels.get(rule.subject) or (fact.label if fact is not None else rule.subject)

    def unit(self, rule: Rule) -> str:
        """Return the unit of the number that is judged, "" for none."""
        return rule.unit or self.units.get(rule.subject, "")

    def one(self, rule: Rule, value: object) -> str:
        """Return one value as it is shown."""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, Decimal):
            return format(value, "f")
        text = value.isoformat() if isinstance(value, date) else str(value).strip()
        return self.values.get(rule.subject, CALLED.get(rule.subject, {})).get(text, text)

    def value(self, rule: Rule, value: object, on: date) -> str:
        """Return what was judged; of titles only those that are meant and in force on the day."""
        if value is None or value == "":
            return ""
        if isinstance(value, tuple | list):
            if any(isinstance(item, HeldTitle) for item in value):
                return "、".join(map(str, held(tuple(value), rule.value or "*", on)))
            return "、".join(self.one(rule, item) for item in value)
        is_measured = rule.operator in MEASURES or rule.force is Force.BAND
        text = self.one(rule, value)
        unit = self.unit(rule) if is_measured else ""
        return text if text.endswith(unit) else f"{text}{unit}"

    def limit(self, rule: Rule, facts: Mapping[str, object], on: date) -> str:
        """Return what would be allowed ("大于 50%"); "" where the sentence of the notice says it."""
        try:
            return self._limit(rule, facts, on)
        except (NotComparable, ValueError, ArithmeticError):
            return rule.value

    def _limit(self, rule: Rule, facts: Mapping[str, object], on: date) -> str:
        listing = "、".join(self.one(rule, item) for item in listed(rule.value))
        match rule.operator:
            case Operator.IS if rule.force is not Force.BAND:
                return quoted(self.one(rule, rule.value))
            case Operator.IS_NOT:
                return f"{quoted(self.one(rule, rule.value))}以外"
            case Operator.IN:
                return f"{listing} 之一"
            case Operator.NOT_IN:
                return f"{listing} 以外"
            case Operator.ON_OR_BEFORE | Operator.ON_OR_AFTER:
                day = limit_day(rule, facts, on)
                side = "前" if rule.operator is Operator.ON_OR_BEFORE else "后"
                return f"{day.isoformat()}（含当日）以{side}" if day is not None else ""
            case Operator.FULL_YEARS:
                until, least = as_of(rule, on), years(rule)
                latest = latest_start(until, least)
                return f"截至 {until.isoformat()} 满 {least} 年，即不晚于 {latest.isoformat()}"
            case Operator.HAS_TITLE | Operator.NO_TITLE | Operator.SEEN | Operator.EXPRESSION:
                return ""
            case _:
                return self._measure(rule)

    def _measure(self, rule: Rule) -> str:
        unit = self.unit(rule)
        number = rule.value if rule.value.endswith(unit) else f"{rule.value}{unit}"
        wanted = f"{MEASURES.get(rule.operator, '')} {number}".strip()
        off = f"（左右，允许相差 {rule.tolerance or 0:g}{unit}）" if rule.force is Force.BAND else ""
        return f"{wanted}{off}"


def judged(rule: Rule, words: Words, value: str, limit: str, *, is_met: bool) -> str:
    """Return the sentence about a rule that is met or broken."""
    said = _met(rule, words, value) if is_met else _broken(rule, words, value, limit)
    parts = [f"{said}。", clause(rule)]
    if not is_met and rule.advice and rule.advice not in said:
        parts.append(_ended(rule.advice))
    return "".join(parts)


def unknown(rule: Rule, words: Words, because: str) -> str:
    """Return the sentence about a rule that cannot be judged yet."""
    label = words.label(rule) or rule.question
    if because:
        said = f"{quoted(label)}无法判断：{because.rstrip('。')}" if label else because.rstrip("。")
    elif subject_of(rule).startswith(STATEMENTS):
        said = f"请申报单位确认：{rule.question.rstrip('。？')}"
    elif rule.subject in REGISTRY:
        said = f"{quoted(label)}由系统在示范名单库中查询，现在还不能判断"
    elif rule.subject in FACTS and FACTS[rule.subject].is_profile:
        said = f"申报单位资料中没有{quoted(label)}，请先补充"
    elif label:
        said = f"尚未填写{quoted(label)}，无法判断"
    else:
        said = "判断所需的内容尚未填全"
    return f"{said}。{clause(rule)}"


def asked(rule: Rule, words: Words, value: str) -> str:
    """Return what an officer is asked, with the value that concerns it."""
    question = rule.question or rule.clause
    return f"{question}（{words.label(rule)}：{value}）" if value and rule.subject else question


def marked(rule: Rule, words: Words, value: str) -> str:
    """Return what is to be seen."""
    label = words.label(rule)
    said = f"{label}：{value}" if value else label or rule.advice
    parts = [f"{said}。" if said else "", clause(rule)]
    if rule.advice and rule.advice != said:
        parts.append(_ended(rule.advice))
    return "".join(parts)


def clause(rule: Rule) -> str:
    """Return the clause with its place, as a sentence of its own; "" where there is none."""
    if not rule.clause:
        return ""
    return f"依据{rule.place}：“{rule.clause}”。" if rule.place else f"依据：“{rule.clause}”。"


def _met(rule: Rule, words: Words, value: str) -> str:
    label = words.label(rule)
    return f"{label}为{value}，符合" if value and label else "符合"


def _broken(rule: Rule, words: Words, value: str, limit: str) -> str:
    label = words.label(rule)
    match rule.operator:
        case Operator.NO_TITLE:
            return f"已获称号：{value}，{rule.advice.rstrip('。') or '不能再次申报'}"
        case Operator.HAS_TITLE:
            return f"示范名单库中没有查到应有的称号（{'、'.join(listed(rule.value))}）"
        case Operator.EXPRESSION:
            return rule.advice.rstrip("。") or "不符合条件"
        case Operator.SEEN:
            return f"{quoted(rule.question.rstrip('。'))}的回答不是“是”"
        case _:
            return f"{label}为{value}，{VERBS.get(rule.operator, '应')}{limit}"


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else f"{text}。"
