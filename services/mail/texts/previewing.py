"""Mails as they would leave: which text each occasion has, what it may name, and how it reads for one unit.

A preview is made by the same functions that make the mail, from what a unit owes now; where it owes nothing, or the
occasion has not come, samples stand for what is missing, and the page says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import ndiff

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, MailKind, MailText
from domain.definition.paths import item_name, members
from domain.instants import stamp
from models import BatchUnit, Mail, Unit
from notifications.address import AllowList
from services.batches.context import BatchContext
from services.mail.composing import FACTS
from services.mail.owed import Desk, desk
from services.mail.texts.letters import (
    Facts,
    Sender,
    Text,
    filled,
    house_text,
    page_of,
    speaks_english,
    text_of,
    values_of,
)
from services.mail.texts.naming import REAL
from services.mail.texts.sampling import samples
from templates.engine import BadTemplate, Plain

OFFERED_UNITS = 300
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Occasion:
    """An occasion and whose words are used. stage: key, "" for all. name: within the definition's mails."""

    kind: MailKind
    stage: str
    name: str
    own: MailText | None
    house: Text

    @property
    def subject(self) -> str:
        """Return the subject in force, as a template."""
        return self.own.subject if self.own is not None else self.house.subject

    @property
    def body(self) -> str:
        """Return the body in force, as a template."""
        return self.own.body if self.own is not None else self.house.body.strip()


def name_of(kind: MailKind, stage: str) -> str:
    """Return what a text goes by within the definition's mails."""
    return f"{kind.value}@{stage}" if stage else kind.value


def occasions(definition: Definition) -> list[Occasion]:
    """Return every occasion with the words that it has, those of single stages behind the general ones."""
    own = {item_name(members(text) or {}, number): text for number, text in enumerate(definition.mails)}
    found = []
    for kind in MailKind:
        found.append(Occasion(kind, "", kind.value, own.get(kind.value), house_text(kind)))
        for text in definition.mails:
            if text.kind is kind and text.stage:
                found.append(Occasion(kind, text.stage, name_of(kind, text.stage), text, house_text(kind)))
    return found


def occasion(definition: Definition, kind: MailKind, stage: str) -> Occasion:
    """Return one occasion; its words are its own ones, or those that would be used for want of them."""
    name = name_of(kind, stage)
    own = next((one for one in definition.mails if one.kind is kind and (one.stage or "") == stage), None)
    general = text_of(definition, stage, kind, is_english=False) if own is None else house_text(kind)
    return Occasion(kind, stage, name, own, general)


def example(definition: Definition, of: Occasion) -> str:
    """Return the subject of an occasion as it reads with samples; the template itself where it cannot be made."""
    try:
        return filled(Text(of.subject, ""), samples(definition, of.kind, of.stage)).subject
    except BadTemplate:
        return of.subject


