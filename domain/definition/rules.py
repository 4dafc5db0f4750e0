"""Rules as rows: who may declare, what the numbers must be, what an officer looks at, each with its clause."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


class Operator(StrEnum):
    """How the subject is compared with the rule's value."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    GREATER = "greater"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    ON_OR_BEFORE = "on_or_before"
    ON_OR_AFTER = "on_or_after"
    FULL_YEARS = "full_years"
    NO_TITLE = "no_title"
    HAS_TITLE = "has_title"
    EXPRESSION = "expression"
    SEEN = "seen"


class Force(StrEnum):
    """How a rule binds.

    hard: refuses. soft ("原则上"): warns and asks for a reason. band ("左右"): warns only outside a tolerance.
    warn ("以上" as a criterion): warns. check: an officer answers it (yes, no, remark). mark: shown, never blocks.
    """

    HARD = "hard"
    SOFT = "soft"
    BAND = "band"
    WARN = "warn"
    CHECK = "check"
    MARK = "mark"


class Waiver(StrEnum):
    """Who may lift a hard rule for one case, with a reason; nobody unless it says so."""

    NOBODY = "nobody"
    UNIT = "unit"
    OFFICE = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    subject: what is judged: a leaf of the form ("share", "indicators.service_share.-1" with the year relative to the
        batch), or a fact of the case: "unit" (code of the channel), "category", "subtype", "modes", "region",
        "organisation.kind", "organisation.founded_on", "organisation.is_group", "titles".
    operator, value: the comparison; `value` as text: a number, a date, a list with "、", for titles
        "programme/category" ("fwxzz/city"), for full_years a number of years.
    expression: for the operator `expression`, over the same names with "." written as "_"; true means passed.
    as_of: date for full_years; None means the day of submission.
    tolerance: how far a `band` rule lets the value be off.
    categories, subtypes, modes: where the rule applies; empty means everywhere.
    question: what an officer is asked (`check`), or the applicant signs (`is_signed`).
    is_signed: the applicant answers yes in the self-check, and the answer is stored as a signed statement.
    clause: the sentence of the notice, quoted in every refusal. place: where it stands ("三（一）1").
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    clause: str
    place: str = ""
    subject: str = ""
    operator: Operator = Operator.SEEN
    value: str = ""
    unit: str = ""
    expression: str = ""
    as_of: str | None = None
    tolerance: float | None = None
    force: Force = Force.HARD
    waiver: Waiver = Waiver.NOBODY
    categories: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    question: str = ""
    is_signed: bool = False
    advice: str = ""
