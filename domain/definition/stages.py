"""Stages of a batch: what they are, when they open and are due, and who owes what in them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from domain.definition.casework import Declare, Recommend, Review
from domain.definition.strict import STRICT


class StageKind(StrEnum):
    """The seven kinds that cover the field; a kind is one module in `domain/stages`."""

    COLLECT = "collect"
    DECLARE = "declare"
    REVIEW = "review"
    RECOMMEND = "recommend"
    SCORE = "score"
    VISIT = "visit"
    PUBLISH = "publish"


class Completion(StrEnum):
    """When a stage is over: at its deadline, as soon as nothing is owed, or when the coordinator says so."""

    AT_DUE = "at_due"
    ALL_SETTLED = "all_settled"
    BY_HAND = "by_hand"


class OwedBy(StrEnum):
    """Who owes an answer in a collect stage: each unit, or each title for which a unit answers."""

    UNITS = "units"
    TITLES = "titles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When a stage opens: on a day, or after other stages have closed, or (neither given) by hand.

    at: local time of day "HH:MM"; with `after` and no day, the stage opens at once when the last of them closes.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    on: date | None = None
    at: str = "09:00"
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The deadline: a day, or so many working days after the stage opened.

    at: local time of day "HH:MM"; "24:00" (the default, rule R1) includes the whole day.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    on: date | None = None
    working_days: int | None = None
    at: str = "24:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionReason:
    """A reason for which nothing need be filed; `needs_text` asks for words of one's own ("其他")."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str
    needs_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """How a duty is closed by a written explanation of the unit (免报说明)."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    reasons: tuple[ExemptionReason, ...]
    needs_document: bool = True
    goes_with: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFilter:
    """Which titles of the registry owe: batches by number, categories by key."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    programme: str
    batches: tuple[int, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """What a collect stage asks.

    classes: unit classes that owe; empty means all.
    none_label: wording of the "nothing to report" answer (零报告); None where it is not allowed.
    provides_contact: the filed answer becomes the unit's contact for the batch.
    needs_paper: whether a paper copy belongs to the unit's parcel.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    owed_by: OwedBy
    form: str | None = None
    classes: tuple[str, ...] = ()
    titles: TitleFilter | None = None
    none_label: str | None = None
    exemption: Exemption | None = None
    provides_contact: bool = False
    needs_paper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage.

    due: None where the notice gives no date; such a stage ends by hand.
    grace_minutes: time left after the deadline for requests that began before it (rule R2).
    form: key of the form that applicants fill in a declare stage, whatever the category; `declare.forms` names one
        for each. While neither is given the stage cannot open to them, unless they file on another platform.
    collect, declare, review, recommend: what a stage of that kind asks; None for other kinds.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    kind: StageKind
    title: str
    opens: Opening = Opening()
    due: Due | None = None
    grace_minutes: int = 5
    completes: Completion = Completion.AT_DUE
    ladder: str | None = None
    collect: Collect | None = None
    declare: Declare | None = None
    review: Review | None = None
    recommend: Recommend | None = None
    form: str | None = None
    note: str = ""

    @property
    def lacks_form(self) -> bool:
        """Tell whether the stage cannot open because the notice came without its form."""
        if self.kind is not StageKind.DECLARE or self.form is not None:
            return False
        return self.declare is None or not (self.declare.forms or self.declare.external)

    def form_of(self, category: str) -> str | None:
        """Return the key of the form with which a category is declared; None when there is none."""
        forms = self.declare.forms if self.declare is not None else ()
        return next((given.form for given in forms if given.category == category), self.form)
