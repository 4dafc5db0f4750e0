"""The three tables of Zhejiang's notice, field by field, and what they refuse."""

from datetime import date

import pytest

from domain.definition import SCANS, FieldKind, FileKind, Seal
from domain.forms import combined_label, leaves, unit_of
from tests.support.presets import squeezed
from tests.support.provinces import (
    answers,
    field_of,
    final,
    labels,
    notice,
    preset,
    refusals,
    section,
    setting,
    typed,
)

ZHEJIANG = preset("zhejiang-2020")
ENTERPRISE, PROJECT, PLATFORM = (ZHEJIANG.form(key) for key in ("enterprise", "project", "platform"))
ON = date(2020, 10, 10)
STAFF = ["研发和设计人员比例", "中高级职业资格人员比例", "本科以上学历人员比例"]
COMMERCE, INDUSTRY, REGION = "工业电子商务平台", "面向行业的专业服务平台", "面向区域的综合服务平台"


def years_of(category: str) -> list[int]:
    found = leaves(ZHEJIANG.form(category), setting(ZHEJIANG, category, ON), {})
    return sorted({leaf.year for leaf in found if leaf.year is not None})


def test_the_forms_are_the_three_tables_in_order_with_their_cover() -> None:
    """S004-03."""
    assert [form.title for form in ZHEJIANG.forms] == [
        "服务型制造示范企业申报表",
        "服务型制造示范项目申报表",
        "服务型制造示范平台申报表",
    ]
    assert all("推荐单位：{unit}" in form.cover and form.lost == () for form in ZHEJIANG.forms)
    assert [part.title[:2] for part in PLATFORM.sections[:3]] == ["一、", "二、", "三、"]


def test_table_1_asks_17_fields_about_the_enterprise() -> None:
    """S004-36."""
    basic = section(ENTERPRISE, "basic")

    assert labels(basic.fields) == [
        *("企业名称", "企业性质", "法人代表", "注册地址", "主营业务", "通信地址", "邮政编码", "联系人", "职务"),
        *("联系电话", "手机", "电子邮箱", "传真", "员工总数", *STAFF),
    ]
    assert len(basic.fields) == 17


def test_table_1_has_eight_indicators_of_2017_to_2019_and_three_patents() -> None:
    """S004-37, S004-38."""
    operations = section(ENTERPRISE, "operations")

    assert [f"{row.label}（{unit_of(row)}）" for row in typed(field_of(ENTERPRISE, "indicators"))] == [
        *("资产总额（万元）", "资产负债率（%）", "营业收入（万元）", "其中，服务收入（万元）", "税金总额（万元）"),
        *("利润总额（万元）", "净利润增长率（%）", "研发设计投入比例（%）"),
    ]
    assert years_of("enterprise") == [2017, 2018, 2019]
    assert labels(operations.fields[1:]) == ["发明", "实用新型", "外观设计"]
    assert {field.kind for field in operations.fields[1:]} == {FieldKind.INTEGER}


def test_table_1_asks_the_awards_those_applied_for_and_the_modes() -> None:
    """S004-39: nobody must have an award."""
    fields = section(ENTERPRISE, "declaration").fields

    assert section(ENTERPRISE, "declaration").title == "三、主要申报内容"
    assert labels(fields) == [
        "申报企业已获得的国家级、省部级奖励及示范称号",
        "申报企业正在同期申报的国家级、省部级奖励及示范称号",
        "本次申报服务型制造示范企业模式",
    ]
    assert [field.required for field in fields] == [False, False, True]


@pytest.mark.parametrize("category", ["enterprise", "project"])
def test_other_asks_for_words_and_several_modes_are_comprehensive(category: str) -> None:
    """S004-04."""
    field = field_of(ZHEJIANG.form(category), "modes")

    assert combined_label(field, ["supply-chain", "other"]) == "综合型"
    assert combined_label(field, ["other"]) == ""
    assert refusals(ZHEJIANG, category, ON, modes="supply-chain\ninformation") == {}
    assert refusals(ZHEJIANG, category, ON, modes="other").keys() == {"modes.other"}
    assert refusals(ZHEJIANG, category, ON, modes="other", modes__other="共享制造") == {}
    assert refusals(ZHEJIANG, category, ON, modes="").keys() == {"modes"}


