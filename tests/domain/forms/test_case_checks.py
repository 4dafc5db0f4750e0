"""What a form computes and cross-checks, and what its conditions hide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.definition import Check, Field, FieldKind, ShownWhen, Strength
from domain.forms import Checked
from tests.support.case_forms import (
    ANSWERS,
    FORM,
    INDICATORS,
    PATENTS,
    draft,
    final,
    form_of,
    refusals,
)
from tests.support.definitions import changed

K = FieldKind
ROWS = ("revenue", "service", "service_share")


def warned(checked: Checked) -> list[tuple[str, str]]:
    return [(problem.path, problem.sentence) for problem in checked.warnings]


@pytest.mark.parametrize(
    ("revenue", "service", "share", "is_told"),
    [
        ("1000", "301", "30", False),
        ("1000", "299", "30", False),
        ("1000", "301.01", "30", True),
        ("1000", "298.99", "30", True),
        ("3", "1", "33.33", False),
        ("0.3", "0.1", "33.33", False),
        ("0", "0", "0", False),
        ("", "301", "99", False),
    ],
)
def test_a_share_is_compared_with_its_parts(revenue: str, service: str, share: str, is_told: bool) -> None:
    """S000-22: a difference above 0.1 point is shown; exactly 0.1 is not, whatever binary makes of it."""
    given = {f"indicators.{row}.2021": text for row, text in zip(ROWS, (revenue, service, share), strict=True)}

    checked = draft(FORM, ANSWERS | given)

    told = [("indicators.service_share.2021", "2021 年：服务收入占比与两项收入之比相差超过 0.1 个百分点")]
    assert warned(checked) == (told if is_told else [])
    assert checked.problems == ()


def test_parts_must_add_up_in_each_year() -> None:
    """S000-35: three parts of the service revenue, checked for each year."""
    rows = tuple(Field(key=key, label=key, kind=K.MONEY) for key in ("service", "platform", "ads", "rest"))
    form = form_of(
        Field(key="t", label="指标", kind=K.TABLE, years=(-2, -1), fields=rows),
        checks=(
            Check(
                key="sum",
                table="t",
                expression="service == platform + ads + rest",
                sentence="构成三项之和应等于服务收入",
                fields=("service",),
                strength=Strength.HARD,
            ),
        ),
    )
    good = {"t.service.2021": "0.3", "t.platform.2021": "0.1", "t.ads.2021": "0.1", "t.rest.2021": "0.1"}
    bad = {path.replace("2021", "2022"): text for path, text in good.items()} | {"t.rest.2022": "0.2"}

    assert refusals(final(form, good | bad)) == [("t.service.2022", "2022 年：构成三项之和应等于服务收入")]


def test_a_total_that_is_no_sum_is_told() -> None:
    """S001-32: total = sum of three, otherwise a warning."""
    form = form_of(*PATENTS, checks=FORM.checks[1:2])
    given = {"total": "7", "invention": "1", "utility": "2", "design": "3"}

    checked = final(form, given)

    assert (checked.problems, warned(checked)) == ((), [("total", "专利总数不等于三类之和")])
    assert final(form, given | {"total": "6"}).warnings == ()


def test_years_from_and_to_stand_in_order() -> None:
    """S001-29: from-year ≤ to-year."""
    years = {"from_year": "2021", "to_year": "2020"}

    assert refusals(final(FORM, ANSWERS | years)) == [("from_year", "开始年份不能晚于结束年份")]
    assert final(FORM, ANSWERS | years | {"to_year": "2021"}).problems == ()
    assert final(FORM, ANSWERS | {"from_year": "2021"}).problems == ()


def test_what_is_hidden_is_neither_asked_nor_kept_at_last() -> None:
    hidden = ANSWERS | {"group": "某集团", "kinds": "面向行业专业", "body.practice.other": "旧稿"}

    assert final(FORM, hidden).values == ANSWERS
    assert draft(FORM, hidden).values == hidden
    assert [path for path, _ in refusals(final(FORM, ANSWERS | {"is_group": "是"}))] == ["group", "kinds"]


def test_a_condition_is_seen_through_full_width_and_control_characters() -> None:
    field = Field(key="n", label="数", kind=K.INTEGER)
    shown = Field(key="x", label="栏目", when=ShownWhen(field="n", any_of=("1",)))

    assert [path for path, _ in refusals(final(form_of(field, shown), {"n": "\u200b１"}))] == ["n", "x"]


def test_conditions_that_lead_in_a_circle_show_nothing() -> None:
    first = Field(key="a", label="甲", when=ShownWhen(field="b", any_of=("1",)))
    second = Field(key="b", label="乙", when=ShownWhen(field="a", any_of=("1",)))

    assert final(form_of(first, second), {"a": "1", "b": "1"}).values == {}


def test_a_computed_value_is_shown_and_never_typed() -> None:
    assert final(FORM, ANSWERS | {"per_head": "99"}).values["per_head"] == "0.01"
    assert draft(FORM, ANSWERS | {"staff": ""}).values["per_head"] == ""
    assert draft(FORM, ANSWERS | {"staff": "0"}).values["per_head"] == ""


def test_values_are_computed_in_each_year_and_row() -> None:
    table = changed(INDICATORS, "fields.service_share", computed="service / revenue * 100")
    rows = Field(
        key="r",
        label="行",
        kind=K.ROWS,
        fields=(
            Field(key="a", label="甲", kind=K.NUMBER),
            Field(key="b", label="乙", kind=K.NUMBER, computed="a * 2"),
        ),
    )
    checked = final(form_of(table, rows), ANSWERS | {"r.3.a": "1.5"})

    assert checked.values["indicators.service_share.2021"] == "30.1"
    assert checked.values["indicators.service_share.2022"] == "35"
    assert checked.values["r.0.b"] == "3"


def test_a_check_may_look_at_rows_columns_and_choices() -> None:
    def told(expression: str, **changes: object) -> list[tuple[str, str]]:
        check = Check(key="c", expression=expression, sentence="不对", fields=("name",), **changes)  # type: ignore[arg-type]  # passed through
        return warned(final(replace(FORM, checks=(check,)), ANSWERS))

    assert told("share > 50", table="investors") == [("investors.1.name", "第 2 行：不对")]
    assert told("sum(investors_share) > 100") == [("name", "不对")]
    assert told("'supply' in modes") == []
    assert told("'other' in modes") == [("name", "不对")]
    assert told("indicators_revenue_2022 > indicators_revenue_2021") == []
    assert told("nobody > 1") == []
    assert told("staff >") == []


def test_at_least_one_of_a_group() -> None:
    fields = (Field(key="a", label="甲", required=False), Field(key="b", label="乙", required=False))
    form = form_of(*fields, one_of=(("a", "b"),))

    assert refusals(final(form, {})) == [("a", "请至少填写一项：甲、乙")]
    assert draft(form, {}).problems == ()
    assert final(form, {"b": "1"}).problems == ()
