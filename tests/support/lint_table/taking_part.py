"""Units, classes, quotas and categories: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from dataclasses import replace

from domain import definition as d
from tests.support.definitions import SMALL
from tests.support.lint_table.rows import (
    COUNTY,
    LOCAL,
    added,
    at,
    both,
    on_cases,
    on_small,
    same,
    value_on_cases,
    value_on_small,
)

COLLECT, REVIEW, RECOMMEND = (
    f"stages.{path}" for path in ("contacts.collect", "review.review", "recommend.recommend")
)
FIRST, QUOTA = "units.010100", SMALL.quotas[0]
A_COUNTY = both(
    added("", "unit_classes", LOCAL), added("", "units", COUNTY), at("quotas.platform", classes=("city", "county"))
)
PAPER = at(RECOMMEND, paper=d.Paper(copies=1, arrival=d.Arrival.SENT))
VMI = d.Term(word="VMI", meaning="供应商管理库存")
CATALOGUE = d.Catalogue(key="modes", title="模式", modes=SMALL.modes, terms=(VMI,))

ROWS = (
    on_small("nobody_owes", f"{COLLECT}.classes", at("", units=()), same),
    on_cases(
        "nobody_owes",
        f"{REVIEW}.classes",
        both(
            added("", "unit_classes", LOCAL),
            at("quotas.platform", classes=("city", "county")),
            at(REVIEW, classes=("county",)),
        ),
        at(REVIEW, classes=("city",)),
        ("class_without_units", "unit_classes.county"),
    ),
    on_cases(
        "nobody_owes",
        f"{RECOMMEND}.classes",
        both(A_COUNTY, at(RECOMMEND, classes=("county",)), at("", units=(SMALL.units[0],))),
        both(A_COUNTY, at(RECOMMEND, classes=("city",))),
        ("unit_cannot_forward", f"{FIRST}.upper"),
        ("class_without_units", "unit_classes.county"),
    ),
    on_cases(
        "nobody_declares",
        "categories",
        both(
            at("", categories=(), quotas=(), rules=(), evidence=()),
            at("stages.declare.declare", forms=()),
            at("stages.declare", form="enterprise"),
        ),
        same,
    ),
    on_cases("unit_cannot_forward", "units.010101.upper", both(A_COUNTY, at("units.010101", upper=None)), A_COUNTY),
    value_on_cases("forwards_past_upper", "units.010200.upper", "010100", None),
    on_small(
        "class_without_units",
        "unit_classes.county",
        both(added("", "unit_classes", LOCAL), at("quotas.platform", classes=("city", "county"))),
        A_COUNTY,
    ),
    value_on_small("unknown_class", f"{COLLECT}.classes", ("city", "town"), ("city",)),
    value_on_small("unknown_class", f"{COLLECT}.classes", ("town",), ()),
    value_on_small("unknown_class", f"{FIRST}.unit_class", "cty", "city"),
    on_small("unknown_class", "quotas.platform.classes", at("quotas.platform", classes=("city", "town")), same),
    on_small(
        "unknown_class",
        "quotas.town.classes",
        added("", "quotas", replace(QUOTA, key="town", classes=("town",))),
        same,
    ),
    value_on_cases("unknown_class", f"{REVIEW}.classes", ("city", "town"), ("city",)),
    on_cases("unknown_class", f"{RECOMMEND}.classes", at(RECOMMEND, classes=("city", "town")), same),
    value_on_small("unknown_upper", f"{FIRST}.upper", "019900", "010200"),
    value_on_small("unit_cycle", f"{FIRST}.upper", "010100", "010200"),
    on_small("duplicate_unit", FIRST, added("", "units", SMALL.units[0]), same, ("duplicate_unit", f"{FIRST}.name")),
    value_on_small("duplicate_unit", "units.010200.name", SMALL.units[0].name, "丙市"),
    on_small("bad_code", "units.01 0100.code", at(FIRST, code="01 0100"), at(FIRST, code="010-100")),
    on_small(
        "unit_unreachable",
        FIRST,
        at(FIRST, email=None),
        at(FIRST, email=None, phone="010-60000003"),
    ),
    on_small(
        "unit_without_email",
        f"{FIRST}.email",
        at(FIRST, email=None, phone="010-60000003"),
        at(FIRST, phone="010-60000003"),
    ),
    value_on_small("email_form", f"{FIRST}.email", "a＠units.example ", "b@units.example"),
    value_on_small("email_form", "office.email", "office", "o@province.example"),
    value_on_small("email_suspicious", f"{FIRST}.email", "a@units.con", "a@units.com"),
    value_on_small("email_suspicious", "office.email", "a@province.gov", "a@province.gov.cn"),
    value_on_small("email_suspicious", "office.published_email", "a@miiit.example", "a@miit.example"),
    value_on_small("phone_form", f"{FIRST}.phone", "（010） 60000003", "010-60000003"),
    value_on_small("mobile_form", f"{FIRST}.mobile", "138.0000.0000", "13800000000"),
    on_small("office_without_email", "office.email", at("office", email=None), same),
    on_small("office_without_contacts", "office.contacts", at("office", contacts=()), same),
    on_cases("paper_without_address", "office.address", PAPER, both(PAPER, at("office", address="某路1号"))),
    value_on_small(
        "upper_unnamed",
        "upper",
        d.Upper(relation=d.Relation.BASED_ON),
        d.Upper(relation=d.Relation.BASED_ON, number="〔2023〕1号"),
    ),
    value_on_small(
        "unknown_applicants", "categories.platform.applicants", ("enterprise", "company"), ("enterprise",)
    ),
    on_small(
        "unknown_category",
        "quotas.platform.category",
        at("quotas.platform", category="platfrom"),
        same,
        ("quota_missing", "quotas"),
        ("quota_missing", "quotas"),
    ),
    value_on_cases("unknown_category", f"{REVIEW}.checks.seen.categories", ("platform", "city"), ("platform",)),
    value_on_cases("unknown_category", "rules.size.categories", ("platform", "city"), ("platform",)),
    on_cases(
        "unknown_category",
        "stages.declare.declare.forms",
        added("stages.declare.declare", "forms", d.CategoryForm(category="city", form="enterprise")),
        same,
    ),
    value_on_small(
        "unknown_subtype", "quotas.platform.subtypes", ("sharing", "other", "third"), ("sharing", "other")
    ),
    value_on_cases("unknown_subtype", "rules.size.subtypes", ("third",), ("sharing",)),
    on_small(
        "unknown_mode", "categories.platform.modes", at("categories.platform", modes=("sharing", "renting")), same
    ),
    value_on_cases("unknown_mode", "rules.size.modes", ("supply", "renting"), ("supply",)),
    on_small(
        "no_modes",
        "catalogue.modes",
        both(at("", modes=(), catalogue=replace(CATALOGUE, modes=())), at("categories.platform", modes=())),
        at("", modes=(), catalogue=CATALOGUE),
    ),
    on_small("two_catalogues", "modes", at("", catalogue=CATALOGUE), at("", modes=(), catalogue=CATALOGUE)),
    on_small(
        "duplicate_term",
        "catalogue.terms",
        at("", modes=(), catalogue=replace(CATALOGUE, terms=(VMI, VMI))),
        at("", modes=(), catalogue=CATALOGUE),
    ),
    value_on_small("negative_quota", "quotas.platform.limit", -1, 1),
    on_small(
        "quota_without_classes",
        "quotas.platform.classes",
        at("quotas.platform", classes=()),
        same,
        ("quota_missing", "quotas"),
        ("quota_missing", "quotas"),
    ),
    on_small(
        "quota_overlap",
        "quotas.sharing",
        added("", "quotas", replace(QUOTA, key="sharing", subtypes=("sharing",))),
        both(
            at("quotas.platform", subtypes=("other",)),
            added("", "quotas", replace(QUOTA, key="sharing", subtypes=("sharing",))),
        ),
    ),
    on_small(
        "quota_missing",
        "quotas",
        at("quotas.platform", subtypes=("sharing",)),
        at("quotas.platform", subtypes=("sharing", "other")),
    ),
    on_small(
        "quotas_without_recommend",
        "quotas",
        both(at("stages.recommend", kind=d.StageKind.SCORE)),
        at("", quotas=(), evidence=()),
    ),
    on_small(
        "category_closed", "categories.platform", at("quotas.platform", limit=0), at("quotas.platform", limit=1)
    ),
)
