"""The ministry's notice of 2023 as a definition, against the facts that a careful reader takes from it."""

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

from domain.definition import Audience, Mark, OwedBy, Stage
from domain.lint.cases.quotas import covered
from domain.milestones import BatchState, milestones
from domain.plan import MomentKind, plan
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions import load_file

FACTS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "facts" / "003.json").read_text(encoding="utf-8")
)
MIIT = load_file(FOLDER / "miit-2023.yaml")
CATEGORIES = {category.key: category for category in MIIT.categories}
MARKS = {item.path: item for item in MIIT.evidence}


def ceiling(category: str, subtype: str = "", *, classes: set[str] | None = None) -> int:
    """Return how many cases all units together may recommend."""
    members = Counter(unit.unit_class for unit in MIIT.units)
    return sum(
        (quota.limit or 0) * members[key]
        for quota in MIIT.quotas
        for key in quota.classes
        if quota.category == category and (not subtype or subtype in quota.subtypes) and key in (classes or members)
    )


def test_the_notice_is_named_as_the_facts_name_it() -> None:
    """S003-01, S003-02, S003-73."""
    assert MIIT.title == FACTS["title"]
    assert MIIT.document.number == FACTS["doc_number"]
    assert MIIT.issuer.name == FACTS["issuer"]
    assert MIIT.issuer.level.value == FACTS["issuer_level"]
    assert MIIT.year == FACTS["year"]
    assert MIIT.document.issued_on is FACTS["issued_on"] is None
    assert "工信部联政法〔2020〕101号" in MIIT.document.bases[0]
    assert MIIT.document.file == "notices/miit-2023.txt"


def test_there_are_37_units_in_three_classes() -> None:
    """S003-03, S003-04: 31 / 5 / 1."""
    assert Counter(unit.unit_class for unit in MIIT.units) == {"province": 31, "plan_city": 5, "corps": 1}
    assert len({unit.code for unit in MIIT.units}) == len({unit.name for unit in MIIT.units}) == 37
    assert all(unit.upper is None for unit in MIIT.units)


def test_units_bear_their_region_and_an_address_that_reaches_nobody() -> None:
    by_code = {unit.code: unit for unit in MIIT.units}

    assert by_code["110000"].name == "北京市工业和信息化主管部门"
    assert by_code["110000"].short == "北京"
    assert by_code["330200"].name == "宁波市工业和信息化主管部门"
    assert by_code["660000"].short == "兵团"
    assert all(unit.email == f"gxt-{unit.code}@units.example" for unit in MIIT.units)


def test_categories_and_sub_types_are_those_of_the_notice() -> None:
    """S003-05; the evaluation of earlier batches is a stage here, not a category."""
    stated = [fact for fact in FACTS["categories"] if fact["name"] != "前四批示范评估评价"]

    assert [
        {"name": category.name, "subtypes": [subtype.name for subtype in category.subtypes]}
        for category in MIIT.categories
    ] == stated


def test_modes_are_those_of_the_notice_and_enterprises_are_not_offered_sharing() -> None:
    """S003-06, S003-07."""
    names = {mode.key: mode.name for mode in MIIT.modes}

    assert list(names.values()) == FACTS["modes"]
    assert [mode.key for mode in MIIT.modes if mode.is_other] == ["other"]
    assert [names[key] for key in CATEGORIES["platform"].modes] == FACTS["modes"]
    assert [names[key] for key in CATEGORIES["enterprise"].modes] == [m for m in FACTS["modes"] if m != "共享制造"]
    assert CATEGORIES["city"].modes == ()


