"""How a rehearsal is asked for: from when until when, of what, and who does what when, as rows without YAML."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from domain.definition import Definition, Stage, StageKind
from domain.errors import Invalid, Problem
from services.definitions.yaml_text import read_yaml
from services.rehearsal.keeping import Source, Wanted
from services.rehearsal.playing import Period
from services.rehearsal.presets import Preset, is_answered
from services.rehearsal.scenario import CLASS, Deed, Several
from web.site import current_site

MOST_ROWS = 200
SPARE = 2
"""Empty rows under those that are filled, for a page without scripts."""
MOST_TEXT = 200_000
ONE = "unit"
DEEDS: Mapping[str, str] = {
    Deed.ANSWER: "报送",
    Deed.NONE: "零报告",
    Deed.EXEMPT: "免报说明",
    Deed.EXTEND: "延期（主办处室）",
}
GROUPS: Mapping[str, str] = {
    Several.ALL: "全部单位",
    Several.ODD: "单数位单位",
    Several.EVEN: "双数位单位",
}


@dataclass(frozen=True, slots=True)
class ActRow:
    """A row of the scenario as it is typed; every field is text.

    who: a group of units, or ONE with the unit's code in `unit`. due_at: for an extension. category, count: for cases
    that are forwarded. rest: answers from an imported file, as JSON, which the page carries along.
    """

    at: str = ""
    stage: str = ""
    do: str = Deed.ANSWER
    who: str = Several.ALL
    unit: str = ""
    due_at: str = ""
    category: str = ""
    count: str = ""
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it is shown. since, until: ISO days, until inclusive.

    preset: the ready scenario whose rows these are, as long as nobody changed them.
    """

    source: Source = Source.SAVED
    since: str = ""
    until: str = ""
    rows: Sequence[ActRow] = ()
    problems: Sequence[Problem] = field(default_factory=list)
    preset: Preset | None = None

    @property
    def shown(self) -> list[ActRow]:
        """Return the rows with some empty ones."""
        return [*self.rows, *(ActRow(at="") for _ in range(SPARE))]


def typed(form: MultiDict[str, str]) -> Asked:
    """Return what was typed, unchecked; rows without an instant and a stage are none."""
    columns = [form.getlist(f"act_{name}")[:MOST_ROWS] for name in ActRow.__dataclass_fields__]
    rows = [ActRow(*(text.strip() for text in row)) for row in zip(*columns, strict=False)]
    source = next((one for one in Source if one.value == form.get("source")), Source.SAVED)
    filled = [row for row in rows if row.at or row.unit or row.due_at]
    preset = preset_named(form.get("preset"))
    return Asked(source, form.get("since", ""), form.get("until", ""), filled, preset=preset)


def preset_named(raw: str | None) -> Preset | None:
    """Return the ready scenario of a name; None for any other."""
    return next((one for one in Preset if one.value == raw), None)


def wanted_of(asked: Asked, zone: ZoneInfo, imported: str = "") -> Wanted:
    """Return the rehearsal that is asked for. imported: a scenario as YAML, which replaces the rows.

    Raises Invalid for days that are none, an empty period, or YAML that is none.
    """
    since, until = _day(asked.since, "since"), _day(asked.until, "until")
    if since and until and until < since:
        raise Invalid([Problem("until", asked.until, "结束日早于开始日", f"不早于 {asked.since}")])
    begin = datetime.combine(since, time(0), zone) if since else None
    end = datetime.combine(until + timedelta(days=1), time(0), zone) if until else None
    scenario: object = [plain(row) for row in asked.rows]
    if imported.strip():
        if len(imported) > MOST_TEXT:
            raise Invalid([Problem("scenario", "", f"情景文件过长（超过 {MOST_TEXT} 字）")])
        scenario = read_yaml(imported)
    if not isinstance(scenario, list) or not all(isinstance(row, dict) for row in scenario):
        raise Invalid([Problem("scenario", "", "情景文件应是一个列表", "每项含 at、stage、do、unit 或 units")])
    return Wanted(asked.source, Period(begin, end, current_site().base_url), scenario)


