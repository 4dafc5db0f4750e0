"""The two forms of Luoyang's notice, field by field, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.definition import FieldKind, Form, Mark
from domain.forms import check_case, leaves, unit_of
from presets import FOLDER
from services.definitions import load_file
from tests.support.presets import filled, labels, notice, plain, setting

LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")
MARKS = {item.path: item for item in LUOYANG.evidence}
ENTERPRISE, PLATFORM = LUOYANG.form("enterprise"), LUOYANG.form("platform")
ON = date(2023, 3, 20)
HERE = {form.key: setting(LUOYANG, form.key, ON) for form in LUOYANG.forms}


def table(form: str) -> list[tuple[str, FieldKind, str]]:
    """Return label, kind and unit of the rows of a form's table."""
    found = LUOYANG.form(form).field("indicators")
    assert found is not None
    return [(row.label, row.kind, unit_of(row)) for row in found.fields]


def kinds(form: str, section: str) -> dict[str, FieldKind]:
    found = next(item for item in LUOYANG.form(form).sections if item.key == section)
    return {field.label: field.kind for field in found.fields}


def complete(form: str, **given: str) -> dict[str, str]:
    """Return answers with which a form can be submitted; all service revenue of a platform is its platform's."""
    parts = ("from_advertising", "from_other") if form == "platform" else ()
    none = {f"indicators__{part}__{year}": "0" for part in parts for year in (2021, 2022)}
    return filled(LUOYANG.form(form), HERE[form], **none | given)


def sentences(form: str, **given: str) -> list[str]:
    """Return what a complete form with these answers is refused for."""
    wanted = LUOYANG.form(form)
    checked = check_case(wanted, complete(form, **given), HERE[form], is_final=True)
    return [problem.sentence for problem in checked.problems]


def test_the_enterprise_form_begins_with_fourteen_fields() -> None:
    """S000-20: in this order, with their types."""
    assert labels(ENTERPRISE, "basic") == [
        *("企业名称", "企业性质", "法人代表", "注册地址", "主营业务", "主营业务收入占比", "联系人", "职务"),
        *("联系电话", "手机", "电子邮箱", "员工总数", "研发和设计人员比例", "中高级职业资格人员比例"),
    ]
    kind = kinds("enterprise", "basic")
    assert (kind["联系电话"], kind["手机"], kind["电子邮箱"]) == (FieldKind.PHONE, FieldKind.MOBILE, FieldKind.EMAIL)
    shares = ["主营业务收入占比", "研发和设计人员比例", "中高级职业资格人员比例"]
    assert {kind[label] for label in shares} == {FieldKind.PERCENT}
    assert kind["员工总数"] is FieldKind.INTEGER


def test_the_indicators_of_an_enterprise_are_ten_over_two_years() -> None:
    """S000-21: the years follow from the batch's."""
    rows = table("enterprise")
    asked = [leaf for leaf in leaves(ENTERPRISE, HERE["enterprise"], {}) if leaf.path.startswith("indicators.")]

    assert [f"{label}（{unit}）" for label, _, unit in rows] == [
        *("资产总额（万元）", "资产负债率（%）", "营业收入（万元）", "其中，服务收入（万元）", "服务收入占比（%）"),
        *("税金总额（万元）", "利润总额（万元）", "净利润增长率（%）", "能源消费总量（吨标煤）"),
        "研发投入占收入比例（%）",
    ]
    assert len(asked) == 20
    assert {leaf.year for leaf in asked} == {2021, 2022}


def test_the_share_of_service_revenue_is_recomputed() -> None:
    """S000-22: a difference above 0.1 point is shown, and blocks nothing."""
    for typed, count in (("33.4", 0), ("33.43", 0), ("33.5", 1), ("30", 1)):
        given = {
            "indicators__revenue__2022": "3000",
            "indicators__service_revenue__2022": "1000",
            "indicators__service_share__2022": typed,
            "indicators__service_share__2021": "100",
        }
        answers = filled(ENTERPRISE, HERE["enterprise"], **given)
        checked = check_case(ENTERPRISE, answers, HERE["enterprise"], is_final=True)
        assert checked.problems == ()
        assert [item.path for item in checked.warnings] == ["indicators.service_share.2022"] * count, typed


def test_earlier_honours_are_free_text_that_may_be_empty() -> None:
    """S000-23"""
    field = ENTERPRISE.field("honours")
    assert field is not None

    assert (field.kind, field.required) == (FieldKind.LONG_TEXT, False)
    assert sentences("enterprise") == []


