"""The mail texts that a batch may word itself; what it leaves out uses the house's texts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


class MailKind(StrEnum):
    """The occasions on which a batch writes."""

    STAGE_OPENS = "stage_opens"
    REMINDER = "reminder"
    DIGEST = "digest"
    ESCALATION = "escalation"
    STAGE_CLOSES = "stage_closes"
    EXTENSION = "extension"
    CASE = "case"
    ACCOUNT = "account"
    UPSTREAM = "upstream"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """A subject and a body as sandboxed templates over plain names, for one occasion, or one stage's occasion.

    subject_en, body_en: the English version, for an installation whose language is English; empty uses the Chinese.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    kind: MailKind
    subject: str
    body: str
    stage: str | None = None
    subject_en: str = ""
    body_en: str = ""
