"""Zhejiang's notice of 2020 as a definition: three categories, no quota, and a Saturday that is worked."""

from datetime import date, datetime

from domain.definition import Force, Operator, Owed
from domain.milestones import BatchState, milestones
from domain.plan import MomentKind, plan
from services.calendar import official_calendar
from tests.support.presets import facts, rule_of
from tests.support.provinces import preset, waiting

FACTS = facts("004")
ZHEJIANG = preset("zhejiang-2020")
CATEGORIES = {category.key: category for category in ZHEJIANG.categories}
CALENDAR = official_calendar()
DUE = date(2020, 10, 10)


def test_the_notice_is_named_as_the_facts_name_it() -> None:
    """S004-01, S004-62."""
    assert ZHEJIANG.title == FACTS["title"]
    assert "第四批" in ZHEJIANG.title
    assert ZHEJIANG.document.number == FACTS["doc_number"]
    assert str(ZHEJIANG.document.issued_on) == FACTS["issued_on"] == "2020-09-23"
    assert (ZHEJIANG.issuer.name, ZHEJIANG.issuer.level.value, ZHEJIANG.year) == (FACTS["issuer"], "province", 2020)


def test_the_three_documents_that_it_rests_on_are_kept() -> None:
    """S004-02."""
    numbers = ("工信部联产业〔2016〕231号", "工信部联政法〔2020〕101号", "浙经信服务〔2019〕117号")

    assert [number in base for number, base in zip(numbers, ZHEJIANG.document.bases, strict=True)] == [True] * 3


def test_there_are_three_categories_without_sub_types() -> None:
    """S004-03: the kinds of platform may be combined, so they are no sub-types."""
    assert [category.name for category in ZHEJIANG.categories] == [fact["name"] for fact in FACTS["categories"]]
    assert all(category.subtypes == () for category in ZHEJIANG.categories)
    field = ZHEJIANG.form("platform").field("types")
    assert field is not None
    assert list(field.choices) == FACTS["categories"][2]["subtypes"]


def test_enterprises_and_projects_choose_from_five_modes() -> None:
    """S004-04: the form writes 其它, the facts 其他."""
    names = [mode.name for mode in ZHEJIANG.modes]

    assert [name.replace("其它", "其他") for name in names] == FACTS["modes"]
    assert [mode.key for mode in ZHEJIANG.modes if mode.is_other] == ["other"]
    assert [mode.name for mode in ZHEJIANG.modes_of("enterprise")] == names
    assert [mode.name for mode in ZHEJIANG.modes_of("project")] == names
    assert ZHEJIANG.modes_of("platform") == ()


def test_kinds_of_applicants_are_those_of_the_notice() -> None:
    """S004-14, S004-16."""
    assert CATEGORIES["enterprise"].applicants == CATEGORIES["project"].applicants == ("enterprise",)
    assert CATEGORIES["platform"].applicants == ("enterprise", "university", "institute", "association", "other")


def test_there_is_no_quota_and_nothing_stands_for_one() -> None:
    """S004-17: absent is unlimited, and a person confirms that the notice is silent."""
    assert FACTS["quotas"] == []
    assert ZHEJIANG.quotas == ()
    assert "quotas" in waiting(ZHEJIANG)


def test_the_deadline_is_a_saturday_that_is_worked() -> None:
    """S004-23, T2."""
    known = milestones(ZHEJIANG, BatchState(), CALENDAR)["recommend"]
    stage = ZHEJIANG.stage("recommend")

    assert stage.due is not None
    assert stage.due.on == date.fromisoformat(FACTS["deadlines"][0]["date"]) == DUE
    assert (DUE.weekday(), CALENDAR.is_working(DUE)) == (5, True)
    assert known.due_at == datetime.fromisoformat("2020-10-11T00:00:00+08:00")