@pytest.mark.parametrize("form", [ENTERPRISE, PLATFORM], ids=["enterprise", "platform"])
def test_the_commitment_is_printed_and_signed_by_name_and_date(form: Form) -> None:
    """S000-24"""
    field = form.field("promise")
    assert field is not None

    assert field.text == "我单位申报的所有材料，均真实、完整，如有不实，愿承担相应的责任。"
    answers = complete(form.key)
    assert (answers["promise"], answers["promise.date"]) == ("yes", "2023-03-20")
    assert check_case(form, answers | {"promise": ""}, HERE[form.key], is_final=True).problems
    assert check_case(form, answers | {"promise.name": ""}, HERE[form.key], is_final=True).problems


@pytest.mark.parametrize(("key", "what"), [("enterprise", "企业"), ("platform", "平台")])
def test_the_cover_is_that_of_the_annex(key: str, what: str) -> None:
    """S000-26"""
    cover = [line.format(year=2023, applicant="_____", unit="_____") for line in LUOYANG.form(key).cover]

    assert cover[0] == f"河南省服务型制造示范{what}遴选"
    assert cover[-1] == "河南省工业和信息化厅制"
    printed = plain("".join(cover)).replace("（2023年）", "(2023年)").replace("：", "")
    assert printed in plain(notice(LUOYANG))


