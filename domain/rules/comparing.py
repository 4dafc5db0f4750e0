"""Comparing a fact with a rule's value: one function for each operator, and nothing about words or force."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from domain.definition import Force, Operator, Rule
from domain.rules.dates import add_years
from domain.rules.facts import CREDIT_DAYS, FACTS, STATEMENTS, FactKind, HeldTitle

YES = frozenset({"yes", "是", "true", "1", "on"})
NO = frozenset({"no", "否", "false", "0", "off"})
SUBMISSION = re.compile(r"^submission(?:-(\d{1,4}))?$")
SEPARATOR = "、"

Compare = Callable[[Rule, object, Mapping[str, object], date], bool]
"""Tells whether a value meets a rule, given the other facts and the day of submission."""


class NotComparable(ValueError):  # noqa: N818 - it is a finding, not a fault
    """The fact or the rule's value is not of the kind that the operator needs; carries a sentence for people."""


def subject_of(rule: Rule) -> str:
    """Return the fact that a rule judges; for a signed statement without a subject, the statement itself."""
    return f"{STATEMENTS}{rule.key}" if rule.is_signed and not rule.subject else rule.subject


def listed(text: str) -> tuple[str, ...]:
    """Return the parts of a list written with "、"."""
    return tuple(part.strip() for part in text.split(SEPARATOR) if part.strip())


def number(value: object) -> Decimal:
    """Return a fact or a rule's value as a number, also with a percent sign or commas. Raises NotComparable."""
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value).strip().rstrip("%％").replace(",", ""))
    except InvalidOperation:
        raise NotComparable(f"“{value}”不是数字") from None
    if not found.is_finite():
        raise NotComparable(f"“{value}”不是数字")
    return found


def day(value: object) -> date:
    """Return a fact as a day. Raises NotComparable."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise NotComparable(f"“{value}”不是日期，应如 2023-03-20") from None


def limit_day(rule: Rule, facts: Mapping[str, object], on: date) -> date | None:
    """Return the day that a rule names: itself, or counted back from the submission; None for no limit.

    "submission", "submission-30", "credit_days" (so many days before the submission as the batch says).
    Raises NotComparable.
    """
    if rule.value == CREDIT_DAYS:
        days = facts.get(CREDIT_DAYS)
        return on - timedelta(days=int(number(days))) if days is not None else None
    relative = SUBMISSION.match(rule.value)
    return on - timedelta(days=int(relative[1] or 0)) if relative else day(rule.value)


def years(rule: Rule) -> int:
    """Return the number of years of a rule. Raises NotComparable."""
    found = number(rule.value)
    if found != found.to_integral_value() or not 0 < found < 200:
        raise NotComparable(f"“{rule.value}”不是年数")
    return int(found)


def as_of(rule: Rule, on: date) -> date:
    """Return the day up to which full years are counted. Raises NotComparable."""
    return day(rule.as_of) if rule.as_of else on


def held(value: object, wanted: str, on: date) -> tuple[HeldTitle, ...]:
    """Return the titles that are meant and in force on the day. Raises NotComparable."""
    if not isinstance(value, tuple) or not all(isinstance(title, HeldTitle) for title in value):
        raise NotComparable("没有称号的资料")
    return tuple(title for title in value if title.is_valid_on(on) and any(map(title.fits, listed(wanted))))


def compare(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    """Tell whether a fact that is there meets the rule. Raises NotComparable."""
    return COMPARED[rule.operator](rule, value, facts, on)


def tolerance(rule: Rule) -> Decimal:
    """Return how far the value may be off; nothing unless the rule is a band ("左右")."""
    return Decimal(str(rule.tolerance or 0)) if rule.force is Force.BAND else Decimal(0)


def _measured(rule: Rule, value: Decimal) -> bool:
    limit, off = number(rule.value), tolerance(rule)
    match rule.operator:
        case Operator.GREATER:
            return value > limit - off
        case Operator.AT_LEAST:
            return value >= limit - off
        case Operator.LESS:
            return value < limit + off
        case _:
            return value <= limit + off


def _is_seen(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    return not rule.is_signed or str(value).strip().lower() in YES


def _is_equal(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    if rule.force is Force.BAND:
        return abs(number(value) - number(rule.value)) <= tolerance(rule)
    return _is_one_of(rule, value, (rule.value.strip(),))


def _is_listed(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    return _is_one_of(rule, value, listed(rule.value))


def _is_measured(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    return _measured(rule, number(value))


def _is_before(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    limit = limit_day(rule, facts, on)
    return limit is None or day(value) <= limit


def _is_after(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    limit = limit_day(rule, facts, on)
    return limit is None or day(value) >= limit


def _is_old_enough(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    return add_years(day(value), years(rule)) <= as_of(rule, on)


def _is_titled(rule: Rule, value: object, facts: Mapping[str, object], on: date) -> bool:
    return bool(held(value, rule.value, on))


def _not(met: Compare) -> Compare:
    return lambda rule, value, facts, on: not met(rule, value, facts, on)


def _is_one_of(rule: Rule, value: object, wanted: tuple[str, ...]) -> bool:
    """Tell whether the fact, or one of several, is one of these."""
    if isinstance(value, tuple | list):
        return any(_is_one_of(rule, item, wanted) for item in value)
    if isinstance(value, bool):
        return any(text.lower() in (YES if value else NO) for text in wanted)
    if isinstance(value, Decimal):
        return any(number(value) == number(text) for text in wanted)
    if isinstance(value, date):
        return any(value == day(text) for text in wanted)
    text = str(value).strip()
    fact = FACTS.get(rule.subject)
    match fact.kind if fact is not None else FactKind.TEXT:
        case FactKind.PLACE:
            return any(place in text for place in wanted)
        case FactKind.YES_NO:
            return any(word.lower() in (YES if text.lower() in YES else NO) for word in wanted)
        case FactKind.CODE:
            return any(text.startswith(code) for code in wanted)
        case _:
            return text in wanted


COMPARED: Mapping[Operator, Compare] = {
    Operator.SEEN: _is_seen,
    Operator.IS: _is_equal,
    Operator.IS_NOT: _not(_is_equal),
    Operator.IN: _is_listed,
    Operator.NOT_IN: _not(_is_listed),
    Operator.GREATER: _is_measured,
    Operator.AT_LEAST: _is_measured,
    Operator.LESS: _is_measured,
    Operator.AT_MOST: _is_measured,
    Operator.ON_OR_BEFORE: _is_before,
    Operator.ON_OR_AFTER: _is_after,
    Operator.FULL_YEARS: _is_old_enough,
    Operator.HAS_TITLE: _is_titled,
    Operator.NO_TITLE: _not(_is_titled),
}
"""All operators but `expression`, which is not about one value."""
