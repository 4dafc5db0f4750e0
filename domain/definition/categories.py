"""Who recommends, what is selected, and how many: unit classes, units, categories, quotas."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitClass:
    """A kind of recommending unit, on which quotas depend (省级, 计划单列市, 兵团).

    is_direct: the office itself, for applicants that file with it directly (省属企业直报).
    is_listed: applicants come to such a unit only when the office has put them on its list.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str
    is_direct: bool = False
    is_listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEntry:
    """A unit that takes part.

    code: stable code, for regions that of GB/T 2260.
    unit_class: key of its class.
    email, phone, mobile: the office's known address, used until a contact exists; None where unknown.
    upper: code of the unit above it, None for a unit directly under the issuer.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    code: str
    name: str
    unit_class: str
    short: str = ""
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    upper: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtype:
    """A division of a category with a quota of its own."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str


class DeclaredBy(StrEnum):
    """Who fills in a case of a category."""

    APPLICANT = "applicant"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What is selected; `modes` lists the keys of the modes it offers.

    declared_by: the applicant itself, or the unit on behalf of a place (a city).
    applicants: kinds of organisation that may declare; empty means every kind.
    subtype_label: what choosing a sub-type is called ("平台类型").
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str
    subtypes: tuple[Subtype, ...] = ()
    modes: tuple[str, ...] = ()
    declared_by: DeclaredBy = DeclaredBy.APPLICANT
    applicants: tuple[str, ...] = ()
    subtype_label: str = ""
    clause: str = ""


class Strength(StrEnum):
    """How a limit binds: refuse, or warn and ask for a reason ("原则上")."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many cases each unit of these classes may recommend.

    subtypes: the limit is the sum over these; empty means the whole category.
    limit: places per unit; None means unlimited, 0 means that the class may not recommend here.
    free_when: expression over the facts of a case; a case for which it is true takes no place (不占名额).
    clause: the sentence of the notice, quoted when the limit refuses.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    classes: tuple[str, ...]
    category: str
    subtypes: tuple[str, ...] = ()
    limit: int | None = None
    strength: Strength = Strength.HARD
    free_when: str = ""
    clause: str = ""