def outline(form: str) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Return the body of a form: chapters with their parts, and whether a part is written for each mode."""
    body = next(section for section in LUOYANG.form(form).sections if section.key == "body")
    return [(field.label, [(part.title, part.per_mode) for part in field.parts]) for field in body.fields]


def test_the_body_of_an_enterprise_keeps_its_numbering() -> None:
    """S000-27: five items, four for each mode, one."""
    chapters = outline("enterprise")

    assert [title for title, _ in chapters] == ["一、企业概况", "二、服务型制造主要做法", "三、下一步设想"]
    assert [len(parts) for _, parts in chapters] == [5, 4, 1]
    assert [title[:3] for title, _ in chapters[0][1]] == ["（一）", "（二）", "（三）", "（四）", "（五）"]
    assert [per_mode for _, parts in chapters for _, per_mode in parts] == [False] * 5 + [True] * 4 + [False]


def test_the_body_of_a_platform_keeps_its_numbering() -> None:
    """S000-37: one text, five items for each mode, one."""
    chapters = outline("platform")

    assert [title for title, _ in chapters] == ["一、平台运营单位概况", "二、平台建设情况", "三、下一步设想"]
    assert [len(parts) for _, parts in chapters] == [1, 5, 1]
    assert [per_mode for _, parts in chapters for _, per_mode in parts] == [False] + [True] * 5 + [False]


@pytest.mark.parametrize("form", ["enterprise", "platform"])
def test_every_guide_is_the_notices_own(form: str) -> None:
    body = next(section for section in LUOYANG.form(form).sections if section.key == "body")
    guides = [part.guide for field in body.fields for part in field.parts if part.guide]

    assert [guide for guide in guides if plain(guide) not in plain(notice(LUOYANG))] == []
    assert guides


@pytest.mark.parametrize(("form", "parts"), [("enterprise", 4), ("platform", 5)])
def test_several_modes_are_chosen_and_each_is_described(form: str, parts: int) -> None:
    """S000-09, S000-10: three modes ask for each part three times, and one empty part blocks."""
    wanted, modes = LUOYANG.form(form), "lifecycle\nsharing\ngreen"
    answers = complete(form, modes=modes)
    described = [path for path in answers if path.startswith("practice.")]

    assert len(described) == 3 * parts
    assert sentences(form, modes=modes) == []
    path = next(path for path in described if path.endswith(".green"))
    refused = check_case(wanted, answers | {path: ""}, HERE[form], is_final=True)
    assert [problem.path for problem in refused.problems] == [path]
    field = wanted.field("modes")
    assert field is not None
    assert (field.combined, field.max_choices) == ("综合型", None)


def test_the_open_mode_asks_for_words_of_ones_own() -> None:
    """S002-09"""
    asked = [leaf.path for leaf in leaves(ENTERPRISE, HERE["enterprise"], {"modes": "information"})]
    others = [leaf.path for leaf in leaves(ENTERPRISE, HERE["enterprise"], {"modes": "sharing"})]

    assert "modes.other" in asked
    assert "modes.other" not in others


def test_an_option_that_the_catalogue_loses_is_not_offered() -> None:
    """S002-04: answers that choose it are refused."""
    without = replace(HERE["enterprise"], modes=tuple(m for m in HERE["enterprise"].modes if m.key != "sharing"))
    answers = filled(ENTERPRISE, HERE["enterprise"], modes="sharing")

    assert check_case(ENTERPRISE, answers, HERE["enterprise"], is_final=True).problems == ()
    assert "modes" in {p.path for p in check_case(ENTERPRISE, answers, without, is_final=True).problems}


def test_the_platform_form_begins_with_eleven_fields_and_its_investors() -> None:
    """S000-32: shares above 100 % together are refused."""
    assert labels(PLATFORM, "basic")[:11] == [
        *("平台名称", "运营主体", "网址", "注册地址", "主营业务", "法人代表", "联系人", "职务"),
        *("联系电话", "电子邮箱", "注册资本"),
    ]
    capital, investors = PLATFORM.field("capital"), PLATFORM.field("investors")
    assert capital is not None
    assert investors is not None
    assert unit_of(capital) == "万元"
    assert [column.label for column in investors.fields] == ["主要投资方名称", "性质", "投资比例"]
    one = {"investors__0__share": "60", "investors__1__name": "乙", "investors__1__nature": "民营"}
    assert sentences("platform", **one, investors__1__share="40") == []
    assert sentences("platform", **one, investors__1__share="40.01") != []


def test_the_functions_of_the_platform_are_described() -> None:
    """S000-33"""
    field = PLATFORM.field("functions")
    assert field is not None

    assert (field.label, field.required, field.kind) == ("平台功能简介", True, FieldKind.LONG_TEXT)


def test_the_performance_of_a_platform_is_five_fields_and_ten_values_over_two_years() -> None:
    """S000-34, S000-35"""
    section = next(item for item in PLATFORM.sections if item.key == "performance")
    shown = [f"{field.label}（{unit_of(field)}）" for field in section.fields[:5]]

    assert shown == [
        *("上年末总资产（万元）", "服务场地面积（平方米）", "从业人数（人）"),
        *("研发和设计人员比例（%）", "中高级职业资格人员比例（%）"),
    ]
    assert [f"{label}（{unit}）" for label, _, unit in table("platform")] == [
        *("运营主体营业收入（万元）", "其中：服务收入（万元）", "服务收入构成明细：平台服务（万元）"),
        *("服务收入构成明细：广告（万元）", "服务收入构成明细：其他（万元）", "服务收入占比（%）"),
        *("资产总额（万元）", "净利润（万元）", "资产负债率（%）", "平台服务的客户数（个）"),
    ]
    years = {leaf.year for leaf in leaves(PLATFORM, HERE["platform"], {}) if leaf.path.startswith("indicators.")}
    assert years == {2021, 2022}


def test_the_three_parts_add_up_to_the_service_revenue() -> None:
    """S000-35"""
    year = {
        "indicators__service_revenue__2022": "100.5",
        "indicators__from_platform__2022": "80",
        "indicators__from_advertising__2022": "0.5",
    }

    assert sentences("platform", **year, indicators__from_other__2022="20") == []
    refused = sentences("platform", **year, indicators__from_other__2022="21")
    assert refused == ["2022 年：平台服务、广告、其他三项之和不等于服务收入"]


def test_one_to_five_typical_clients_are_listed() -> None:
    """S000-36"""
    field = PLATFORM.field("clients")
    assert field is not None

    assert [column.label for column in field.fields] == ["服务企业名称", "联系人", "联系电话", "服务内容简述"]
    assert (field.min_rows, field.max_rows) == (1, 5)
    rows = {f"clients__{number}__name": f"第{number}家" for number in range(6)}
    assert sentences("platform") == []
    assert len(sentences("platform", **rows)) == 1


@pytest.mark.parametrize("form", ["enterprise", "platform"])
def test_what_the_form_of_the_notice_lacks_stands_apart_and_is_marked(form: str) -> None:
    """S000-15, S000-16, S000-17: asked for the conditions, and told apart from what is printed."""
    section = next(item for item in LUOYANG.form(form).sections if item.key == "eligibility")

    assert LUOYANG.form(form).sections[-1] is section
    assert MARKS[f"forms.{form}.sections.eligibility"].mark is Mark.INFERRED
    keys = [field.key for field in section.fields]
    assert keys[-5:] == ["credit_executed", "credit_tax", "credit_illegal", "credit_checked_on", "custom_share"]
    assert keys[:-5] == (["builder", "online_on"] if form == "platform" else [])
    assert all(field.required for field in section.fields)


def test_the_share_of_customisation_is_asked_of_those_who_chose_it() -> None:
    """S000-19"""
    for modes, is_asked in (("customization\nsharing", True), ("sharing", False)):
        asked = [leaf.path for leaf in leaves(ENTERPRISE, HERE["enterprise"], {"modes": modes})]
        assert ("custom_share" in asked) is is_asked
