"""Fixes of forms and rules: what does not belong, what stands the wrong way round, what points at no choice."""

from collections.abc import Iterator, Mapping

from domain.definition import SCANS, Field, FieldKind, Form, Material
from services.designing.edits import Edit, Move, Remove, SetValues
from services.designing.fixing.base import Asked, Fix, Maker

OUT_OF_PLACE: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "as_of_out_of_place": ("删去截至日期", {"as_of": None}),
    "at_most_out_of_place": ("删去合计上限", {"at_most": None}),
    "choice_limits_out_of_place": ("删去选几项的限定", {"min_choices": None, "max_choices": None}),
    "choices_out_of_place": ("删去选项", {"choices": []}),
    "computed_out_of_place": ("删去算式，由人填写", {"computed": ""}),
    "credit_days_unused": ("不设信用查询的有效天数", {"credit_days": None}),
    "exclusive_out_of_place": ("删去互斥", {"exclusive": []}),
    "expression_out_of_place": ("删去算式", {"expression": ""}),
    "fields_out_of_place": ("删去下级项", {"fields": []}),
    "form_out_of_place": ("删去申报表", {"form": None}),
    "half_english": ("不写英文", {"subject_en": "", "body_en": ""}),
    "parts_out_of_place": ("删去提纲", {"parts": []}),
    "per_mode_without_modes": ("不按模式分写", {"per_mode": False}),
    "range_out_of_place": ("删去范围", {"minimum": None, "maximum": None}),
    "titles_missing": ("改为按单位收集", {"owed_by": "units"}),
    "titles_out_of_place": ("删去示范名单", {"titles": None}),
    "tolerance_out_of_place": ("删去允许的偏差", {"tolerance": None}),
    "waiver_out_of_place": ("不可豁免", {"waiver": "nobody"}),
    "years_out_of_place": ("删去年份", {"years": []}),
}
"""What to put into the part around the finding, with what that does."""
BOUNDS: Mapping[str, tuple[str, str]] = {
    "bad_choice_limits": ("min_choices", "max_choices"),
    "bad_counts": ("min_count", "max_count"),
    "bad_part_limits": ("min_chars", "max_chars"),
    "bad_range": ("minimum", "maximum"),
    "bad_rows": ("min_rows", "max_rows"),
}


def _out_of_place(asked: Asked) -> Iterator[Fix]:
    label, values = OUT_OF_PLACE[asked.finding.code]
    yield Fix(label, (SetValues(asked.holder, values),))


def _swapped(asked: Asked) -> Iterator[Fix]:
    """Offer to swap two bounds that were written the wrong way round."""
    low_name, high_name = BOUNDS[asked.finding.code]
    part = asked.find(asked.holder)
    low, high = getattr(part, low_name, None), getattr(part, high_name, None)
    if low is not None and high is not None and low > high:
        values = {low_name: high, high_name: low}
        yield Fix(f"对调：最少 {high:g}，最多 {low:g}", (SetValues(asked.holder, values),))


def _years(asked: Asked) -> Iterator[Fix]:
    years = sorted({year for year in asked.list_at(asked.path) if isinstance(year, int)})
    if years:
        shown = "、".join(str(asked.definition.year + year) for year in years)
        yield asked.set(f"每年只留一列：{shown}", years)


def _empty_choice(asked: Asked) -> Iterator[Fix]:
    yield asked.set("删去空的选项", [choice for choice in asked.list_at(asked.path) if choice])


def _other(asked: Asked) -> Iterator[Fix]:
    field = asked.find(asked.holder)
    if isinstance(field, Field) and field.other:
        label = f"把“{field.other}”加入选项"
        yield Fix(label, (SetValues(asked.holder, {"choices": [*field.choices, field.other]}),))
        yield asked.set("不要求另写说明", None)


def _exclusive(asked: Asked) -> Iterator[Fix]:
    """Take a choice that is none out of the groups; a group of one excludes nothing and goes, too."""
    wrong = asked.finding.value
    groups = [[choice for choice in group if choice != wrong] for group in asked.groups()]
    yield asked.set(f"从互斥中删去不存在的“{wrong}”", [group for group in groups if len(group) > 1])


def _empty_group(asked: Asked) -> Iterator[Fix]:
    yield asked.set("删去空的一组", [group for group in asked.groups() if group])


def _removed(label: str) -> Maker:
    def make(asked: Asked) -> Iterator[Fix]:
        yield asked.remove(label)

    return make


def _exemption(asked: Asked) -> Iterator[Fix]:
    yield asked.remove("不允许免报", asked.holder)


def _scans(asked: Asked) -> Iterator[Fix]:
    if isinstance(asked.find(asked.holder), Material):
        yield asked.set("收扫描件：PDF、OFD、图片", [kind.value for kind in SCANS])


def _own_modes(asked: Asked) -> Iterator[Fix]:
    yield asked.set("以目录为准，删去另写的模式", [])


def _one_choice(asked: Asked) -> Iterator[Fix]:
    yield from _out_of_place(asked)
    yield Fix("改为单选", (SetValues(asked.holder, {"kind": FieldKind.CHOICE.value}),))


def _one_page(asked: Asked) -> Iterator[Fix]:
    """Put what stands in sections onto the one page of a form that is collected, with the keys that it has."""
    form = asked.find(asked.path)
    if not isinstance(form, Form):
        return
    edits: list[Edit] = []
    for section in form.sections:
        held = f"{asked.path}.sections.{section.key}"
        edits += [Move(f"{held}.fields.{field.key}", into=f"{asked.path}.fields") for field in section.fields]
        edits.append(Remove(held))
    edits += [Remove(f"{asked.path}.checks.{check.key}") for check in form.checks]
    lost = ["分区的显示条件"] if any(section.when is not None for section in form.sections) else []
    lost += ["跨项核对"] if form.checks else []
    gone = f"删去{'和'.join(lost)}" if lost else ""
    yield Fix("，".join(part for part in ("去掉分区，保留各项" if form.sections else "", gone) if part), tuple(edits))


FORMS: Mapping[str, Maker] = {
    **dict.fromkeys(OUT_OF_PLACE, _out_of_place),
    **dict.fromkeys(BOUNDS, _swapped),
    "bad_years": _years,
    "choices_out_of_place": _one_choice,
    "empty_choice": _empty_choice,
    "empty_group": _empty_group,
    "empty_section": _removed("删去空的部分"),
    "exclusive_unknown": _exclusive,
    "form_too_rich": _one_page,
    "form_unused": _removed("删去没有用到的表"),
    "no_file_kinds": _scans,
    "no_reasons": _exemption,
    "other_unknown": _other,
    "two_catalogues": _own_modes,
}
