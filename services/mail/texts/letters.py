"""A mail's text and bytes from its facts: whose words it uses, in which language, and how it is laid out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from domain.definition import Definition, MailKind, MailText
from models import Mail
from notifications.address import AllowList
from notifications.message import Letter, to_bytes
from services.batches.context import BatchContext
from services.mail.dates import due_text
from templates.engine import Plain, mail_source, render_frame, render_text

FOOTER = "本邮件由遴选系统自动发送，请勿直接回复。"
ENGLISH_FOOTER = "This message was sent automatically; please do not reply to it."
TEST = "test"
"""In the facts of a test mail, what it says: its words were made when it was asked for."""


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf mails leave. domain: right side of the Message-ID. is_english: the installation's language."""

    mail_from: str
    base_url: str
    instance_id: str
    allow: AllowList
    is_english: bool = False

    def message_id(self, key: str) -> str:
        """Return the Message-ID of a key: always the same, so that a copy is known as one."""
        domain = self.mail_from.rpartition("@")[2].rstrip(">")
        return f"<{sha256(key.encode()).hexdigest()[:32]}.{self.instance_id[:8]}@{domain}>"


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready to be handed over."""

    mail_id: int
    kind: MailKind
    message_id: str
    subject: str
    body: str
    raw: bytes
    lists: list[int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text is made from, and the duties that it names. path: the page to go to, empty for the usual one.

    is_english: whether an English text is filled in with them.
    """

    kind: MailKind
    values: Mapping[str, Plain]
    lists: list[int] = field(default_factory=list)
    path: str = ""
    is_english: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body, as templates or as they are sent."""

    subject: str
    body: str


def letter(context: BatchContext, mail: Mail, facts: Facts, now: datetime, sender: Sender) -> Composed:
    """Return a mail as bytes. Raises BadTemplate, BadLetter."""
    is_english = sender.is_english and speaks_english(context, mail.stage_key, facts.kind)
    facts = replace(facts, is_english=is_english)
    values = values_of(context, mail, facts, sender)
    text = filled(text_of(context.definition, mail.stage_key, facts.kind, is_english=is_english), values)
    return said(mail, text, now.astimezone(context.definition.zone), sender, facts)


def values_of(context: BatchContext, mail: Mail, facts: Facts, sender: Sender) -> dict[str, Plain]:
    """Return all that a text may name."""
    definition, is_english = context.definition, facts.is_english
    # A change from above may concern no stage of this batch.
    stage = next((stage for stage in definition.stages if stage.key == mail.stage_key), definition.stages[0])
    row = context.stages.get(stage.key)
    usual = "/work" if mail.unit_id else f"/admin/progress/{definition.code}"
    is_beijing = definition.timezone == "Asia/Shanghai"
    return {
        "person": mail.person,
        "batch": batch_values(definition, is_english=is_english),
        "stage": {
            "title": stage.title,
            "due": due_text(row.due_at if row is not None else None, definition.zone, is_english=is_english),
        },
        "zone": ("Beijing time" if is_english else "北京时间") if is_beijing else definition.timezone,
        "link": f"{sender.base_url}{facts.path or usual}",
        **facts.values,
    }


def batch_values(definition: Definition, *, is_english: bool = False) -> dict[str, Plain]:
    """Return what a text may name of its batch."""
    office, name = definition.office, definition.programme.name
    return {
        "title": definition.title,
        "short": f"{definition.year} {name}" if is_english else f"{definition.year}年{name}",
        "number": definition.document.number,
        "issuer": definition.issuer.name,
        "office": office.name,
        "contacts": [{"name": c.name, "phone": c.phone, "role": c.role} for c in office.contacts],
        "email": office.published_email,
        "address": office.address,
        "site": office.site,
    }


def said(mail: Mail, text: Text, at: datetime, sender: Sender, facts: Facts | None = None) -> Composed:
    """Return a mail that says a text as bytes.

    at: when it leaves, in the batch's zone. facts: what the text was made from. Raises BadLetter.
    """
    kind, lists = (facts.kind, facts.lists) if facts is not None else (mail.kind, [])
    is_english = facts is not None and facts.is_english
    message_id = sender.message_id(mail.key)
    whole = Letter(
        message_id=message_id,
        sender=sender.mail_from,
        recipient=mail.address,
        reply_to=None,
        subject=text.subject,
        text=f"{text.body}\n{ENGLISH_FOOTER if is_english else FOOTER}\n",
        html=page_of(text, is_english=is_english),
        date=at,
        headers={},
    )
    return Composed(mail.id, kind, message_id, text.subject, text.body, to_bytes(whole), lists)


def page_of(text: Text, *, is_english: bool = False) -> str:
    """Return the HTML part of a mail."""
    footer = ENGLISH_FOOTER if is_english else FOOTER
    return render_frame(text.subject, [part for part in text.body.split("\n\n") if part.strip()], footer)


def filled(text: Text, values: Mapping[str, Plain]) -> Text:
    """Return a text with its values. Raises BadTemplate."""
    return Text(render_text(text.subject, values).strip(), render_text(text.body, values).strip() + "\n")


def own_text(definition: Definition, stage_key: str, kind: MailKind) -> MailText | None:
    """Return the batch's own words: for this stage, else for all of them; None where it has none."""
    own = [text for text in definition.mails if text.kind is kind and text.stage in {stage_key, None}]
    return max(own, key=lambda candidate: candidate.stage is not None) if own else None


def speaks_english(context: BatchContext, stage_key: str, kind: MailKind) -> bool:
    """Tell whether there is an English version of what a mail says."""
    own = own_text(context.definition, stage_key, kind)
    return own is None or bool(own.subject_en and own.body_en)


def text_of(definition: Definition, stage_key: str, kind: MailKind, *, is_english: bool) -> Text:
    """Return the words of a mail: the batch's own for this stage, its own for all, or the house's."""
    own = own_text(definition, stage_key, kind)
    if own is None:
        return house_text(kind, is_english=is_english)
    return Text(own.subject_en, own.body_en) if is_english else Text(own.subject, own.body)


def house_text(kind: MailKind, *, is_english: bool = False) -> Text:
    """Return the house's own words."""
    name = MailKind.REMINDER if kind is MailKind.DIGEST else kind
    subject, _, body = mail_source(name.value, is_english=is_english).partition("\n")
    return Text(subject, body)


def test_text(mail: Mail) -> Text:
    """Return what a test mail says."""
    words = mail.facts.get(TEST)
    found = words if isinstance(words, dict) else {}
    return Text(str(found.get("subject", "")), str(found.get("body", "")))
