"""The typed definition of a batch: everything a notice lays down, as frozen data.

`services/definitions` turns YAML into these classes and back; nothing here reads a file or a clock.
"""

from domain.definition.batch import Definition, Document, Issuer, Level, Office, OfficeContact, Programme
from domain.definition.categories import Category, Mode, Quota, Strength, Subtype, UnitClass, UnitEntry
from domain.definition.evidence import Evidence, Mark
from domain.definition.forms import Field, FieldKind, Form
from domain.definition.ladders import Anchor, Audience, Counting, Ladder, Step, WhenMissed
from domain.definition.mails import MailKind, MailText
from domain.definition.stages import (
    Collect,
    Completion,
    Due,
    Exemption,
    ExemptionReason,
    Opening,
    OwedBy,
    Stage,
    StageKind,
    TitleFilter,
)

__all__ = [
    "Anchor",
    "Audience",
    "Category",
    "Collect",
    "Completion",
    "Counting",
    "Definition",
    "Document",
    "Due",
    "Evidence",
    "Exemption",
    "ExemptionReason",
    "Field",
    "FieldKind",
    "Form",
    "Issuer",
    "Ladder",
    "Level",
    "MailKind",
    "MailText",
    "Mark",
    "Mode",
    "Office",
    "OfficeContact",
    "Opening",
    "OwedBy",
    "Programme",
    "Quota",
    "Stage",
    "StageKind",
    "Step",
    "Strength",
    "Subtype",
    "TitleFilter",
    "UnitClass",
    "UnitEntry",
    "WhenMissed",
]
