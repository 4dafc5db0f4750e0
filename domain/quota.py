"""Places of a quota (推荐名额): which quotas a case falls under, what is left, and when a place is refused.

A recommendation takes a numbered place 1..limit of every quota that covers it; that two cases never share one is the
database's to guarantee (`models.recommending.Place`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from domain.definition import Category, Definition, Quota, Strength
from domain.errors import Invalid, Problem, RuleBroken
from domain.expressions import Evaluate


class QuotaFull(RuleBroken):
    """A hard quota has no place left for this unit."""

    code = "quota_full"


class QuotaClosed(QuotaFull):
    """The unit may not recommend here at all (limit 0)."""

    code = "quota_closed"


@dataclass(frozen=True, slots=True)
class Remaining:
    """A quota as it stands for one unit.

    limit: the unit's places, by its class or as allotted; None for no limit. used: places taken.
    """

    quota: Quota
    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        """Return the free places, never below 0; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def is_closed(self) -> bool:
        """Tell whether nothing may be recommended under this quota."""
        return self.limit == 0 and self.quota.strength is Strength.HARD


def quotas_for(definition: Definition, class_key: str, allotted: Collection[str] = ()) -> list[Quota]:
    """Return the quotas that bind a unit: those of its class, and those of which it was given a share.

    allotted: keys of the quotas that a unit above, or the office, has divided out to it.
    """
    return [quota for quota in definition.quotas if class_key in quota.classes or quota.key in allotted]


def covers(quota: Quota, category: str, subtype: str) -> bool:
    """Tell whether a case of this category and sub-type falls under the quota."""
    return quota.category == category and (not quota.subtypes or subtype in quota.subtypes)


def is_free(quota: Quota, facts: Mapping[str, object], evaluate: Evaluate) -> bool:
    """Tell whether a case takes no place of the quota (不占名额). Raises BadExpression."""
    return bool(quota.free_when) and bool(evaluate(quota.free_when, facts))


def name_of(quota: Quota, category: Category) -> str:
    """Return what a quota is about, in words: "示范平台（共享制造类）"."""
    names = [subtype.name for subtype in category.subtypes if subtype.key in quota.subtypes]
    if not names:
        return category.name
    return f"{category.name}（{'、'.join(names)}{'合计' if len(names) > 1 else ''}）"


def free_number(taken: Collection[int]) -> int:
    """Return the lowest free place, from 1. taken: numbers given already, in any order."""
    numbers = set(taken)
    return next(number for number in range(1, len(numbers) + 2) if number not in numbers)


def require_place(stands: Remaining, name: str, *, over_reason: str) -> None:
    """Refuse the one too many, saying what would be allowed.

    name: what the quota is about. over_reason: why a soft limit ("原则上") is exceeded; "" where it is not.
    Raises QuotaClosed, QuotaFull; Invalid at `over_reason` for a soft limit without a reason.
    """
    if stands.limit is None or stands.used < stands.limit:
        return
    clause = f"依据：{stands.quota.clause}。" if stands.quota.clause else ""
    count = f"“{name}”推荐名额 {stands.limit} 个，已用 {stands.used} 个，剩余 0 个"
    if stands.quota.strength is Strength.SOFT:
        if not over_reason.strip():
            raise Invalid(
                [Problem("over_reason", "", f"{count}，超出须说明理由", f"{clause}填写超额推荐理由后可以报送")]
            )
        return
    if stands.limit == 0:
        raise QuotaClosed(f"“{name}”不受理本单位推荐（推荐名额为 0）。{clause}", quota=stands.quota.key)
    sentence = f"{count}。{clause}可先撤回报送其他申报件，或申请名额调剂。"
    raise QuotaFull(sentence, quota=stands.quota.key, limit=stands.limit, used=stands.used)