def _day(raw: str, path: str) -> date | None:
    if not raw:
        return None
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        found = date.min
    if not 1990 <= found.year <= 2100:
        raise Invalid([Problem(path, raw, "请填写日期", "如 2023-03-20")])
    return found


def plain(row: ActRow) -> dict[str, Any]:
    """Return a row as the scenario keeps it."""
    kept: dict[str, Any] = {"at": row.at, "stage": row.stage, "do": row.do}
    if row.who == ONE:
        kept["unit"] = row.unit
    elif row.do != Deed.EXTEND or row.who != Several.ALL:
        kept["units"] = row.who
    values = _values(row)
    return {**kept, "values": values} if values else kept


def _values(row: ActRow) -> dict[str, str]:
    if row.do == Deed.EXTEND:
        return {"due_at": row.due_at}
    if row.category and row.count:
        return {row.category: row.count}
    try:
        kept = json.loads(row.rest) if row.rest else {}
    except ValueError:
        kept = {}
    return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}


def row_of(kept: Mapping[str, Any], definition: Definition) -> ActRow:
    """Return a row of a scenario as the page shows it; whatever it cannot show is carried along."""
    values = dict(kept.get("values") or {})
    unit, do = kept.get("unit"), str(kept.get("do", ""))
    due_at = str(values.pop("due_at", "")) if do == Deed.EXTEND else ""
    categories = {category.key for category in definition.categories}
    category = next((key for key in values if key in categories and len(values) == 1), "")
    count = str(values.pop(category)) if category else ""
    who = ONE if unit is not None else str(kept.get("units") or Several.ALL)
    rest = json.dumps(values, ensure_ascii=False) if values else ""
    return ActRow(
        _local(kept.get("at"), definition.zone),
        str(kept.get("stage", "")),
        do,
        who,
        "" if unit is None else str(unit),
        _local(due_at, definition.zone),
        category,
        count,
        rest,
    )


def _local(raw: object, zone: ZoneInfo) -> str:
    """Return an instant as a field of the page takes it, in the batch's zone; text that is none as it is."""
    try:
        found = datetime.fromisoformat(str(raw or ""))
    except ValueError:
        return str(raw or "")
    local = found.astimezone(zone) if found.tzinfo is not None else found
    return local.replace(tzinfo=None).isoformat(timespec="minutes")


def stages_to_act(definition: Definition) -> list[tuple[Stage, str]]:
    """Return each stage with what a scenario can do there: "file", "forward" or, where only time can, "date"."""
    return [
        (stage, "forward" if stage.kind is StageKind.RECOMMEND else "file" if is_answered(stage) else "date")
        for stage in definition.stages
    ]


def groups(definition: Definition) -> list[tuple[str, str]]:
    """Return (value, label) of the groups of units that a row can name, then that of a single unit."""
    classes = [(CLASS + one.key, f"{one.name}（全部）") for one in definition.unit_classes]
    return [*GROUPS.items(), *(classes if len(classes) > 1 else []), (ONE, "一个单位…")]


def in_words(rows: Sequence[Mapping[str, Any]], definition: Definition) -> Iterator[str]:
    """Yield each row of a scenario as a sentence."""
    titles = {stage.key: stage.title for stage in definition.stages}
    names = {unit.code: unit.short or unit.name for unit in definition.units}
    labels = dict(groups(definition))
    categories = {category.key: category.name for category in definition.categories}
    for kept in rows:
        row = row_of(kept, definition)
        who = names.get(row.unit, row.unit) if row.who == ONE else labels.get(row.who, row.who)
        what = DEEDS.get(row.do, row.do).partition("（")[0]
        more = f" {categories.get(row.category, row.category)} {row.count} 件" if row.category else ""
        more += f"至 {row.due_at.replace('T', ' ')}" if row.due_at else ""
        title = titles.get(row.stage, row.stage)
        if row.do == Deed.EXTEND:
            yield f"{row.at.replace('T', ' ')} 主办处室对{who}延期“{title}”{more}"
        else:
            yield f"{row.at.replace('T', ' ')} {who}{what}“{title}”{more}"