def test_quotas_are_those_of_the_notice() -> None:
    """S003-19 to S003-22."""
    classes = {
        "各省、自治区、直辖市、新疆生产建设兵团": ("province", "corps"),
        "各计划单列市": ("plan_city",),
        "各省、自治区、直辖市": ("province",),
    }
    stated = {
        (classes[fact["recommender"]], fact["category"], fact["subtype"], fact["limit"]) for fact in FACTS["quotas"]
    }
    readings = {"city-plan-city", "city-corps"}

    found = set()
    for quota in MIIT.quotas:
        if quota.key not in readings:
            category = CATEGORIES[quota.category]
            names = {subtype.key: subtype.name for subtype in category.subtypes}
            subtype = names[quota.subtypes[0]] if quota.subtypes else None
            found.add((quota.classes, category.name, subtype, quota.limit))
    assert found == stated
    assert readings < {quota.key for quota in MIIT.quotas}


def test_the_ceilings_of_all_units() -> None:
    """S003-19: 335. S003-20: 37. S003-21: 101. S003-22, S003-23: 62 and 5 more."""
    assert ceiling("enterprise") == 335
    assert ceiling("platform", "sharing") == 37
    assert ceiling("platform", "other") == 101
    assert ceiling("city", classes={"province"}) == 62
    assert ceiling("city", classes={"plan_city"}) == 5
    assert ceiling("city", classes={"corps"}) == 0


def test_what_the_notice_does_not_number_is_marked_as_a_reading() -> None:
    """T9, S003-23, S003-24: 计划单列市 at most one of two, 兵团 none."""
    quotas = {quota.key: quota for quota in MIIT.quotas}

    assert (quotas["city-plan-city"].subtypes, quotas["city-plan-city"].limit) == (("comprehensive", "design"), 1)
    assert (quotas["city-corps"].classes, quotas["city-corps"].limit) == (("corps",), 0)
    assert MARKS["quotas.city-plan-city.limit"].mark is Mark.INFERRED
    assert MARKS["quotas.city-corps.limit"].mark is Mark.INFERRED


def test_every_class_has_exactly_one_quota_for_every_category_and_sub_type() -> None:
    cells = Counter(cell for quota in MIIT.quotas for cell in covered(quota, CATEGORIES[quota.category]))

    assert set(cells.values()) == {1}
    assert len(cells) == 3 * (1 + 2 + 2)


def test_the_deadlines_are_those_of_the_notice() -> None:
    """S003-28, S003-39, S003-50, S003-62: 3-20, 5-31 and 5-31, until midnight."""
    due = milestones(MIIT, BatchState(), official_calendar())
    dated = {stage.key: stage.due.on for stage in MIIT.stages if stage.due is not None}

    assert dated == {
        "contacts": date(2023, 3, 20),
        "evaluation": date(2023, 5, 31),
        "recommend": date(2023, 5, 31),
    }
    assert sorted(str(on) for on in dated.values()) == sorted(fact["date"] for fact in FACTS["deadlines"])
    assert due["contacts"].due_at == datetime.fromisoformat("2023-03-21T00:00:00+08:00")
    assert due["recommend"].due_at == due["evaluation"].due_at == datetime.fromisoformat("2023-06-01T00:00:00+08:00")


def test_stages_after_the_recommendation_have_no_date() -> None:
    """T8, S003-46: they follow one another and end by hand; the publicity is inferred."""
    known = milestones(MIIT, BatchState(), official_calendar())
    later = {stage.key: stage.opens.after for stage in MIIT.stages if stage.opens.after}

    assert later == {"score": ("recommend",), "visit": ("score",), "publish": ("visit",)}
    assert [known[key].due_at for key in later] == [None, None, None]
    assert MARKS["stages.publish"].mark is Mark.INFERRED


def test_the_contact_form_asks_the_five_fields() -> None:
    """S003-28, S003-30."""
    form, stage = MIIT.form("contact"), MIIT.stage("contacts")

    assert [field.label for field in form.fields] == ["姓名", "职务", "联系电话", "传真", "电子邮箱"]
    assert [field.key for field in form.fields] == ["name", "post", "phone", "fax", "email"]
    assert [field.key for field in form.fields if not field.required] == ["fax"]
    assert stage.collect is not None
    assert stage.collect.provides_contact
    assert stage.collect.none_label is None, "who names no contact has not answered"
    assert stage.collect.classes == (), "all 37 units owe"


