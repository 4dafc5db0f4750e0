"""The four tables of Shanxi's notice, field by field, and what they refuse."""

from datetime import date

import pytest

from domain.definition import SCANS, FieldKind, Form, Seal
from domain.forms import Setting, combined_label, completeness, leaves, unit_of
from tests.support.presets import squeezed
from tests.support.provinces import (
    answers,
    field_of,
    final,
    labels,
    notice,
    plain,
    preset,
    refusals,
    section,
    setting,
    typed,
)

SHANXI = preset("shanxi-2021")
ENTERPRISE, PROJECT, PLATFORM, CITY = (SHANXI.form(key) for key in ("enterprise", "project", "platform", "city"))
TEXT = notice("shanxi-2021")
ON = date(2021, 11, 20)
STAFF = ["研发和设计人员比例", "中高级职业资格人员比例", "本科以上学历人员比例"]
YEARS = [2018, 2019, 2020]


def years_of(category: str, table: str) -> list[int]:
    where: Setting = setting(SHANXI, category, ON)
    found = {leaf.year for leaf in leaves(SHANXI.form(category), where, {}) if leaf.path.startswith(f"{table}.")}
    return sorted(year for year in found if year is not None)


def test_the_forms_are_the_four_tables_with_a_cover_that_names_the_real_unit() -> None:
    """S001-03, S001-58."""
    assert [form.title for form in SHANXI.forms] == [
        "服务型制造示范培育企业申报表",
        "服务型制造示范培育项目申报表",
        "服务型制造示范平台（培育）申报表",
        "服务型制造示范城市（培育）申报表",
    ]
    for form, kind in zip(SHANXI.forms, ("示范企业", "示范项目", "示范平台", "示范城市"), strict=True):
        assert "推荐单位：{unit}" in form.cover
        assert f"申报类型：{kind}" in form.cover


def test_table_1_asks_17_fields_about_the_enterprise() -> None:
    """S001-25."""
    basic = section(ENTERPRISE, "basic")

    assert basic.title == "一、企业基本情况"
    assert labels(basic.fields) == [
        *("企业名称", "企业性质", "法人代表", "注册地址", "主营业务", "通信地址", "邮政编码", "联系人", "职务"),
        *("联系电话", "手机", "电子邮箱", "传真", "员工总数", *STAFF),
    ]
    assert len(basic.fields) == 17
    assert [field.key for field in basic.fields if not field.required] == ["fax"]


def test_table_1_has_eight_indicators_of_three_years() -> None:
    """S001-26: 24 cells to fill in, 2018 to 2020; the share of services is computed beside them."""
    table = field_of(ENTERPRISE, "indicators")

    assert [f"{row.label}({unit_of(row)})" for row in typed(table)] == [
        *("资产总额(万元)", "资产负债率(%)", "营业收入(万元)", "其中，服务收入(万元)", "税金总额(万元)"),
        *("利润总额(万元)", "净利润增长率(%)", "研发设计投入比例(%)"),
    ]
    assert years_of("enterprise", "indicators") == YEARS
    assert [row.label for row in table.fields if row.computed] == ["服务收入占营业收入比例"]
    given = answers(
        SHANXI, "enterprise", ON, indicators__service_revenue__2020="300", indicators__revenue__2020="1000"
    )
    assert final(SHANXI, "enterprise", given, ON).values["indicators.service_share.2020"] == "30"


def test_table_1_counts_three_kinds_of_patents() -> None:
    """S001-27."""
    fields = [field for field in section(ENTERPRISE, "operations").fields if field.key.startswith("patents")]

    assert labels(fields) == ["发明", "实用新型", "外观设计"]
    assert {(field.kind, field.minimum, field.unit) for field in fields} == {(FieldKind.INTEGER, 0, "项")}
    assert refusals(SHANXI, "enterprise", ON, patents_invention="1.5").keys() == {"patents_invention"}


def test_part_3_of_tables_1_and_2_is_lost_and_nothing_is_invented_for_it() -> None:
    """S001-28, T6: only the direction that the text and annex 3 need is asked, under a title of its own."""
    for form in (ENTERPRISE, PROJECT):
        assert form.lost == ("三、主要申报内容",)
        assert [item.title for item in form.sections if item.title.startswith("三")] == []
        assert labels(section(form, "direction").fields) == ["示范模式"]
    assert PLATFORM.lost == CITY.lost == ()
    assert "三、主要申报内容服务型制造示范培育企业申报书正文" in TEXT, "the heading has nothing under it"


def test_two_directions_or_more_make_a_comprehensive_enterprise() -> None:
    """S001-05."""
    field = field_of(ENTERPRISE, "modes")

    assert field.kind is FieldKind.MODES
    assert combined_label(field, ["lifecycle"]) == ""
    assert combined_label(field, ["supply-chain", "information"]) == "综合型"
    assert refusals(SHANXI, "enterprise", ON, modes="").keys() == {"modes"}
    assert refusals(SHANXI, "enterprise", ON, modes="sharing").keys() == {"modes"}
    assert refusals(SHANXI, "project", ON, modes="sharing") == {}


