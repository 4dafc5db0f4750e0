"""Each kind of field has what it needs, and nothing that belongs to another kind."""

from collections.abc import Iterator

from domain.definition import NESTED, NUMERIC, Definition, Field, FieldKind
from domain.lint.findings import Finding, error, listed
from domain.lint.forms.places import Place
from domain.lint.naming import Names, mode_names

MOST_DECIMALS = 6
MOST_ROWS = 200
SINGLE = frozenset({FieldKind.OUTLINE, FieldKind.COMMITMENT, FieldKind.MODES}) | NESTED
"""Kinds that stand in a form itself, never in a table or in repeating rows."""
SEVERAL = frozenset({FieldKind.CHOICES, FieldKind.MODES})
NUMBERS = NUMERIC | {FieldKind.YEAR}


def check(place: Place, definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with one field, wherever it stands."""
    yield from _nested(place)
    yield from _choosing(place, definition)
    yield from _numbers(place)
    yield from _parts(place)
    if place.field.kind is FieldKind.COMMITMENT and not place.field.text:
        advice = "填写“承诺内容”，照抄通知的承诺文字"
        yield error("no_promise", f"{place.path}.text", "承诺没有写明内容", advice=advice)


def _nested(place: Place) -> Iterator[Finding]:
    path, field = place.path, place.field
    if place.within is not None and field.kind in SINGLE:
        sentence = "表格和重复行之内只能是简单的项"
        yield error("nested_kind", f"{path}.kind", sentence, advice="改用“单行文字”“数字”“单选”等", value=field.kind)
    is_in_table = place.within is not None and place.within.kind is FieldKind.TABLE
    if is_in_table and (field.kind is FieldKind.CHOICES or field.other is not None):
        sentence = "按年份的表格内不能多选，也不能另写“其他”"
        yield error("choices_in_table", f"{path}.kind", sentence, advice="把这一项移到表格之外", value=field.kind)
    if field.kind in NESTED and not field.fields:
        what = "行" if field.kind is FieldKind.TABLE else "列"
        advice = f"选中这一项，再逐个添加，添加的各项即是它的各{what}"
        yield error("no_nested_fields", f"{path}.fields", f"「{field.label}」没有任何一{what}", advice=advice)
    if field.fields and field.kind not in NESTED:
        advice = "删去“行或列”，或把“填写方式”改为“表格”或“重复行”"
        yield error("fields_out_of_place", f"{path}.fields", "只有表格和重复行可含下级项", advice=advice)
    if field.kind is FieldKind.TABLE and (not field.years or len(set(field.years)) < len(field.years)):
        advice = "写相对于批次年度的数：-1 为上年，-2 为前年"
        yield error("bad_years", f"{path}.years", "表格没有写明年份，或年份重复", advice=advice)
    if field.years and field.kind is not FieldKind.TABLE:
        yield error("years_out_of_place", f"{path}.years", "只有表格可写年份", value=field.kind)
    most = field.max_rows if field.max_rows is not None else MOST_ROWS
    if not 0 <= field.min_rows <= most <= MOST_ROWS or most == 0:
        sentence = f"行数应满足 0 ≤ 最少 ≤ 最多 ≤ {MOST_ROWS}"
        yield error("bad_rows", f"{path}.max_rows", sentence, value=f"{field.min_rows}-{field.max_rows}")
    if field.at_most is not None and (
        field.kind not in NUMERIC or place.within is None or place.within.kind is not FieldKind.ROWS
    ):
        sentence = "合计上限只能写在重复行的数字列上"
        yield error("at_most_out_of_place", f"{path}.at_most", sentence, value=field.at_most)


def _choosing(place: Place, definition: Definition) -> Iterator[Finding]:
    path, field = place.path, place.field
    if field.other is not None and field.other not in field.choices:
        sentence = f"「{field.other}」不在选项之中，却要求另写说明"
        yield error("other_unknown", f"{path}.other", sentence, advice=listed(field.choices), value=field.other)
    if field.exclusive and field.kind not in SEVERAL:
        yield error("exclusive_out_of_place", f"{path}.exclusive", "只有多选和选择模式可写互斥选项", value=field.kind)
    elif field.exclusive:
        options = _options(field, definition)
        for choice in (choice for group in field.exclusive for choice in group if choice not in options):
            sentence = f"互斥的「{choice}」不在选项之中"
            yield error(
                "exclusive_unknown", f"{path}.exclusive", sentence, advice=listed(options, wrong=choice), value=choice
            )
    fewest, most = field.min_choices, field.max_choices
    available = len(_options(field, definition))
    is_limited = fewest is not None or most is not None
    if is_limited and field.kind not in SEVERAL:
        sentence = "只有多选和选择模式可限定选几项"
        yield error("choice_limits_out_of_place", f"{path}.max_choices", sentence, value=field.kind)
    elif is_limited and not 0 <= (fewest or 0) <= (available if most is None else most) <= available:
        sentence = f"选择的项数应满足 0 ≤ 最少 ≤ 最多 ≤ {available}"
        yield error("bad_choice_limits", f"{path}.max_choices", sentence, value=f"{fewest}-{most}")


def _options(field: Field, definition: Definition) -> Names:
    if field.kind is FieldKind.MODES:
        return mode_names(definition)
    return {choice: choice for choice in field.choices}


def _numbers(place: Place) -> Iterator[Finding]:
    path, field = place.path, place.field
    if (field.minimum is not None or field.maximum is not None) and field.kind not in NUMBERS:
        yield error("range_out_of_place", f"{path}.maximum", "只有数字和年份可写范围", value=field.kind)
    low, high = field.minimum, field.maximum
    if field.kind is FieldKind.PERCENT:
        low, high = 0 if low is None else low, 100 if high is None else high
    if low is not None and high is not None and low > high:
        advice = "百分比不填时为 0 至 100；两端都要放宽时请都填写" if field.kind is FieldKind.PERCENT else ""
        yield error("bad_range", f"{path}.maximum", "最小值大于最大值", advice=advice, value=f"{low:g}-{high:g}")
    if field.decimals is not None and not 0 <= field.decimals <= MOST_DECIMALS:
        yield error("bad_decimals", f"{path}.decimals", f"小数位数可填 0 至 {MOST_DECIMALS}", value=field.decimals)


def _parts(place: Place) -> Iterator[Finding]:
    path, field = place.path, place.field
    if field.kind is FieldKind.OUTLINE and not field.parts:
        yield error("no_parts", f"{path}.parts", f"「{field.label}」没有提纲", advice="填写“提纲”")
    if field.parts and field.kind is not FieldKind.OUTLINE:
        advice = "删去“提纲”，或把“填写方式”改为“分段撰写”"
        yield error("parts_out_of_place", f"{path}.parts", "只有分段撰写的项有提纲", advice=advice)
    for part in field.parts:
        if part.min_chars is not None and part.max_chars is not None and part.min_chars > part.max_chars:
            value = f"{part.min_chars}-{part.max_chars}"
            yield error("bad_part_limits", f"{path}.parts.{part.key}.max_chars", "最少字数大于最多字数", value=value)