def units(session: Session, context: BatchContext, codes: Sequence[str]) -> list[tuple[int, str]]:
    """Return the units for which a mail can be looked at: of the batch, or those of its working copy."""
    listed = select(BatchUnit.unit_id).where(BatchUnit.batch_id == context.batch.id)
    wanted = Unit.id.in_(listed) | Unit.code.in_(codes[:OFFERED_UNITS])
    rows = session.execute(select(Unit.id, Unit.name).where(wanted).order_by(Unit.path).limit(OFFERED_UNITS))
    return [(row.id, row.name) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked at. unit_id: None for samples alone. text: typed and not stored; None for the one in force."""

    kind: MailKind
    stage: str = ""
    unit_id: int | None = None
    text: Text | None = None
    is_english: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as it would leave. to: name and address, "" without an address. html: its page.

    is_real: made from what the unit owes; else `because` says why samples stand there. problem: why no mail can be
    made of the text. place: subject or body, where the problem is.
    """

    subject: str = ""
    body: str = ""
    html: str = ""
    to: tuple[str, str] = ("", "")
    is_real: bool = False
    because: str = ""
    problem: str = ""
    place: str = ""


def preview(session: Session, context: BatchContext, wanted: Wanted, now: datetime, sender: Sender) -> Preview:
    """Return a mail as it would leave. context: with the working copy's definition. Writes nothing."""
    stage = wanted.stage or (context.definition.stages[0].key if context.definition.stages else "")
    if not stage:
        return Preview(problem="还没有环节：邮件写明环节的名称和截止时间，请先添加环节。")
    mail, found = _mail(session, context, wanted, stage, now)
    with session.no_autoflush:
        facts, because = _facts(session, found, mail, wanted, now, _sample(context.definition, wanted))
    sender = replace(sender, is_english=wanted.is_english)
    facts = replace(facts, is_english=wanted.is_english)
    values = values_of(context, mail, facts, sender)
    text = wanted.text or text_of(context.definition, stage, facts.kind, is_english=wanted.is_english)
    for place, source in (("subject", text.subject), ("body", text.body)):
        problem = _problem(source, values, is_subject=place == "subject")
        if problem:
            return Preview(problem=problem, place=place, to=(mail.person, mail.address), because=because)
    shown = filled(text, values)
    html = page_of(shown, is_english=wanted.is_english)
    return Preview(shown.subject, shown.body, html, (mail.person, mail.address), not because, because)


def corrected(context: BatchContext, stage: str, told: Mapping[str, Plain], sender: Sender) -> Text:
    """Return a correction as whoever gets it will read it. told: `headline`, `lines`, `text`.

    context: with the definition that is going to be in force. Raises BadTemplate for words of the batch's own.
    """
    kind, key = MailKind.CORRECTION, stage or context.definition.stages[0].key
    mail = Mail(key="", stage_key=key, kind=kind, person="收件人姓名", facts={})
    values = values_of(context, mail, Facts(kind, told, path="/work"), sender)
    return filled(text_of(context.definition, key, kind, is_english=False), values)


def _problem(source: str, values: Mapping[str, Plain], *, is_subject: bool) -> str:
    """Return why a subject or body cannot be made, "" when it can."""
    if not source.strip():
        return "请填写标题" if is_subject else "请填写正文"
    if is_subject and len(source.strip().splitlines()) > 1:
        return "邮件标题只能有一行"
    try:
        shown = filled(Text(source, "") if is_subject else Text("", source), values)
    except BadTemplate as refused:
        return str(refused)
    if is_subject and len(shown.subject.splitlines()) > 1:
        return "邮件标题只能有一行：取用的内容使它换了行"
    if is_subject and len(shown.subject) > LONGEST_SUBJECT:
        return f"邮件标题过长：{len(shown.subject)} 字，最多 {LONGEST_SUBJECT} 字"
    return ""


def _mail(
    session: Session, context: BatchContext, wanted: Wanted, stage: str, now: datetime
) -> tuple[Mail, Desk | None]:
    """Return a mail that is in no session, to whom it would go, and what is needed to write it."""
    mail = Mail(
        key=f"preview/{context.batch.code}/{wanted.kind.value}/{stamp(now)}",
        batch_id=context.batch.id,
        stage_key=stage,
        moment_key="",
        kind=wanted.kind,
        unit_id=wanted.unit_id,
        address="",
        person="张三",
        at=now,
        not_before=now,
        facts={},
    )
    if wanted.unit_id is None:
        return mail, None
    found = desk(session, [mail], now)
    if wanted.unit_id not in found.directory.units:
        mail.unit_id = None
        return mail, None
    person = found.directory.people(wanted.unit_id, context.batch.id)[0]
    mail.person, mail.address = person.name, person.address or ""
    found.contexts[context.batch.id] = context
    found.wants_english = wanted.is_english and speaks_english(context, stage, wanted.kind)
    return mail, found


def _facts(
    session: Session, found: Desk | None, mail: Mail, wanted: Wanted, now: datetime, sample: Mapping[str, Plain]
) -> tuple[Facts, str]:
    """Return what the mail is made from, and why samples stand there, "" when none do."""
    if found is None or mail.unit_id is None:
        # Who is shown for example is somebody of a unit where such mails go to units.
        path = "/work" if wanted.kind in REAL | {MailKind.EXTENSION} else ""
        return Facts(wanted.kind, sample, path=path), "没有选择单位：各项为示例值"
    unit = found.directory.units[mail.unit_id]
    if wanted.kind not in REAL:
        return Facts(wanted.kind, _named(sample, unit.name)), "这一时机尚未出现：收件人为实际联系人，其余为示例值"
    if not mail.address:
        return Facts(wanted.kind, _named(sample, unit.name)), "该单位没有邮箱，只能人工催办：内容为示例值"
    mine = [duty for duty in found.owed.get(mail.unit_id, ()) if duty.batch_id == mail.batch_id]
    if not mine:
        return Facts(wanted.kind, _named(sample, unit.name)), "该单位现在没有待办事项：待办内容为示例值"
    if not wanted.stage:
        mail.stage_key = mine[0].stage_key
    made = FACTS[wanted.kind](session, found, mail, now)
    if isinstance(made, str):
        return Facts(wanted.kind, _named(sample, unit.name)), f"{made}：内容为示例值"
    return replace(made, kind=wanted.kind), ""


def _sample(definition: Definition, wanted: Wanted) -> dict[str, Plain]:
    """Return what is particular to a kind; what all have comes from the batch itself."""
    common = {"person", "batch", "stage", "zone", "link"}
    values = samples(definition, wanted.kind, wanted.stage, is_english=wanted.is_english)
    return {name: value for name, value in values.items() if name not in common}


def _named(sample: Mapping[str, Plain], unit: str) -> dict[str, Plain]:
    return {**sample, "unit": unit} if "unit" in sample else dict(sample)


def looking(base_url: str) -> Sender:
    """Return on whose behalf a mail is looked at. base_url: where people reach the site."""
    return Sender("preview@localhost", base_url, "preview", AllowList.parse(""))


def difference(house: Text, own: Text) -> list[tuple[str, str]]:
    """Return how a text differs from the house's, line by line: ("+", added), ("-", taken out), (" ", kept)."""
    before = [house.subject, *house.body.strip().splitlines()]
    after = [own.subject, *own.body.strip().splitlines()]
    return [(line[0], line[2:]) for line in ndiff(before, after) if line[0] != "?"]
