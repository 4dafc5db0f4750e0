"""Luoyang's notice of 2023 as a definition, against the facts that a careful reader takes from it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from domain.definition import DeclaredBy, Mark, OneCase, Owed, Relation
from domain.lint import check
from domain.milestones import BatchState, milestones
from domain.plan import MomentKind, plan
from domain.rules import check_items
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions import load_file
from tests.support.presets import facts, notice, plain

FACTS = facts("000")
LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")
MARKS = {item.path: item for item in LUOYANG.evidence}
DISTRICTS = ["偃师区", "孟津区", "洛龙区", "涧西区", "高新区", "西工区", "老城区", "瀍河区", "经济技术开发区"]


def test_the_notice_is_named_as_the_facts_name_it() -> None:
    """S000-01, S000-02: the number that it rests on is not its own; the batch above is not here."""
    assert LUOYANG.title == FACTS["title"]
    assert LUOYANG.issuer.name == FACTS["issuer"]
    assert LUOYANG.issuer.level.value == FACTS["issuer_level"] == "city"
    assert LUOYANG.year == FACTS["year"]
    assert (LUOYANG.document.number or None) is FACTS["doc_number"] is None
    assert LUOYANG.document.issued_on is FACTS["issued_on"] is None
    assert LUOYANG.upper is not None
    assert LUOYANG.upper.number == "豫工信办数字〔2023〕28号"
    assert LUOYANG.upper.number in LUOYANG.document.bases[0]
    assert (LUOYANG.upper.relation, LUOYANG.upper.code) == (Relation.PASSED_ON, "")
    assert MARKS["upper.relation"].mark is Mark.INFERRED, "the notice does not say 转发"


def test_an_applicant_chooses_one_of_two_categories() -> None:
    """S000-03"""
    assert [{"name": item.name, "subtypes": []} for item in LUOYANG.categories] == FACTS["categories"]
    assert all(item.declared_by is DeclaredBy.APPLICANT for item in LUOYANG.categories)
    assert all(item.applicants == ("enterprise",) for item in LUOYANG.categories)


def test_there_are_nine_districts_in_the_order_of_the_notice() -> None:
    """S000-04, S000-51: no county outside the nine takes part."""
    assert [unit.short for unit in LUOYANG.units] == DISTRICTS
    assert all(unit.unit_class == "district" and unit.upper is None for unit in LUOYANG.units)
    assert all(unit.email == f"gxj-{unit.code}@units.example" for unit in LUOYANG.units)
    coded = {unit.short: unit.code for unit in LUOYANG.units if unit.code.isdigit()}
    assert coded == {
        "偃师区": "410307",
        "孟津区": "410308",
        "洛龙区": "410311",
        "涧西区": "410305",
        "西工区": "410303",
        "老城区": "410302",
        "瀍河区": "410304",
    }
    assert MARKS["units"].mark is Mark.INFERRED, "two zones have no code of their own"


def test_an_applicant_declares_once_in_either_category() -> None:
    """S000-07: 每个申报单位限报一个."""
    declare = LUOYANG.stage("declare").declare
    assert declare is not None

    assert declare.one_case is OneCase.BATCH
    assert [fact["limit"] for fact in FACTS["quotas"]] == [1]
    assert MARKS["stages.declare.declare.one_case"].mark is Mark.STATED
    assert {item.clause.rstrip("。") for item in LUOYANG.categories} == {FACTS["quotas"][0]["quote"]}


def test_accounts_are_approved_before_they_submit() -> None:
    """S000-39, S000-40: on the platform that the notice names; whether also here is asked."""
    declare = LUOYANG.stage("declare").declare
    assert declare is not None
    assert declare.external is not None

    assert declare.needs_approval
    assert declare.external.url == LUOYANG.office.site == FACTS["submission_site"]
    assert not declare.external.is_only
    assert MARKS["stages.declare.declare.external.is_only"].mark is Mark.INFERRED


def test_nine_modes_are_offered_though_the_text_names_eight() -> None:
    """S000-08, T4: nine are offered, and a person is asked about the ninth."""
    names = [mode.name for mode in LUOYANG.modes_of("enterprise")]

    assert names == [mode.name for mode in LUOYANG.modes_of("platform")] == FACTS["modes"]
    focus = notice(LUOYANG).split("一、遴选重点")[1].split("二、遴选原则")[0]
    assert [name for name in names if name not in focus] == ["其他信息增值服务"]
    found = {item.path: item for item in check(LUOYANG, official_calendar()) if item.code == "unconfirmed"}
    assert (
        "八个" in found["categories.enterprise.modes"].advice
        and "九种" in found["categories.enterprise.modes"].advice
    )


def test_districts_recommend_by_merit_without_a_number() -> None:
    """S000-43: ranked, and no cap until somebody writes one."""
    recommend = LUOYANG.stage("recommend").recommend
    assert recommend is not None

    assert LUOYANG.quotas == ()
    assert recommend.is_ranked
    assert recommend.owed is Owed.ALWAYS
    assert recommend.paper is FACTS["copies"] is None


def test_the_one_deadline_is_that_of_the_districts_and_its_year_is_asked() -> None:
    """S000-44, S000-46, T11: 27 March until midnight; year and hour are readings."""
    due = milestones(LUOYANG, BatchState(), official_calendar())
    dated = {stage.key: stage.due.on for stage in LUOYANG.stages if stage.due is not None}

    assert dated == {"recommend": date(2023, 3, 27)}
    assert [str(on) for on in dated.values()] == [fact["date"] for fact in FACTS["deadlines"]]
    assert due["recommend"].due_at == datetime.fromisoformat("2023-03-28T00:00:00+08:00")
    assert MARKS["stages.recommend.due.on"].mark is Mark.INFERRED
    assert MARKS["stages.recommend.due.at"].mark is Mark.INFERRED
    assert FACTS["deadlines"][0]["quote"] in MARKS["stages.recommend.due.on"].quote
    assert "年" in MARKS["stages.recommend.due.on"].note


def test_that_applicants_have_no_date_is_said() -> None:
    """S000-45, T11: the stage ends by hand, and the check asks for a date."""
    known = milestones(LUOYANG, BatchState(), official_calendar())
    asked = {item.path for item in check(LUOYANG, official_calendar()) if item.code == "unconfirmed"}

    assert known["declare"].due_at is None
    assert "stages.declare.due" in asked
    assert MARKS["stages.declare.due"].quote == "", "the notice is silent"


def test_districts_are_reminded_on_these_days() -> None:
    """S000-47: five, two, one working days before and on the day; five before 27 March is 20 March."""
    moments = plan(LUOYANG, BatchState(), official_calendar())
    days = [
        f"{moment.at.astimezone(LUOYANG.zone):%m-%d}"
        for moment in moments
        if moment.kind in {MomentKind.REMIND, MomentKind.ESCALATE}
    ]

    assert days == ["03-20", "03-23", "03-24", "03-27", "03-28"]


def test_the_districts_check_completeness_truth_and_the_site() -> None:
    """S000-25, S000-30, S000-41, S000-42: the opinion waits for the site check."""
    review = LUOYANG.stage("review").review
    assert review is not None

    assert review.needs_site_check
    assert review.opinion == "经初审和现场核查，同意推荐。"
    assert {item.key for item in review.checks} > {"complete", "truthful", "screenshots"}
    shots = next(item for item in review.checks if item.key == "screenshots")
    assert "应用数据、企业名称、标识" in shots.label
    assert plain(shots.clause) in plain(notice(LUOYANG))


def test_the_box_of_the_opinion_is_labelled_whole() -> None:
    """S000-51"""
    review = LUOYANG.stage("review").review
    assert review is not None

    assert review.opinion_label == "省辖市、济源示范区、航空港区、县（市）工业和信息化主管部门推荐意见："


def test_the_principles_of_selection_are_things_to_look_at() -> None:
    """S000-58: innovation, fusion and results stand among the check items with their sentences."""
    items = {item.key: item for item in check_items(LUOYANG, "enterprise", ["sharing"])}

    for key, word in {"innovation": "注重创新", "integration": "鼓励融合", "effect": "强调成效"}.items():
        assert word in items[f"check.{key}"].clause
        assert plain(items[f"check.{key}"].clause) in plain(notice(LUOYANG))


def test_each_criterion_of_a_chosen_mode_is_looked_at() -> None:
    """S002-06, S002-07: the same text, once for each criterion of each chosen mode."""
    everything = [mode.key for mode in LUOYANG.modes_of("enterprise")]
    criteria = [item for item in check_items(LUOYANG, "enterprise", everything) if "/" in item.key]

    assert len(criteria) == 26
    assert len([item for item in check_items(LUOYANG, "platform", ["sharing"]) if "/" in item.key]) == 3
    assert all(plain(item.clause) for item in criteria)


def test_both_telephones_are_given_and_no_address_is_made_up() -> None:
    """S000-48"""
    assert [contact.phone for contact in LUOYANG.office.contacts] == FACTS["contact_phones"]
    assert LUOYANG.office.published_email == ""
    assert LUOYANG.office.email == "office@luoyang.example"
    assert MARKS["office.email"].mark is Mark.INFERRED


def test_three_annexes_come_with_the_notice() -> None:
    """S000-54: each is the notice's own text."""
    annexes = LUOYANG.document.annexes
    texts = [(FOLDER / annex.file).read_text(encoding="utf-8") for annex in annexes]

    assert [annex.title.split(" ")[0] for annex in annexes] == ["附件1", "附件2", "附件3"]
    assert all(plain(text) in plain(notice(LUOYANG)) for text in texts)
    assert plain("".join(texts)) == plain(notice(LUOYANG))[-len(plain("".join(texts))) :]


def test_every_material_of_the_facts_has_a_slot() -> None:
    slots = Counter(slot.key for form in LUOYANG.forms for slot in form.materials)

    assert set(slots) == {
        *("licence", "audit", "diagnosis", "honours", "contracts", "photos", "screenshots"),
        *("premises", "services", "evaluation", "credit"),
    }
    assert len(FACTS["materials"]) == 11
