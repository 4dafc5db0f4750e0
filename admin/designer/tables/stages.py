"""环节与时间: the stages as bars over the calendar and as a table, moved, added, put in order."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.designer.tables.picture import picture, told
from admin.progress.forms import YEARS
from admin.typed import number, stable_key
from domain.access import Action
from domain.calendar import Calendar
from domain.definition import Definition, StageKind
from domain.errors import Invalid, NotFound, Problem
from domain.instants import local_day
from services.calendar import official_calendar
from services.definitions.words import choice
from services.designing.edits import Edit
from services.designing.tables.schedule import (
    Given,
    Span,
    Wanted,
    added,
    moved,
    removed,
    reordered,
    spans,
    wanted_of,
    written,
)
from services.designing.working import Working
from web import current
from web.guard import needs

JSON = "application/json"
MOST_WORKING_DAYS = 9999


@dataclass(frozen=True, slots=True)
class Row:
    """A stage in the table. opens_on, due_on, days: what the inputs show; notes: what the days are."""

    span: Span
    opens_on: str
    due_on: str
    days: str
    opens_note: str
    due_note: str


class Stages(Designing):
    """The page of the stages."""

    @expose("/<code>/design/part/stages")
    @needs(Action.EDIT_DEFINITION)
    def design_stages_view(self, code: str) -> str:
        """Show the stages."""
        return self._stages(self.opened(code))

    @expose("/<code>/design/stages/dates", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_stage_dates_view(self, code: str) -> Response:
        """Give all stages the dates that were typed into the table."""
        return self._stage_change(code, _typed_dates, "环节日期")

    @expose("/<code>/design/stages/move", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_stage_move_view(self, code: str) -> Response:
        """Put the ends of one stage on other days, as they were dragged."""

        def edits(definition: Definition) -> list[Edit]:
            opens, due = _day("opens"), _day("due")
            return moved(definition, _key(), opens, due, official_calendar())

        return self._stage_change(code, edits, "移动环节")

    @expose("/<code>/design/stages/add", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_stage_add_view(self, code: str) -> Response:
        """Add a stage at the end."""

        def edits(definition: Definition) -> list[Edit]:
            kind = next((one for one in StageKind if one.value == request.form.get("kind")), None)
            if kind is None:
                raise Invalid([Problem("kind", "", "请选择环节的种类")])
            return added(definition, kind, request.form.get("title", ""))

        return self._stage_change(code, edits, "添加环节")

    @expose("/<code>/design/stages/remove", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_stage_remove_view(self, code: str) -> Response:
        """Take a stage out."""
        return self._stage_change(code, lambda definition: removed(definition, _key()), "删除环节")

    @expose("/<code>/design/stages/reorder", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_stage_reorder_view(self, code: str) -> Response:
        """Put a stage before or after its neighbour."""
        by = -1 if request.form.get("way") == "up" else 1
        return self._stage_change(code, lambda definition: reordered(definition, _key(), by), "调整环节顺序")

    def _stage_change(self, code: str, edits: Callable[[Definition], Sequence[Edit]], what: str) -> Response:
        """Make a change; a refusal is the page with what was typed, or a sentence for the script that asked."""
        working = self.opened(code)
        back = self.get_url(".design_stages_view", code=code)
        is_script = request.accept_mimetypes.best == JSON

        def again(refusal: Refusal) -> str:
            working = self.opened(code)
            lines = lines_of(working.definition, refusal)
            if is_script:
                return json.dumps({"sentence": "；".join(lines)}, ensure_ascii=False)
            return self._stages(working, lines)

        try:
            made = edits(working.definition)
        except Invalid as refusal:
            answer = self.refused(code, refusal, back, again)
        else:
            answer = self.change(code, made, _what(working.definition, what), back, again)
            if made and answer.status_code < REFUSED and not is_script:
                self.say(f"已存入工作稿：{_what(working.definition, what)}。")
        if is_script and answer.status_code >= 400:
            answer.mimetype = JSON
        return answer

    def _stages(self, working: Working, refused: Sequence[str] = ()) -> str:
        calendar, definition = official_calendar(), working.definition
        found = spans(definition, calendar)
        today = local_day(current.now(), definition.zone)
        return self.draw(
            "stages",
            working,
            "stages",
            rows=[_row(span, calendar, is_typed=bool(refused)) for span in found],
            picture=picture(found, today, calendar),
            today=today,
            refused=refused,
            kinds=[(kind.value, choice(kind)) for kind in StageKind],
            told=told,
        )


def _what(definition: Definition, what: str) -> str:
    key = request.form.get("stage", "")
    title = next((stage.title for stage in definition.stages if stage.key == key), "")
    return f"{what}“{title}”" if title else what


def _key() -> str:
    """Return the key of the stage that a form names. Raises NotFound."""
    key = stable_key(request.form.get("stage", ""))
    if not key:
        raise NotFound("没有这个环节。")
    return key


def _day(name: str) -> date | None:
    """Return a day of the form; None where it is empty. Raises Invalid for no day."""
    raw = request.form.get(name, "").strip()
    if not raw:
        return None
    try:
        on = date.fromisoformat(raw)
    except ValueError:
        on = date.min
    if on.year not in YEARS:
        raise Invalid([Problem(name, raw[:40], f"“{raw[:40]}”不是日期", "写作 2023-03-20")])
    return on


def _typed_dates(definition: Definition) -> list[Edit]:
    """Return the edits for the table as it was sent; a stage that it does not name stays."""
    wanted, problems = {}, []
    for stage in definition.stages:
        if f"opens.{stage.key}" not in request.form:
            continue
        try:
            days = request.form.get(f"days.{stage.key}", "").strip()
            count = number(days, MOST_WORKING_DAYS) if days else None
            if days and count is None:
                raise Invalid([Problem("", days, "工作日数应为整数", "如 5")])
            asked = Wanted(_day(f"opens.{stage.key}"), _day(f"due.{stage.key}"), count)
            if asked.due_on is not None and count is not None and asked != wanted_of(stage):
                raise Invalid([Problem("", days, "截止日期和工作日数只能填一个", "清空其中一个")])
            wanted[stage.key] = asked
        except Invalid as refusal:
            problems += [
                Problem(f"stages.{stage.key}", one.value, one.sentence, one.allowed) for one in refusal.problems
            ]
    if problems:
        raise Invalid(problems)
    return written(definition, wanted)


def _row(span: Span, calendar: Calendar, *, is_typed: bool) -> Row:
    wanted, key = wanted_of(span.stage), span.stage.key
    first = {
        "opens": wanted.opens_on.isoformat() if wanted.opens_on else "",
        "due": wanted.due_on.isoformat() if wanted.due_on else "",
        "days": "" if wanted.working_days is None else str(wanted.working_days),
    }
    if is_typed:
        first = {name: request.form.get(f"{name}.{key}", value)[:40] for name, value in first.items()}
    opens = _note(span.opens, calendar)
    if span.opening is Given.WRITTEN:
        opens = f"{opens} {span.stage.opens.at}"
    return Row(span, first["opens"], first["due"], first["days"], opens, _due_note(span, calendar))


def _note(on: date | None, calendar: Calendar) -> str:
    """Return what kind of day it is: "2023-03-20 周一", with the name of a holiday or make-up day."""
    if on is None:
        return "未定"
    day = calendar.day(on)
    kind = "" if day.is_working and not day.name else f"，{day.name}{'' if day.is_working else '，休息日'}"
    return f"{told(on)}{kind}{'（放假安排未公布）' if day.is_provisional else ''}"


def _due_note(span: Span, calendar: Calendar) -> str:
    if span.due is None:
        # The row says beside the stage's name why there is none.
        return ""
    at = span.stage.due.at if span.stage.due is not None else ""
    note = f"{_note(span.due, calendar)} {at}".strip()
    if span.opens is None or span.due < span.opens:
        return note
    days, working = (span.due - span.opens).days + 1, calendar.count(span.opens, span.due)
    return f"{note}；共 {days} 天，开放后 {working} 个工作日"