def test_table_2_asks_about_the_project() -> None:
    """S001-29: six fields, of which the years are two boxes."""
    assert labels(section(PROJECT, "basic").fields) == [
        *("项目名称", "委托单位（甲方）", "实施单位（乙方）", "所在行业", "投资额度"),
        *("项目实施年限（起）", "项目实施年限（止）"),
    ]
    assert unit_of(section(PROJECT, "basic").fields[4]) == "万元"
    assert refusals(SHANXI, "project", ON, from_year="2020", to_year="2020") == {}
    refused = refusals(SHANXI, "project", ON, from_year="2021", to_year="2020")
    assert refused == {"from_year": "项目实施年限的起始年不能晚于终止年"}


def test_table_2_asks_12_fields_about_the_unit_six_figures_and_four_patents() -> None:
    """S001-30, S001-31, S001-32."""
    fields = section(PROJECT, "owner").fields
    table = field_of(PROJECT, "indicators")

    assert labels(fields[:12]) == [
        *("企业性质", "主营业务", "注册地址", "法人代表", "联系人", "职务", "联系电话", "传真", "员工总数"),
        *STAFF,
    ]
    assert fields[12] is table
    assert [f"{row.label}({unit_of(row)})" for row in table.fields] == [
        *("资产总额(万元)", "资产负债率(%)", "营业收入(万元)", "利润总额(万元)", "净利润增长率(%)"),
        "研发设计投入占收入比(%)",
    ]
    assert years_of("project", "indicators") == [2020]
    assert labels(fields[13:]) == ["总数", "发明专利", "实用新型", "外观设计"]


def test_patents_that_do_not_add_up_are_pointed_out_and_not_refused() -> None:
    """S001-32."""
    wrong = answers(
        SHANXI, "project", ON, patents="5", patents_invention="1", patents_utility="2", patents_design="1"
    )
    right = wrong | {"patents": "4"}

    assert final(SHANXI, "project", wrong, ON).problems == ()
    assert [item.path for item in final(SHANXI, "project", wrong, ON).warnings] == ["patents"]
    assert final(SHANXI, "project", right, ON).warnings == ()


def test_table_3_asks_13_fields_and_the_investors() -> None:
    """S001-33."""
    fields = section(PLATFORM, "basic").fields
    investors = field_of(PLATFORM, "investors")

    assert labels(fields[:13]) == [
        *("平台名称", "网址", "运营主体", "平台性质", "注册地址", "主营业务", "法人代表", "联系人", "职务"),
        *("联系电话", "传真", "电子邮箱", "注册资本"),
    ]
    assert fields[13:] == (investors,)
    assert labels(investors.fields) == ["主要投资方名称", "性质", "投资比例"]
    rows = {f"investors__{n}__{key}": text for n in (0, 1) for key, text in (("name", f"甲{n}"), ("nature", "国有"))}
    assert refusals(SHANXI, "platform", ON, **rows, investors__0__share="60", investors__1__share="40") == {}
    assert refusals(SHANXI, "platform", ON, **rows, investors__0__share="60", investors__1__share="41") != {}


def test_table_3_asks_six_fields_and_six_indicators_of_three_years() -> None:
    """S001-34, S001-35."""
    table = field_of(PLATFORM, "indicators")

    assert [f"{field.label}({unit_of(field)})" for field in section(PLATFORM, "performance").fields[:6]] == [
        *("上年末总资产(万元)", "服务场地面积(平方米)", "从业人数(人)"),
        *(f"{label}(%)" for label in STAFF),
    ]
    assert [f"{row.label}({unit_of(row)})" for row in typed(table)] == [
        *("营业收入(万元)", "其中:服务收入(万元)", "资产总额(万元)", "利润总额(万元)", "上缴税金(万元)"),
        "服务企业户数(个)",
    ]
    assert years_of("platform", "indicators") == YEARS


@pytest.mark.parametrize(("rows", "is_refused"), [(0, True), (1, False), (5, False), (6, True)])
def test_one_to_five_typical_clients(rows: int, *, is_refused: bool) -> None:
    """S001-36."""
    assert labels(field_of(PLATFORM, "clients").fields) == ["服务企业名称", "联系人", "联系电话", "服务内容简述"]
    kept = {key: text for key, text in answers(SHANXI, "platform", ON).items() if not key.startswith("clients.")}
    row = {"name": "甲公司", "contact": "张三", "phone": "0351-2022229", "service": "检测"}
    given = kept | {f"clients.{n}.{key}": text for n in range(rows) for key, text in row.items()}

    assert bool(final(SHANXI, "platform", given, ON).problems) is is_refused


