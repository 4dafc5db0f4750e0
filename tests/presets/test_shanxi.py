"""Shanxi's notice of 2021 as a definition: who declares what by whom, how many, and until when."""

from collections import Counter
from datetime import date, datetime

from domain.definition import DeclaredBy, Owed, Strength
from domain.lint.cases.quotas import covered
from domain.milestones import BatchState, milestones
from domain.plan import MomentKind, plan
from services.calendar import official_calendar
from tests.support.presets import facts
from tests.support.provinces import preset, waiting

FACTS = facts("001")
SHANXI = preset("shanxi-2021")
CATEGORIES = {category.key: category for category in SHANXI.categories}
CALENDAR = official_calendar()
FOUR = ["供应链管理", "全生命周期管理", "总集成总承包服务", "信息增值服务"]
DUE = date(2021, 11, 20)


def names(category: str) -> list[str]:
    return [mode.name for mode in SHANXI.modes_of(category)]


def test_the_notice_is_named_as_the_facts_name_it() -> None:
    """S001-01, S001-56."""
    assert SHANXI.title == FACTS["title"]
    assert "培育遴选" in SHANXI.title
    assert (SHANXI.issuer.name, SHANXI.issuer.level.value, SHANXI.year) == (FACTS["issuer"], "province", 2021)
    assert SHANXI.document.number == "", "the text bears none"
    assert str(SHANXI.document.issued_on) == FACTS["issued_on"]
    assert ["231号" in SHANXI.document.bases[0], "101号" in SHANXI.document.bases[1]] == [True, True]


def test_the_office_is_asked_under_its_numbers_and_never_mailed_at_the_printed_address() -> None:
    """S001-56."""
    (contact,) = SHANXI.office.contacts

    assert contact.name == "胡峻"
    assert contact.phone.split("、") == FACTS["contact_phones"]
    assert [SHANXI.office.published_email] == FACTS["contact_emails"]
    assert SHANXI.office.email == "office@shanxi.example"
    assert "office.email" in waiting(SHANXI)
    assert "产业政策处" in SHANXI.office.name


def test_13_units_of_one_class_recommend() -> None:
    """S001-02, S001-15, S001-59: 综改区, 省小企业局 and the eleven cities; enterprises need be no unit."""
    units = {unit.code: unit for unit in SHANXI.units}

    assert [item.key for item in SHANXI.unit_classes] == ["unit"]
    assert len(units) == len({unit.name for unit in SHANXI.units}) == 13
    assert [unit.short for unit in SHANXI.units][:2] == ["综改区", "省小企业局"]
    assert sum(code.startswith("14") and code.endswith("00") for code in units) == 11
    assert all(unit.upper is None and str(unit.email).endswith("@units.example") for unit in units.values())
    assert "units" in waiting(SHANXI)


def test_categories_and_sub_types_are_those_of_the_notice() -> None:
    """S001-03, S001-07: exactly one kind of platform, called 申报类型."""
    found = [
        {"name": category.name, "subtypes": [subtype.name for subtype in category.subtypes]}
        for category in SHANXI.categories
    ]

    assert found == FACTS["categories"]
    assert CATEGORIES["platform"].subtype_label == "申报类型"
    assert [form.title[:5] for form in SHANXI.forms] == ["服务型制造"] * 4
    stage = SHANXI.stage("declare")
    assert {key: stage.form_of(key) for key in CATEGORIES} == {key: key for key in CATEGORIES}


def test_the_ten_fields_may_be_filtered_by() -> None:
    """S001-04: ten of them, and the eleventh that only the directions and annex 1 name."""
    assert [mode.name for mode in SHANXI.modes[:10]] == FACTS["modes"]
    assert [mode.name for mode in SHANXI.modes[10:]] == ["信息增值服务"]
    assert [mode.key for mode in SHANXI.modes if mode.is_other] == ["other"]
    assert all(mode.standard in {mode.key, ""} for mode in SHANXI.modes)


def test_what_the_notice_contradicts_waits_for_a_person() -> None:
    """S001-06, T5: four directions, 共享制造, ten fields; nothing is chosen, and publishing waits."""
    assert names("enterprise") == FOUR
    assert names("project") == [*FOUR, "共享制造"], "both readings are kept"
    asked = waiting(SHANXI)

    assert {"modes", "categories.enterprise.modes", "categories.project.modes"} < set(asked)
    assert "四个方向" in asked["categories.project.modes"].quote
    assert "2021年度示范项目主要面向共享制造遴选" in asked["categories.project.modes"].note


def test_a_city_is_declared_by_its_bureau_with_the_seal_of_its_government() -> None:
    """S001-08, S001-09."""
    assert CATEGORIES["city"].declared_by is DeclaredBy.UNIT
    assert [key for key in CATEGORIES if CATEGORIES[key].declared_by is DeclaredBy.UNIT] == ["city"]
    assert "报请所在城市人民政府同意并盖章" in CATEGORIES["city"].clause


def test_kinds_of_applicants_are_those_of_the_notice() -> None:
    """S001-18, S001-20."""
    assert CATEGORIES["enterprise"].applicants == ("enterprise",)
    assert CATEGORIES["platform"].applicants == ("enterprise", "university", "institute", "association", "other")
    assert CATEGORIES["project"].applicants == (), "the notice is silent"