def test_the_evaluation_asks_the_winners_of_batches_1_to_4_without_projects() -> None:
    """S003-48, S003-49, S003-51, S003-52, S003-53, S003-55."""
    collect = MIIT.stage("evaluation").collect
    assert collect is not None
    assert collect.titles is not None
    assert collect.exemption is not None

    assert collect.owed_by is OwedBy.TITLES
    assert collect.titles.batches == (1, 2, 3, 4)
    assert collect.titles.categories == ("enterprise", "platform", "city")
    assert MARKS["stages.evaluation.collect.titles.categories"].mark is Mark.INFERRED, "projects are asked about"
    assert not collect.needs_paper
    assert [reason.name for reason in collect.exemption.reasons] == ["吊销", "注销", "停业", "清算", "其他"]
    assert [reason.key for reason in collect.exemption.reasons if reason.needs_text] == ["other"]
    assert collect.exemption.needs_document
    assert collect.exemption.goes_with == "recommend"


def test_the_declaration_waits_for_its_form_and_the_rest_runs() -> None:
    """S003-33."""
    moments = plan(MIIT, BatchState(), official_calendar())

    assert MIIT.stage("declare").lacks_form
    assert [m for m in moments if m.stage == "declare"] == []
    assert {m.stage for m in moments} >= {"contacts", "evaluation", "recommend"}


def test_the_office_is_asked_under_the_numbers_of_the_notice_and_never_mailed_at_the_printed_address() -> None:
    """S003-61, T7."""
    phones = [contact.phone for contact in MIIT.office.contacts]

    assert phones == FACTS["contact_phones"]
    assert [contact.name for contact in MIIT.office.contacts] == ["李敏", "朱丹"]
    assert [contact.role for contact in MIIT.office.contacts] == ["", "申报网站联系人"]
    assert [MIIT.office.published_email] == FACTS["contact_emails"]
    assert MIIT.office.email == "office@miit.example"
    assert MIIT.office.site == FACTS["submission_site"]
    assert "miiit" not in str(MIIT.office.email)


def days(stage: Stage) -> list[tuple[str, str]]:
    moments = plan(MIIT, BatchState(), official_calendar())
    kinds = {MomentKind.REMIND, MomentKind.ESCALATE}
    local = [(m.at.astimezone(MIIT.zone), m) for m in moments if m.stage == stage.key and m.kind in kinds]
    return [(f"{at:%m-%d %H:%M}", moment.step or "") for at, moment in local]


def test_contacts_are_asked_for_on_these_days() -> None:
    """The fifth working day before 2023-03-20 is 13 March."""
    assert days(MIIT.stage("contacts")) == [
        ("03-13 09:00", "before-5"),
        ("03-16 09:00", "before-2"),
        ("03-17 09:00", "before-1"),
        ("03-20 09:00", "on-day"),
        ("03-21 09:00", "after-1"),
    ]


def test_the_evaluation_is_asked_for_on_these_days() -> None:
    """S003-71, T13: counted across Labour Day; 6 May, a Saturday, is worked."""
    assert days(MIIT.stage("evaluation")) == [
        ("05-04 09:00", "before-20"),
        ("05-17 09:00", "before-10"),
        ("05-24 09:00", "before-5"),
        ("05-29 09:00", "before-2"),
        ("05-31 09:00", "on-day"),
        ("06-01 09:00", "after-1"),
    ]


def test_only_the_day_after_goes_to_the_coordinator() -> None:
    for ladder in MIIT.ladders:
        assert [step.key for step in ladder.steps if step.to is Audience.COORDINATOR] == ["after-1"]
        assert ladder.ceiling_per_week == 4
