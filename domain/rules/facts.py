"""The facts that rules speak of: what they are called, how they are shown, and how expressions name them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

NOT_IN_NAMES = re.compile(r"\W")


class FactKind(StrEnum):
    """What a fact holds; decides which operators make sense for it."""

    TEXT = "text"
    PLACE = "place"
    CODE = "code"
    YES_NO = "yes_no"
    DATE = "date"
    NUMBER = "number"
    SEVERAL = "several"
    TITLES = "titles"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that every case has without a form. is_profile: kept with the organisation, so nobody is asked again."""

    label: str
    kind: FactKind = FactKind.TEXT
    is_profile: bool = False


FACTS: Mapping[str, Fact] = {
    "unit": Fact("推荐单位"),
    "category": Fact("申报类别"),
    "subtype": Fact("申报类型"),
    "modes": Fact("模式", FactKind.SEVERAL),
    "region": Fact("注册地", FactKind.PLACE, is_profile=True),
    "organisation.name": Fact("单位名称", is_profile=True),
    "organisation.credit_code": Fact("统一社会信用代码", is_profile=True),
    "organisation.kind": Fact("单位类型", is_profile=True),
    "organisation.is_group": Fact("是否集团或总公司", FactKind.YES_NO, is_profile=True),
    "organisation.nature": Fact("单位性质", is_profile=True),
    "organisation.industry": Fact("所属行业", FactKind.CODE, is_profile=True),
    "organisation.legal_person": Fact("法定代表人", is_profile=True),
    "organisation.address": Fact("注册地址", FactKind.PLACE, is_profile=True),
    "organisation.region": Fact("注册地", FactKind.PLACE, is_profile=True),
    "organisation.founded_on": Fact("成立日期", FactKind.DATE, is_profile=True),
    "titles": Fact("已获称号", FactKind.TITLES, is_profile=True),
    "area.titles": Fact("推荐单位辖区内已获称号的数目", FactKind.NUMBER, is_profile=True),
}
"""A place matches a wider name that it contains ("某省某市某区" is in "某区"); a code, one that it begins with."""

ORGANISATION_KINDS: Mapping[str, str] = {
    "enterprise": "企业",
    "university": "高等院校",
    "institute": "科研院所",
    "association": "行业协会",
    "government": "政府部门",
    "other": "其他",
}
"""Values of "organisation.kind", and what they are called."""

CREDIT_DAYS = "credit_days"
"""The fact that holds `Declare.credit_days`, and the value of a date rule that means "no older than these days"."""
STATEMENTS = "statements."
"""What the applicant signed stands in the facts under this, followed by the rule's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTitle:
    """A title of the registry that the applicant has won at some time.

    holder: the name in the registry. awarded_on, withdrawn_on: None where unknown, or while it is valid.
    programme_name, category_name: for people; the keys are shown where they are empty.
    """

    programme: str
    category: str
    batch_no: int
    holder: str
    awarded_on: date | None = None
    withdrawn_on: date | None = None
    programme_name: str = ""
    category_name: str = ""

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the title was in force on a day; from the day of its withdrawal on it is not (S003-60)."""
        is_awarded = self.awarded_on is None or self.awarded_on <= day
        return is_awarded and (self.withdrawn_on is None or self.withdrawn_on > day)

    def fits(self, wanted: str) -> bool:
        """Tell whether "programme/category", "programme" or "*" means this title."""
        programme, _, category = wanted.partition("/")
        return programme in {"*", self.programme} and category in {"", "*", self.category}

    def __str__(self) -> str:
        """Return "服务型制造示范 第 3 批 示范城市（甲市，2021 年）"."""
        year = f"，{self.awarded_on.year} 年" if self.awarded_on is not None else ""
        name = f"{self.programme_name or self.programme} 第 {self.batch_no} 批"
        return f"{name} {self.category_name or self.category}（{self.holder}{year}）"


def identifier(path: str) -> str:
    """Return the name of a fact or leaf inside expressions: "indicators.share.-1" is indicators_share__1."""
    return NOT_IN_NAMES.sub("_", path)


def expression_names(facts: Mapping[str, object], on: date) -> dict[str, object]:
    """Return the facts as an expression names them; titles in force on the day as "programme/category".

    A fact that holds nothing is left out, so that an expression which needs it is refused rather than wrong.
    """
    held = facts.get("titles")
    known = dict(facts)
    if isinstance(held, tuple):
        titles = (title for title in held if isinstance(title, HeldTitle) and title.is_valid_on(on))
        known["titles"] = [f"{title.programme}/{title.category}" for title in titles]
    return {identifier(path): value for path, value in known.items() if value is not None and value != ""}