def test_the_signatures_are_those_of_applicant_city_and_province() -> None:
    """S004-20, S004-40, S004-52: the language keeps the commitment, and the boxes of the print as a note."""
    review = ZHEJIANG.stage("review").review
    assert review is not None

    for form in ZHEJIANG.forms:
        truth = section(form, "truth")
        assert truth.fields[0].kind is FieldKind.COMMITMENT
        assert truth.fields[0].text == "本申报表所有材料，均真实、完整，如有不实，愿承担相应的责任。"
        assert "“市级经信部门意见”“省级经信部门意见”" in truth.note
        assert "直报" in truth.note
    assert review.opinion_label == "市级经信部门意见"


def test_table_2_asks_seven_fields_about_the_project() -> None:
    """S004-41: the years are two boxes."""
    assert labels(section(PROJECT, "basic").fields) == [
        *("项目名称", "委托单位（甲方）", "实施单位（乙方）", "所在行业", "投资额度"),
        *("项目实施年限（起）", "项目实施年限（止）", "项目是否已完成"),
    ]
    refused = refusals(ZHEJIANG, "project", ON, from_year="2020", to_year="2019")
    assert refused == {"from_year": "项目实施年限的起始年不能晚于终止年"}


def test_table_2_asks_12_fields_about_the_unit_six_figures_and_four_patents() -> None:
    """S004-42, S004-43."""
    fields = section(PROJECT, "owner").fields

    assert labels(fields[:12]) == [
        *("企业性质", "主营业务", "注册地址", "法人代表", "联系人", "职务", "联系电话", "传真", "员工总数"),
        *STAFF,
    ]
    assert [f"{row.label}（{unit_of(row)}）" for row in fields[12].fields] == [
        *("资产总额（万元）", "资产负债率（%）", "营业收入（万元）", "利润总额（万元）", "净利润增长率（%）"),
        "研发设计投入占收入比（%）",
    ]
    assert years_of("project") == [2019]
    assert labels(fields[13:]) == ["总数", "发明专利", "实用新型", "外观设计"]
    given = answers(ZHEJIANG, "project", ON, patents="3", patents_invention="2")
    assert final(ZHEJIANG, "project", given, ON).problems == ()
    assert [item.path for item in final(ZHEJIANG, "project", given, ON).warnings] == ["patents"]


def test_the_achievement_holds_100_characters() -> None:
    """S004-44: 101 are refused."""
    fields = section(PROJECT, "declaration").fields

    assert labels(fields) == [
        "项目主要建设内容及成效",
        "项目已获得或正在同期申报的国家级、省部级奖励及示范称号",
        "本次申报服务型制造示范项目模式",
    ]
    assert refusals(ZHEJIANG, "project", ON, achievement="成" * 100) == {}
    assert refusals(ZHEJIANG, "project", ON, achievement="成" * 101).keys() == {"achievement"}


def test_the_role_in_the_project_is_chosen_and_both_parties_are_named() -> None:
    """S004-13, S004-14: being finished and being in operation are two questions."""
    assert field_of(PROJECT, "role").choices == ("委托单位（甲方）", "实施单位（乙方）")
    assert refusals(ZHEJIANG, "project", ON, role="实施单位（乙方）") == {}
    assert refusals(ZHEJIANG, "project", ON, role="", contractor="").keys() == {"role", "contractor"}
    assert field_of(PROJECT, "finished").choices == ("是", "否")
    assert field_of(PROJECT, "operation").choices == ("已投入运营", "尚未投入运营")


def test_table_3_asks_13_fields_and_the_investors() -> None:
    """S004-45."""
    fields = section(PLATFORM, "basic").fields

    assert labels(fields[:13]) == [
        *("平台名称", "网址", "运营主体", "平台性质", "注册地址", "主营业务", "法人代表", "联系人", "职务"),
        *("联系电话", "传真", "电子邮箱", "注册资本"),
    ]
    assert labels(fields[13].fields) == ["主要投资方名称", "性质", "投资比例"]
    assert fields[13].fields[2].at_most == 100


