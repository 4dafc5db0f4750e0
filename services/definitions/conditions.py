"""Rules and expressions in words: "服务收入占比 不低于 30%（原则上）", "服务收入 ≤ 营业收入"."""

import re
from collections.abc import Mapping

from domain.definition import Operator, Rule
from domain.quoting import quoted
from domain.rules.comparing import SEPARATOR, SUBMISSION
from domain.rules.facts import CREDIT_DAYS
from services.definitions.names import Names
from services.definitions.words import choice
from services.expressions import CALLED

TOKEN = re.compile(r"""(?P<text>'[^']*'|"[^"]*")|[A-Za-z_]\w*|<=|>=|==|!=|[*/]""")
SPOKEN: Mapping[str, str] = {
    **{"and": "并且", "or": "或者", "not": "不", "in": "属于", "True": "是", "False": "否"},
    **CALLED,
    **{"<=": "≤", ">=": "≥", "==": "=", "!=": "≠", "*": "×", "/": "÷"},
}
"""Words and signs of an expression as people write them."""
ASKING: Mapping[Operator, tuple[str, str]] = {
    Operator.IS: ("应为 ", ""),
    Operator.IS_NOT: ("不应为 ", ""),
    Operator.IN: ("应为 ", " 之一"),
    Operator.NOT_IN: ("不应为 ", " 之一"),
}
"""What stands before and behind the value where "应" and the word of the operator do not make a sentence."""


def rule_told(names: Names, rule: Rule) -> str:
    """Return what a rule asks; the sentence to answer where only a person can judge."""
    limit = f"{value_told(names, rule.subject, rule.value)}{rule.unit}"
    before, after = ASKING.get(rule.operator, (f"应{choice(rule.operator)} ", ""))
    after = after if SEPARATOR in rule.value else ""
    match rule.operator:
        case Operator.SEEN:
            who = "申报单位签认：" if rule.is_signed else ""
            said = f"{who}{(rule.question or rule.clause).rstrip('。')}"
        case Operator.EXPRESSION:
            said = expression_told(names, rule.expression)
        case Operator.FULL_YEARS:
            said = f"{subject_told(names, rule.subject)}满 {rule.value} 年"
        case Operator.NO_TITLE | Operator.HAS_TITLE:
            said = f"{choice(rule.operator)}：{limit}"
        case _:
            said = f"{subject_told(names, rule.subject)}{before}{limit}{after}"
    return f"{said.strip()}（{choice(rule.force)}）"


def subject_told(names: Names, subject: str) -> str:
    """Return what a rule judges. The key of a form that is not there yet stays: only the form will tell its name."""
    called = names.facts.get(subject, "")
    return called or (f"申报表尚未载入的一项（代号 {subject}）" if subject else "")


def value_told(names: Names, subject: str, value: str) -> str:
    """Return the value that a rule compares with, in the words of what it judges."""
    called = names.judged.get(subject, {})
    return SEPARATOR.join(called.get(part) or _compared(names, part) for part in value.split(SEPARATOR))


def expression_told(names: Names, expression: str) -> str:
    """Return an expression with what its names stand for, and with the signs that people write."""

    def spoken(found: re.Match[str]) -> str:
        if found["text"]:
            return quoted(names.quoted.get(found["text"][1:-1], found["text"][1:-1]))
        return SPOKEN.get(found[0]) or names.expressed.get(found[0], found[0])

    return TOKEN.sub(spoken, expression)


def _compared(names: Names, part: str) -> str:
    """Return one value in words: a moment counted from the submission, a title of the registry, or as it is."""
    if part == CREDIT_DAYS:
        return "提交前规定的有效天数"
    if submitted := SUBMISSION.match(part):
        return f"提交前 {submitted[1]} 天" if submitted[1] else "提交当日"
    programme, _, category = part.partition("/")
    if programme in names.programmes:
        return " · ".join(filter(None, (names.programmes[programme], names.categories.get(category, category))))
    return part