def test_quotas_are_those_of_the_notice_and_of_the_rows_of_its_table() -> None:
    """S001-10 to S001-14."""
    limits = {quota.category: quota.limit for quota in SHANXI.quotas}
    stated = {fact["category"]: fact["limit"] for fact in FACTS["quotas"]}

    assert limits == {"enterprise": 5, "project": 2, "platform": 2, "city": 1}
    assert {CATEGORIES[key].name: limit for key, limit in limits.items() if key != "city"} == stated
    assert all(quota.strength is Strength.HARD and quota.clause for quota in SHANXI.quotas)
    cells = Counter(cell for quota in SHANXI.quotas for cell in covered(quota, CATEGORIES[quota.category]))
    assert set(cells.values()) == {1}


def test_the_ceilings_of_all_units() -> None:
    """S001-15: 65, 26, 26 over 13 units, and 11 cities."""
    ceilings = {quota.category: (quota.limit or 0) * len(SHANXI.units) for quota in SHANXI.quotas}

    assert (ceilings["enterprise"], ceilings["project"], ceilings["platform"]) == (65, 26, 26)
    assert sum(not unit.code.startswith("sx-") for unit in SHANXI.units) == 11


def test_the_wrong_word_and_the_missing_number_are_reported() -> None:
    """S001-12, S001-13, T6."""
    asked = waiting(SHANXI)

    assert "可推荐示范项目不超过" in asked["quotas.platform.limit"].quote
    assert "疑为笔误" in asked["quotas.platform.limit"].note
    assert "只有一行" in asked["quotas.city.limit"].note
    assert "quotas.enterprise.limit" not in asked


def test_the_deadline_is_a_saturday_and_is_not_moved() -> None:
    """S001-50, T1: 20 November 2021 is nobody's working day; 24:00 of it is the end."""
    known = milestones(SHANXI, BatchState(), CALENDAR)["recommend"]
    stage = SHANXI.stage("recommend")

    assert stage.due is not None
    assert stage.due.on == date.fromisoformat(FACTS["deadlines"][0]["date"]) == DUE
    assert not CALENDAR.is_working(DUE)
    assert known.due_at == datetime.fromisoformat("2021-11-21T00:00:00+08:00")
    assert (CALENDAR.nearest(DUE, later=False), CALENDAR.nearest(DUE, later=True)) == (
        date(2021, 11, 19),
        date(2021, 11, 22),
    )


def test_24_days_and_17_working_days_lie_between_notice_and_deadline() -> None:
    """S001-57."""
    issued = SHANXI.document.issued_on
    assert issued is not None

    assert (DUE - issued).days == 24
    assert CALENDAR.count(issued, DUE) == 17


def test_13_units_are_reminded_at_the_opening_half_time_and_five_and_one_working_days_before() -> None:
    """S001-60: the opening is told by the opening itself."""
    moments = [moment for moment in plan(SHANXI, BatchState(), CALENDAR) if moment.stage == "recommend"]
    told = [m for m in moments if m.kind in {MomentKind.OPEN, MomentKind.REMIND, MomentKind.ESCALATE}]
    recommend = SHANXI.stage("recommend").recommend

    assert [(f"{m.at.astimezone(SHANXI.zone):%m-%d %H:%M}", m.step or m.kind.value) for m in told] == [
        ("10-27 09:00", "open"),
        ("11-08 09:00", "half"),
        ("11-15 09:00", "before-5"),
        ("11-19 09:00", "before-1"),
    ]
    assert recommend is not None
    assert (recommend.classes, recommend.owed) == ((), Owed.ALWAYS), "all 13 units owe"


def test_a_unit_with_nothing_to_recommend_says_so() -> None:
    """S001-61."""
    recommend = SHANXI.stage("recommend").recommend
    assert recommend is not None

    assert recommend.none_label == "本单位没有推荐"
    assert "stages.recommend.recommend.none_label" in waiting(SHANXI)


def test_three_copies_and_the_electronic_version_go_to_the_office() -> None:
    """S001-45, S001-51, S001-52: whether sending or arrival counts is asked."""
    recommend = SHANXI.stage("recommend").recommend
    assert recommend is not None
    assert recommend.paper is not None

    assert FACTS["copies"] == "一式三份"
    assert (recommend.paper.copies, recommend.paper.per_case, recommend.paper.electronic) == (3, False, True)
    assert "A4 纸双面印刷" in recommend.paper.rule
    assert "stages.recommend.recommend.paper.arrival" in waiting(SHANXI)


def test_the_stages_follow_the_notice_and_later_ones_have_no_date() -> None:
    """S001-47, S001-53, S001-54, S001-55."""
    assert [stage.kind.value for stage in SHANXI.stages] == ["declare", "review", "recommend", "visit", "publish"]
    assert {stage.key for stage in SHANXI.stages if stage.due is not None} == {"recommend"}
    assert {stage.key: stage.opens.after for stage in SHANXI.stages if stage.opens.after} == {
        "visit": ("recommend",),
        "publish": ("visit",),
    }
    assert "国家级示范的推荐储备项目" in SHANXI.stage("publish").note


def test_the_notice_says_nothing_of_a_second_case_and_of_the_applicants_date() -> None:
    """T11."""
    stage = SHANXI.stage("declare")
    assert stage.declare is not None

    assert stage.declare.one_case is None
    assert stage.due is None
    assert {"stages.declare.declare.one_case", "stages.declare.due"} < set(waiting(SHANXI))
    assert "改换" in stage.note, "applicants under 综改区 and 省小企业局 choose (S001-59)"