def test_eight_working_days_lie_between_notice_and_deadline() -> None:
    """S004-25, S004-61: a count from Monday to Friday says 12; eight days in between are off."""
    issued = ZHEJIANG.document.issued_on
    assert issued is not None
    days = [date.fromordinal(n) for n in range(issued.toordinal() + 1, DUE.toordinal() + 1)]

    assert CALENDAR.count(issued, DUE) == 8
    assert sum(day.weekday() < 5 for day in days) == 12
    off = [day for day in days if day.month == 10 and day.day <= 8]
    assert [CALENDAR.is_working(day) for day in off] == [False] * 8
    assert all(CALENDAR.day(day).name for day in off)


def test_cities_are_reminded_on_working_days_and_never_in_the_holiday() -> None:
    """S004-26, S004-27: five working days before is Sunday 27 September."""
    moments = plan(ZHEJIANG, BatchState(), CALENDAR)
    kinds = {MomentKind.REMIND, MomentKind.ESCALATE}
    told = [(m.at.astimezone(ZHEJIANG.zone), m.step) for m in moments if m.kind in kinds]

    assert [(f"{at:%m-%d %H:%M}", step) for at, step in told] == [
        ("09-27 09:00", "before-5"),
        ("09-30 09:00", "before-2"),
        ("10-09 09:00", "before-1"),
        ("10-10 09:00", "on-day"),
        ("10-12 09:00", "after-1"),
    ]
    sent = {m.at.astimezone(ZHEJIANG.zone).date() for m in moments if m.kind is not MomentKind.CLOSE}
    assert {day for day in sent if date(2020, 10, 1) <= day <= date(2020, 10, 8)} == set()


def test_dates_of_applicants_and_counties_are_not_in_the_notice() -> None:
    """S004-24: both stages have none of their own, and a person is asked."""
    assert {stage.key for stage in ZHEJIANG.stages if stage.due is not None} == {"recommend"}
    assert {"stages.declare.due", "stages.review.due"} < set(waiting(ZHEJIANG))


def test_one_copy_for_each_case_and_an_electronic_version_go_by_courier() -> None:
    """S004-30, S004-34, S004-51."""
    stage = ZHEJIANG.stage("recommend")
    assert stage.recommend is not None
    assert stage.recommend.paper is not None
    paper = stage.recommend.paper

    assert FACTS["copies"] == "一式一份"
    assert (paper.copies, paper.per_case, paper.electronic) == (1, True, True)
    assert "双面印刷" in paper.rule
    assert ZHEJIANG.office.address == "杭州市体育场路479号（邮编：310007）"
    assert "以文件形式报省经信厅" in stage.note
    assert (stage.recommend.owed, stage.recommend.special_label) == (Owed.ALWAYS, "特色优先")


def test_the_office_is_asked_under_its_numbers_and_never_mailed_at_the_printed_address() -> None:
    """S004-35."""
    (contact,) = ZHEJIANG.office.contacts

    assert contact.name == "陆一鸣"
    assert contact.phone.split("、") == FACTS["contact_phones"]
    assert [ZHEJIANG.office.published_email] == FACTS["contact_emails"]
    assert ZHEJIANG.office.email == "office@zhejiang.example"
    assert ZHEJIANG.office.site == FACTS["submission_site"]


def test_the_notice_is_silent_about_a_second_case() -> None:
    """S004-59: any number, and a person is told."""
    declare = ZHEJIANG.stage("declare").declare
    assert declare is not None

    assert declare.one_case is None
    assert "stages.declare.declare.one_case" in waiting(ZHEJIANG)


def test_earlier_winners_are_marked_and_not_blocked() -> None:
    """S004-60."""
    found = rule_of(ZHEJIANG, "earlier-winner")

    assert (found.force, found.operator, found.value) == (Force.MARK, Operator.HAS_TITLE, ZHEJIANG.programme.key)


def test_the_stages_follow_the_notice() -> None:
    """S004-18, S004-22, S004-53."""
    assert [stage.kind.value for stage in ZHEJIANG.stages] == ["declare", "review", "recommend", "score", "publish"]
    review = ZHEJIANG.stage("review").review
    assert review is not None
    assert (review.classes, review.owed) == ((), Owed.WITH_CASES), "every unit on the way checks what comes to it"
    assert review.max_returns is None
