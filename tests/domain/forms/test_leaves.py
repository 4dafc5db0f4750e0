"""What is asked, what changed, what is missing."""

from __future__ import annotations

from domain.definition import Field, FieldKind, Form, Section
from domain.forms import (
    Aspect,
    SectionState,
    chosen_modes,
    combined_label,
    completeness,
    differences,
    leaves,
    merge,
    shown_text,
)
from tests.support.case_forms import ANSWERS, FORM, INVESTORS, MODES, form_of, setting


def asked(form: Form, answers: dict[str, str]) -> list[str]:
    return [leaf.path for leaf in leaves(form, setting(), answers)]


def test_leaves_stand_in_the_order_of_the_form() -> None:
    paths = asked(FORM, ANSWERS)

    assert paths[:3] == ["name", "code", "site"]
    assert paths[-3:] == ["promise", "promise.name", "promise.date"]
    assert [path for path in paths if path.startswith("body")] == [
        *("body.intro", "body.practice.supply", "body.practice.lifecycle", "body.plan")
    ]
    assert [path for path in paths if path.startswith("indicators.assets")] == [
        *("indicators.assets.2021", "indicators.assets.2022")
    ]
    assert "group" not in paths and "kinds" not in paths and "nature.other" not in paths


def test_a_leaf_tells_what_it_belongs_to() -> None:
    by_path = {leaf.path: leaf for leaf in leaves(FORM, setting(), ANSWERS)}

    cell = by_path["indicators.service_share.2022"]
    assert (cell.label, cell.section, cell.year, cell.field.key) == (
        *("服务收入占比（2022 年）", "numbers", 2022, "service_share"),
    )
    assert cell.within is not None and cell.within.key == "indicators"
    part = by_path["body.practice.supply"]
    assert (part.label, part.aspect, part.mode) == ("主要做法（供应链管理）", Aspect.PART, MODES[0])
    assert by_path["investors.1.share"].row == 1


def test_missing_rows_are_asked() -> None:
    assert asked(form_of(INVESTORS), {}) == ["investors.0.name", "investors.0.nature", "investors.0.share"]
    assert asked(form_of(INVESTORS), {"investors.4.name": "甲"})[0] == "investors.4.name"


def test_several_modes_have_a_name_together() -> None:
    """S001-05, S004-04: choosing two sets 综合型 by itself."""
    field = FORM.field("modes")
    assert field is not None

    assert chosen_modes(FORM, ANSWERS) == ("supply", "lifecycle")
    assert combined_label(field, chosen_modes(FORM, ANSWERS)) == "综合型"
    assert combined_label(field, ("supply",)) == ""
    assert combined_label(Field(key="m", label="模式", kind=FieldKind.MODES), ("a", "b")) == ""


def test_a_hidden_choice_of_modes_chooses_nothing() -> None:
    section = Section(key="s", title="s", fields=FORM.sections[4].fields, when=FORM.sections[1].when)
    form = Form(key="f", title="f", sections=(FORM.sections[0], section))

    assert chosen_modes(form, ANSWERS) == ()
    assert chosen_modes(form, ANSWERS | {"is_group": "是"}) == ("supply", "lifecycle")


def test_values_read_like_words() -> None:
    by_path = {leaf.path: leaf for leaf in leaves(FORM, setting(), ANSWERS)}

    def text(path: str, value: str) -> str:
        return shown_text(by_path[path], value, MODES)

    assert text("modes", "supply\nlifecycle") == "供应链管理、全生命周期管理"
    assert text("indicators.assets.2021", "1200") == "1200 万元"
    assert text("indicators.service_share.2021", "30") == "30%"
    assert text("promise", "yes") == "已承诺"
    assert text("promise.name", "yes") == "yes"
    assert text("staff", "很多") == "很多"
    assert text("name", "") == ""


def test_differences_name_what_changed_in_words() -> None:
    after = ANSWERS | {"modes": "supply", "staff": "1300", "site": "a.cn", "group": ""}

    found = differences(FORM, setting(), ANSWERS, after)

    assert [(item.path, item.before, item.after) for item in found] == [
        ("site", "", "a.cn"),
        ("staff", "1200 人", "1300 人"),
        ("modes", "供应链管理、全生命周期管理", "供应链管理"),
    ]
    assert found[1].label == "员工总数"


def test_a_removed_row_is_a_difference() -> None:
    fewer = {path: text for path, text in ANSWERS.items() if not path.startswith("investors.1")}

    found = differences(FORM, setting(), ANSWERS, fewer)

    assert [item.path for item in found] == ["investors.1.name", "investors.1.nature", "investors.1.share"]
    assert found[0].label == "名称（第 2 行）"


def test_two_editors_come_together_leaf_by_leaf() -> None:
    base = {"a": "1", "b": "1", "c": "1", "d": "1"}

    merged = merge({**base, "b": "2", "c": "2", "e": "5"}, base, {"a": "3", "b": "1", "c": "3", "d": ""})

    assert merged.values == {"a": "3", "b": "2", "c": "2", "d": "", "e": "5"}
    assert merged.conflicts == ("c",)


def test_the_same_change_of_both_is_no_conflict() -> None:
    assert merge({"a": "2"}, {"a": "1"}, {"a": "2"}).conflicts == ()


def test_completeness_counts_what_must_be_filled() -> None:
    states = completeness(FORM, {"name": "甲", "site": "a.cn", "is_group": "是"}, setting())

    assert [state.key for state in states] == ["basics", "kinds", "numbers", "investors", "body", "promise"]
    assert (states[0].filled, states[0].asked) == (2, 8)
    assert states[0].missing[0] == "统一社会信用代码" and states[0].missing[-1] == "集团名称"
    assert not states[0].is_complete
    assert all(state.is_complete for state in completeness(FORM, ANSWERS, setting()))


def test_a_form_without_sections_is_one() -> None:
    form = form_of(Field(key="a", label="甲"), Field(key="b", label="乙", required=False))

    assert completeness(form, {"a": "1"}, setting()) == (SectionState("", "表", 1, 1, ()),)
