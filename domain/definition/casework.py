"""What the stages for cases ask: declaring, reviewing, recommending; and how a batch rests on another."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


class OneCase(StrEnum):
    """How many cases one applicant may have: one in the batch, one per category, or any number."""

    BATCH = "batch"
    CATEGORY = "category"
    ANY = "any"


class Owed(StrEnum):
    """When a unit owes something in a review or recommend stage: always, or only while cases wait with it."""

    ALWAYS = "always"
    WITH_CASES = "with_cases"


class Arrival(StrEnum):
    """Whether a paper's date is that of sending or of arrival; unknown until a person has decided."""

    UNKNOWN = "unknown"
    SENT = "sent"
    ARRIVED = "arrived"


class Relation(StrEnum):
    """How a batch rests on an upper one: passed on (转发) binds, based on (依据) is a reference."""

    PASSED_ON = "passed_on"
    BASED_ON = "based_on"


class Intake(StrEnum):
    """How the places of an office are used below it: shared out beforehand (分配名额), or won (差额推荐)."""

    ALLOCATED = "allocated"
    COMPETITIVE = "competitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryForm:
    """The form with which a category is declared."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    category: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the other platform's export: its heading, and what it is.

    to: "credit_code", "name", "category", "subtype", "modes", "unit", "state", "contact", "phone", "email" or a leaf.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    heading: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """Another platform on which applicants file; its export is imported by credit code."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    name: str
    url: str
    columns: tuple[Column, ...] = ()
    is_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Declare:
    """How cases are declared.

    forms: the form of each category; a category without one cannot be declared.
    one_case: None where the notice is silent (any number, and the linter says so).
    needs_approval: an applicant's account must be approved before it may submit.
    confirms_no_secrets: the applicant confirms that nothing in the case is a state secret (不涉密).
    credit_days: a credit check older than so many days at submission is questioned; None for no limit.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    forms: tuple[CategoryForm, ...] = ()
    one_case: OneCase | None = None
    needs_approval: bool = True
    confirms_no_secrets: bool = False
    credit_days: int | None = None
    external: External | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One thing an officer looks at; `categories` empty means all."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    label: str
    clause: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalStep:
    """A step inside the office before an act goes out (经办, 审核, 签发, 党组会)."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str
    needs_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """How units check cases.

    classes: unit classes that check; empty means every unit that a case passes through.
    needs_site_check: the opinion waits for a site check. max_returns: how often a unit may return one case.
    return_days: working days proposed for a correction. opinion: the sentence proposed for the opinion.
    criteria_as_checks: the criteria of the chosen modes become check items.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    classes: tuple[str, ...] = ()
    owed: Owed = Owed.WITH_CASES
    checks: tuple[CheckItem, ...] = ()
    criteria_as_checks: bool = False
    needs_site_check: bool = False
    max_returns: int | None = None
    return_days: int = 5
    opinion: str = ""
    opinion_label: str = ""
    internal: tuple[InternalStep, ...] = ()
    credit_departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What is sent on paper: how many copies, in one parcel or one per case, with an electronic version or not."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    copies: int
    per_case: bool = False
    electronic: bool = False
    arrival: Arrival = Arrival.UNKNOWN
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommend:
    """How units rank, recommend and forward.

    classes: unit classes that forward to the office; empty means every unit directly under it.
    none_label: wording of "nothing to recommend" (零报告); None where it is not allowed.
    is_ranked: whether the order of cases matters; special_label: what a marked one is called ("特色优先").
    asks_soft_reason: the unit gives a reason for each case that a "原则上" rule questions.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    classes: tuple[str, ...] = ()
    owed: Owed = Owed.ALWAYS
    none_label: str | None = None
    is_ranked: bool = True
    special_label: str = ""
    asks_soft_reason: bool = True
    confirms_no_secrets: bool = False
    internal: tuple[InternalStep, ...] = ()
    paper: Paper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upper:
    """The batch above.

    number: its document's number. code: its batch here, empty while it is not here.
    unit: code of this office among the units of the batch above. intake: how this office's own places are used below.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    relation: Relation
    number: str = ""
    code: str = ""
    unit: str = ""
    intake: Intake = Intake.COMPETITIVE
