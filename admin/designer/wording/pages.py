"""邮件文本: every occasion with its words in force; an editor with the names on offer, a preview and a test mail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import make_response, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.typed import LARGEST_ID, number
from domain.access import Action
from domain.definition import Definition, MailKind, MailText
from domain.errors import Conflict, Invalid, NotFound
from services.batches.context import load
from services.definitions.wording import check_texts
from services.definitions.words import choice, choice_help
from services.designing.edits import Edit, Insert, Remove, SetValues
from services.designing.working import Working
from services.mail.texts.letters import Text, house_text
from services.mail.texts.naming import variables
from services.mail.texts.previewing import (
    Occasion,
    Preview,
    Wanted,
    difference,
    example,
    looking,
    occasion,
    occasions,
    preview,
    units,
)
from services.mail.texts.trying import Tried, latest, own_address, send_to_oneself
from web import current
from web.door import abandon
from web.guard import needs
from web.site import current_site

JSON = "application/json"
FIELDS = ("subject", "body", "subject_en", "body_en")
MOST_CHARS = 30_000
KINDS = {kind.value: kind for kind in MailKind}


@dataclass(frozen=True, slots=True)
class Editor:
    """A text that is worked on. typed: by field, as it is shown. errors: by field. sent: what a try came to."""

    occasion: Occasion
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    lines: tuple[str, ...] = ()
    sent: str = ""


class MailTexts(Designing):
    """The pages of the mail texts."""

    @expose("/<code>/design/part/mails")
    @needs(Action.EDIT_DEFINITION)
    def design_mails_view(self, code: str) -> str:
        """Show every occasion with whose words it uses."""
        working = self.opened(code)
        return self.draw(
            "mails",
            working,
            "mails",
            occasions=occasions(working.definition),
            example=lambda one: example(working.definition, one),
            titles={stage.key: stage.title for stage in working.definition.stages},
            kind_name=choice,
            kind_help=choice_help,
        )

    @expose("/<code>/design/mails/<mail>")
    @needs(Action.EDIT_DEFINITION)
    def design_mail_view(self, code: str, mail: str) -> str:
        """Show the editor of one occasion's words."""
        working = self.opened(code)
        found = _occasion(working.definition, mail)
        return self._mail_page(working, Editor(found, _standing(found), {}))

    @expose("/<code>/design/mails/<mail>", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_mail_save(self, code: str, mail: str) -> Response:
        """Store what was typed; or show how it reads, or send it to oneself, and store nothing."""
        working = self.opened(code)
        found = _occasion(working.definition, mail)
        typed = _typed()
        editor = Editor(found, typed, _errors(found, typed))
        if "look" in request.form:
            return self._mail_looked(working, editor)
        if editor.errors:
            return make_response(self._mail_page(working, editor), 422)
        if "try" in request.form:
            return self._mail_tried(code, working, editor)
        back = self._mail_href(code, mail)

        def again(refusal: Refusal) -> str:
            now = self.opened(code)
            lines = tuple(lines_of(now.definition, refusal))
            return self._mail_page(now, Editor(_occasion(now.definition, mail), typed, {}, lines))

        answer = self.change(code, [_edit(found, typed)], f"邮件文本：{choice(found.kind)}", back, again)
        if answer.status_code < REFUSED:
            self.say("已存入工作稿。")
        return answer

    @expose("/<code>/design/mails/<mail>/reset", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_mail_reset(self, code: str, mail: str) -> Response:
        """Go back to the house's words."""
        working = self.opened(code)
        found = _occasion(working.definition, mail)
        back = self.part_href(code, "mails")
        if found.own is None:
            return redirect(back, 303)
        answer = self.change(code, [Remove(f"mails.{mail}")], f"{choice(found.kind)}恢复系统默认文本", back)
        if answer.status_code < REFUSED:
            self.say(f"“{choice(found.kind)}”已恢复系统默认文本；可以撤销。")
        return answer

    def at_href(self, code: str, path: str) -> str:
        """Return the address of the page on which a place is shown: a mail text on its own."""
        steps = path.split(".")
        if steps[0] == "mails" and len(steps) > 1 and _known(steps[1]):
            return self._mail_href(code, steps[1])
        return super().at_href(code, path)

    def _mail_href(self, code: str, name: str) -> str:
        asked = {one: request.values[one] for one in ("unit", "lang") if request.values.get(one)}
        return str(self.get_url(".design_mail_view", code=code, mail=name, **asked))

    def _mail_tried(self, code: str, working: Working, editor: Editor) -> Response:
        """Send what was typed to the signed-in person, and show where it goes."""
        shown = self._mail_read(working, editor)
        if shown.problem:
            errors = {shown.place or "body": shown.problem}
            return make_response(self._mail_page(working, replace(editor, errors=errors)), 422)
        context = load(current.db(), working.batch.id)
        found = editor.occasion
        text = Tried(found.kind, found.stage, shown.subject, shown.body)
        try:
            address = send_to_oneself(current.db(), context, text, actor=current.actor(), now=current.now())
        except (Conflict, Invalid) as refusal:
            abandon()
            working = self.opened(code)
            lines = tuple(lines_of(working.definition, refusal))
            return make_response(self._mail_page(working, replace(editor, lines=lines)), 422)
        return make_response(self._mail_page(working, replace(editor, sent=address)))

    def _mail_looked(self, working: Working, editor: Editor) -> Response:
        """Show how what was typed reads: for the page's script as data, else the whole page."""
        if request.accept_mimetypes.best != JSON:
            return make_response(self._mail_page(working, editor))
        shown = self._mail_read(working, editor)
        told = {
            "subject": shown.subject,
            "body": shown.body,
            "to": "　".join(part for part in shown.to if part),
            "because": shown.because,
            "problem": shown.problem,
            "errors": dict(editor.errors),
        }
        return make_response(json.dumps(told, ensure_ascii=False), {"Content-Type": JSON})

    def _mail_read(self, working: Working, editor: Editor) -> Preview:
        """Return the mail as it would leave with what is typed, for the unit that was chosen."""
        context = replace(load(current.db(), working.batch.id), definition=working.definition)
        found, typed, english = editor.occasion, editor.typed, _is_english()
        text = Text(typed["subject_en"], typed["body_en"]) if english else Text(typed["subject"], typed["body"])
        if english and not (text.subject.strip() or text.body.strip()):
            text = house_text(found.kind, is_english=True)
        wanted = Wanted(
            kind=found.kind,
            stage=found.stage,
            unit_id=number(request.values.get("unit"), LARGEST_ID),
            text=text,
            is_english=english,
        )
        return preview(current.db(), context, wanted, current.now(), looking(current_site().base_url))

    def _mail_page(self, working: Working, editor: Editor) -> str:
        found, context = editor.occasion, load(current.db(), working.batch.id)
        own = Text(editor.typed["subject"], editor.typed["body"])
        return self.draw(
            "mail",
            working,
            "mails",
            has_side=False,
            about=f"mails.{found.name}" if found.own is not None else "",
            editor=editor,
            occasion=found,
            kind_name=choice(found.kind),
            kind_help=choice_help(found.kind),
            stage_title=next((one.title for one in working.definition.stages if one.key == found.stage), ""),
            variables=variables(found.kind),
            shown=self._mail_read(working, editor),
            units=units(current.db(), context, [one.code for one in working.definition.units]),
            unit=number(request.values.get("unit"), LARGEST_ID),
            is_english=_is_english(),
            house_en=house_text(found.kind, is_english=True),
            differences=difference(house_text(found.kind), own) if found.own is not None else [],
            address=own_address(current.db(), current.actor()),
            tries=latest(current.db(), context, actor=current.actor()),
        )


def _known(name: str) -> bool:
    return name.partition("@")[0] in KINDS


def _occasion(definition: Definition, name: str) -> Occasion:
    """Return the occasion that an address names. Raises NotFound."""
    kind, at, stage = name.partition("@")
    if kind not in KINDS or (at and all(one.key != stage for one in definition.stages)):
        raise NotFound("没有这种邮件。")
    return occasion(definition, KINDS[kind], stage)


def _standing(found: Occasion) -> dict[str, str]:
    own = found.own
    english = {"subject_en": own.subject_en, "body_en": own.body_en} if own else {"subject_en": "", "body_en": ""}
    return {"subject": found.subject, "body": found.body.strip(), **english}


def _typed() -> dict[str, str]:
    """Return what was typed, line ends as in a definition."""
    texts = {name: request.form.get(name, "")[:MOST_CHARS] for name in FIELDS}
    return {name: text.replace("\r\n", "\n").replace("\r", "\n").strip() for name, text in texts.items()}


def _errors(found: Occasion, typed: Mapping[str, str]) -> dict[str, str]:
    """Return why what was typed cannot be a mail, by field."""
    errors = {
        name: f"请填写{'标题' if name == 'subject' else '正文'}" for name in ("subject", "body") if not typed[name]
    }
    errors |= {name: "邮件标题只能有一行" for name in ("subject", "subject_en") if len(typed[name].splitlines()) > 1}
    text = MailText(kind=found.kind, stage=found.stage or None, **typed)
    alone: Any = _Alone((text,))
    for finding in check_texts(alone):
        if finding.code == "bad_text":
            errors.setdefault(finding.path.rpartition(".")[2], finding.sentence)
    return errors


@dataclass(frozen=True, slots=True)
class _Alone:
    """The part of a definition that the check of texts reads."""

    mails: tuple[MailText, ...]


def _edit(found: Occasion, typed: Mapping[str, str]) -> Edit:
    if found.own is not None:
        return SetValues(f"mails.{found.name}", dict(typed))
    return Insert("mails", {"kind": found.kind.value, "stage": found.stage or None, **typed})


def _is_english() -> bool:
    return request.values.get("lang") == "en"