@pytest.mark.parametrize(
    ("chosen", "is_refused"),
    [
        ([COMMERCE], False),
        ([COMMERCE, INDUSTRY], False),
        ([COMMERCE, REGION], False),
        ([INDUSTRY], False),
        ([REGION], False),
        ([INDUSTRY, REGION], True),
        ([COMMERCE, INDUSTRY, REGION], True),
        ([], True),
    ],
)
def test_kinds_of_platform_exclude_one_another(chosen: list[str], *, is_refused: bool) -> None:
    """S004-05, S004-06, S004-07: the refusal quotes the clause."""
    refused = refusals(ZHEJIANG, "platform", ON, types="\n".join(chosen))

    assert labels(section(PLATFORM, "type").fields) == ["申报类型"]
    assert field_of(PLATFORM, "types").choices == (COMMERCE, INDUSTRY, REGION)
    assert list(refused) == (["types"] if is_refused else [])
    if len(chosen) > 1 and is_refused:
        assert "“面向行业的专业服务平台”和“面向区域的综合服务平台”不能兼选" in refused["types"]


def test_table_3_asks_six_fields_and_six_indicators_of_three_years() -> None:
    """S004-46."""
    performance = section(PLATFORM, "performance")

    assert [f"{field.label}（{unit_of(field)}）" for field in performance.fields[:6]] == [
        *("上年末总资产（万元）", "服务场地面积（平方米）", "从业人数（人）"),
        *(f"{label}（%）" for label in STAFF),
    ]
    assert [f"{row.label}（{unit_of(row)}）" for row in typed(field_of(PLATFORM, "indicators"))] == [
        *("营业收入（万元）", "其中：服务收入（万元）", "资产总额（万元）", "利润总额（万元）", "上缴税金（万元）"),
        "服务企业户数（个）",
    ]
    assert years_of("platform") == [2017, 2018, 2019]


@pytest.mark.parametrize(
    ("rows", "chars", "is_refused"), [(0, 1, False), (5, 50, False), (6, 1, True), (1, 51, True)]
)
def test_up_to_five_typical_clients_in_fifty_characters(rows: int, chars: int, *, is_refused: bool) -> None:
    """S004-47."""
    row = {"name": "甲公司", "contact": "张三", "phone": "0571-87058143", "service": "服" * chars}
    given = {f"clients__{n}__{key}": text for n in range(rows) for key, text in row.items()}

    assert labels(field_of(PLATFORM, "clients").fields) == ["服务企业名称", "联系人", "联系电话", "服务内容简述"]
    assert bool(refusals(ZHEJIANG, "platform", ON, **given)) is is_refused


def test_each_category_has_the_outline_of_its_body() -> None:
    """S004-48: four parts each, in the words of the notice."""
    outlines = {form.key: [part.title for part in field_of(form, "body").parts] for form in ZHEJIANG.forms}
    rest = ["二、主要做法", "三、经验总结", "四、下一步设想"]

    assert outlines == {
        "enterprise": ["一、企业概况", *rest],
        "project": ["一、项目概述", *rest],
        "platform": ["一、平台概述", *rest],
    }
    parts = [part for form in ZHEJIANG.forms for part in field_of(form, "body").parts]
    assert all(squeezed(part.guide) in notice("zhejiang-2020") for part in parts)


def test_annexes_are_slots_and_three_more_hold_the_electronic_version() -> None:
    """S004-31, S004-32, S004-49, S004-50."""
    slots = {form.key: [material.key for material in form.materials] for form in ZHEJIANG.forms}
    own = [material for form in ZHEJIANG.forms for material in form.materials[:-3]]
    electronic = ENTERPRISE.materials[-3:]

    assert {key: len(found) - 3 for key, found in slots.items()} == {"enterprise": 4, "project": 4, "platform": 5}
    assert {tuple(found[-3:]) for found in slots.values()} == {("word", "sealed", "summary")}
    assert {material.kinds for material in own} == {SCANS}
    assert [material.key for material in ENTERPRISE.materials if not material.required] == ["high-tech", "more"]
    assert [material.label for material in electronic] == ["申报书WORD版", "加盖公章的PDF版", "企业情况汇总表"]
    assert electronic[1].kinds == (FileKind.PDF,)
    assert [(material.required, material.seal) for material in electronic] == [
        (True, Seal.NONE),
        (True, Seal.APPLICANT),
        (True, Seal.NONE),
    ]
    assert electronic[2].link == ZHEJIANG.office.site, "the format is on the office's site"


def test_a_complete_application_of_each_category_passes() -> None:
    for category in ZHEJIANG.categories:
        checked = final(ZHEJIANG, category.key, answers(ZHEJIANG, category.key, ON), ON)

        assert (checked.problems, checked.warnings) == ((), ())