def test_table_3_ends_with_the_commitment_and_the_units_opinion() -> None:
    """S001-37, S001-43."""
    truth, review = section(PLATFORM, "truth"), SHANXI.stage("review").review

    assert truth.title == "填报单位意见及真实性承诺"
    assert truth.fields[0].text == "本申报表所有材料，均真实、完整，如有不实，愿承担相应的责任。"
    assert review is not None
    assert review.opinion_label == "市级推荐单位意见"


@pytest.mark.parametrize("form", SHANXI.forms, ids=lambda form: form.key)
def test_every_applicant_answers_for_the_truth_of_the_content(form: Form) -> None:
    """S001-43."""
    promise = field_of(form, "promise")

    assert promise.kind is FieldKind.COMMITMENT
    assert plain(promise.text) in plain(TEXT)
    assert promise.required


def test_table_4_asks_9_fields_of_the_year_before() -> None:
    """S001-38: the name, and four figures each with its growth, of 2020."""
    table = field_of(CITY, "indicators")

    assert labels(section(CITY, "basic").fields)[0] == "城市名称"
    assert labels(table.fields) == [
        *(
            "GDP",
            "GDP同比增速",
            "制造业增加值",
            "制造业增加值同比增速",
            "生产性服务业增加值",
            "生产性服务业增加值同比增速",
        ),
        *("规模以上工业企业主营业务收入", "规模以上工业企业主营业务收入同比增速"),
    ]
    assert years_of("city", "indicators") == [2020]
    assert refusals(SHANXI, "city", ON, indicators__gdp_growth__2020="-3.5") == {}


def test_only_a_prefecture_city_may_be_named() -> None:
    """S001-08."""
    assert len(field_of(CITY, "name").choices) == 11
    assert refusals(SHANXI, "city", ON, name="大同市") == {}
    assert refusals(SHANXI, "city", ON, name="孝义市").keys() == {"name"}


def test_table_4_asks_three_texts_and_the_rounds_of_selection() -> None:
    """S001-39."""
    fields = section(CITY, "development").fields
    texts = [field for field in fields if field.kind is FieldKind.LONG_TEXT]

    assert [f"{field.label}（{field.help}）" for field in texts] == [
        "1、落实《发展服务型制造专项行动指南》，发布本地推动服务型制造发展的政策文件。（请填写名称及主要内容）",
        "2、开展服务型制造示范遴选的工作情况。（请填写遴选批次、遴选类型和数量、专项资金支持的情况）",
        "3、开展服务型制造政策宣贯和经验推广的工作情况。（请填写批次、内容和主要效果）",
    ]
    assert labels(field_of(CITY, "rounds").fields) == ["遴选批次", "遴选类型", "数量", "专项资金支持的情况"]


def test_each_category_has_the_outline_of_its_body() -> None:
    """S001-40."""
    outlines = {form.key: [part.title for part in field_of(form, "body").parts] for form in SHANXI.forms}

    assert outlines == {
        "enterprise": ["一、企业概况", "二、主要做法", "三、经验总结", "四、下一步设想"],
        "project": ["一、项目概述", "二、主要做法", "三、经验总结", "四、下一步设想"],
        "platform": ["一、平台概述", "二、主要做法", "三、经验总结", "四、下一步设想"],
        "city": ["一、基本情况", "二、工作举措", "三、取得成效"],
    }
    assert all(squeezed(part.guide) in TEXT for form in SHANXI.forms for part in field_of(form, "body").parts)


def test_annexes_are_slots_for_scans_in_the_order_of_the_notice() -> None:
    """S001-09, S001-41, S001-42, S001-44."""
    slots = {form.key: [material.label for material in form.materials] for form in SHANXI.forms}
    sealed = [material for material in CITY.materials if material.seal is Seal.GOVERNMENT]

    assert {key: len(found) for key, found in slots.items()} == {
        "enterprise": 4,
        "project": 4,
        "platform": 5,
        "city": 3,
    }
    assert [material.label for material in ENTERPRISE.materials if not material.required] == [
        "国家级高新技术企业证书（如有）",
        "申报单位认为可提供的其他材料",
    ]
    assert slots["project"][2:] == ["项目验收、鉴定或其他形式的专家评价意见", "申报单位认为可提供的其他材料"]
    assert all(material.kinds == SCANS for form in SHANXI.forms for material in form.materials)
    assert [(material.key, material.required) for material in sealed] == [("sealed", True)]


def test_a_complete_application_of_each_category_passes_and_an_empty_one_says_what_is_missing() -> None:
    for category in SHANXI.categories:
        form, where = SHANXI.form(category.key), setting(SHANXI, category.key, ON)

        assert refusals(SHANXI, category.key, ON) == {}
        assert final(SHANXI, category.key, answers(SHANXI, category.key, ON), ON).warnings == ()
        assert all(state.missing for state in completeness(form, {}, where) if state.asked)
