"""The root of a definition: one batch of one programme."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, NoReturn
from zoneinfo import ZoneInfo

from domain.definition.casework import Upper
from domain.definition.catalogue import Catalogue, Mode
from domain.definition.categories import Category, Quota, UnitClass, UnitEntry
from domain.definition.evidence import Evidence, Mark
from domain.definition.forms import Form
from domain.definition.ladders import Ladder
from domain.definition.mails import MailText
from domain.definition.rules import Rule
from domain.definition.stages import Stage, StageKind
from domain.definition.strict import STRICT


class Level(StrEnum):
    """The level of the issuing office."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The programme that this batch belongs to; batches of several years share its key."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who issued the notice."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    name: str
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """An annex of the notice (附件), for download; `file` is its text beside the definition, as a relative path."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    title: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The notice itself.

    number: official number (文号), empty if it has none.
    issued_on: None when the text gives no date.
    file: the text beside the definition, as a relative path.
    bases: titles or numbers of the documents it rests on (依据).
    annexes: what came with it, in order.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    number: str = ""
    issued_on: date | None = None
    file: str | None = None
    bases: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeContact:
    """A person to ask, with the matter they answer for."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    name: str
    phone: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The office that runs the batch.

    email: where mail about the batch goes to its coordinator; None leaves these mails on the list of things to
        tell by hand.
    published_email: the address that the notice prints, shown to people and never mailed by itself.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    name: str
    contacts: tuple[OfficeContact, ...] = ()
    email: str | None = None
    published_email: str = ""
    address: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Everything that a notice lays down, as one frozen value.

    code: stable key of the batch and its address in the portal.
    units_file: relative path of a file of units; its entries are read into `units`.
    catalogue_file: relative path of a catalogue of modes; it is read into `catalogue`, whose modes are then offered.
    upper: the batch above, which binds (转发) or is only cited (依据).
    region: where applicants must be registered, in words ("洛阳市辖区"); empty for anywhere.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    code: str
    title: str
    year: int
    programme: Programme
    issuer: Issuer
    office: Office
    document: Document = Document()
    timezone: str = "Asia/Shanghai"
    unit_classes: tuple[UnitClass, ...] = ()
    units_file: str | None = None
    units: tuple[UnitEntry, ...] = ()
    upper: Upper | None = None
    region: str = ""
    catalogue_file: str | None = None
    catalogue: Catalogue | None = None
    modes: tuple[Mode, ...] = ()
    categories: tuple[Category, ...] = ()
    quotas: tuple[Quota, ...] = ()
    rules: tuple[Rule, ...] = ()
    forms: tuple[Form, ...] = ()
    stages: tuple[Stage, ...]
    ladders: tuple[Ladder, ...] = ()
    mails: tuple[MailText, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Return the batch's time zone."""
        return ZoneInfo(self.timezone)

    def stage(self, key: str) -> Stage:
        """Return the stage with this key. Raises KeyError."""
        return next((s for s in self.stages if s.key == key), None) or _missing("stage", key)

    def form(self, key: str) -> Form:
        """Return the form with this key. Raises KeyError."""
        return next((f for f in self.forms if f.key == key), None) or _missing("form", key)

    def category(self, key: str) -> Category:
        """Return the category with this key. Raises KeyError."""
        return next((c for c in self.categories if c.key == key), None) or _missing("category", key)

    @property
    def offered_modes(self) -> tuple[Mode, ...]:
        """Return the modes of the batch: its catalogue's, or its own."""
        return self.catalogue.modes if self.catalogue is not None else self.modes

    def modes_of(self, category: str) -> tuple[Mode, ...]:
        """Return the modes that a category offers, in the order of the category. Raises KeyError."""
        by_key = {mode.key: mode for mode in self.offered_modes}
        return tuple(by_key[key] for key in self.category(category).modes if key in by_key)

    def form_of_category(self, category: str) -> str | None:
        """Return the key of the form with which a category is declared here; None while there is none."""
        stage = self.stage_of(StageKind.DECLARE)
        return stage.form_of(category) if stage is not None else None

    def stage_of(self, kind: StageKind) -> Stage | None:
        """Return the first stage of a kind; None when the batch has none."""
        return next((stage for stage in self.stages if stage.kind is kind), None)

    def ladder_of(self, stage: Stage) -> Ladder | None:
        """Return the stage's reminder ladder; None when nobody is reminded in it."""
        return next((ladder for ladder in self.ladders if ladder.key == stage.ladder), None)

    @property
    def unconfirmed(self) -> tuple[Evidence, ...]:
        """Return the values that were inferred and that no person has confirmed yet."""
        return tuple(item for item in self.evidence if item.mark is Mark.INFERRED)


def _missing(what: str, key: str) -> NoReturn:
    raise KeyError(f"no {what} {key!r}")
