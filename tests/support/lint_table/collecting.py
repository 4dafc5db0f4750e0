"""What is collected and declared: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from dataclasses import replace

from domain import definition as d
from tests.support.case_forms import FORM
from tests.support.lint_table.rows import added, at, both, on_cases, on_small, same, value_on_cases

COLLECT, DECLARE, START = "stages.contacts.collect", "stages.declare.declare", "forms.enterprise"
CONTACT = "forms.contact"
TITLES = d.TitleFilter(programme="small", batches=(1,), categories=("platform",))
EXTERNAL = d.External(
    name="申报网",
    url="https://platform.example",
    columns=(
        d.Column(heading="代码", to="credit_code"),
        d.Column(heading="名称", to="name"),
        d.Column(heading="类别", to="category"),
        d.Column(heading="单位", to="unit"),
    ),
)
CITY = d.Category(key="city", name="示范城市")
CITY_QUOTA = d.Quota(key="city", classes=("city",), category="city", limit=1)
A_CITY = both(added("", "categories", CITY), added("", "quotas", CITY_QUOTA))
CITY_FORM = d.CategoryForm(category="city", form="enterprise")
PLAIN_FIELD = d.Field(key="post-2", label="岗位")
SIGNED_ON = d.Rule(
    key="fresh",
    clause="30 日内",
    subject="founded_on",
    operator=d.Operator.ON_OR_AFTER,
    value="credit_days",
    force=d.Force.WARN,
)

ROWS = (
    on_small("collect_form_missing", f"{COLLECT}.form", at(COLLECT, form=None), same),
    on_small(
        "contact_fields_missing",
        f"{COLLECT}.form",
        both(at(f"{CONTACT}.fields.name", key="title"), at(CONTACT, one_of=())),
        both(at(f"{CONTACT}.fields.name", key="title"), at(CONTACT, one_of=()), at(COLLECT, provides_contact=False)),
    ),
    on_small(
        "titles_missing",
        f"{COLLECT}.titles",
        at(COLLECT, owed_by=d.OwedBy.TITLES),
        at(COLLECT, owed_by=d.OwedBy.TITLES, titles=TITLES),
    ),
    on_small(
        "titles_out_of_place",
        f"{COLLECT}.titles",
        at(COLLECT, titles=TITLES),
        at(COLLECT, owed_by=d.OwedBy.TITLES, titles=TITLES),
    ),
    on_small(
        "titles_empty",
        f"{COLLECT}.titles.batches",
        at(COLLECT, owed_by=d.OwedBy.TITLES, titles=replace(TITLES, batches=())),
        at(COLLECT, owed_by=d.OwedBy.TITLES, titles=TITLES),
    ),
    on_small(
        "no_reasons",
        f"{COLLECT}.exemption.reasons",
        at(f"{COLLECT}.exemption", reasons=()),
        at(COLLECT, exemption=None),
    ),
    on_small("form_out_of_place", "stages.recommend.form", at("stages.recommend", form="contact"), same),
    on_small(
        "form_unused",
        "forms.spare",
        added("", "forms", d.Form(key="spare", title="备用表", fields=(PLAIN_FIELD,))),
        same,
    ),
    on_small(
        "form_too_rich",
        CONTACT,
        added(CONTACT, "sections", d.Section(key="more", title="其他", fields=(PLAIN_FIELD,))),
        added(CONTACT, "fields", PLAIN_FIELD),
    ),
    on_small(
        "field_too_rich",
        f"{CONTACT}.fields.post-2",
        added(CONTACT, "fields", replace(PLAIN_FIELD, kind=d.FieldKind.COMMITMENT, text="属实")),
        added(CONTACT, "fields", PLAIN_FIELD),
    ),
    on_cases(
        "declare_form_missing", "stages.declare.form", both(at(DECLARE, forms=()), at("", rules=())), at("", rules=())
    ),
    on_cases(
        "category_without_form",
        f"{DECLARE}.forms",
        A_CITY,
        both(A_CITY, added(DECLARE, "forms", CITY_FORM), at("categories.city", modes=("supply",))),
    ),
    on_cases(
        "duplicate_category_form",
        f"{DECLARE}.forms",
        added(DECLARE, "forms", d.CategoryForm(category="platform", form="enterprise")),
        same,
    ),
    value_on_cases("no_modes_to_choose", "categories.platform.modes", (), ("supply",)),
    on_cases("no_required_materials", f"{START}.materials", at(START, materials=()), same),
    on_cases(
        "no_required_materials",
        f"{START}.materials",
        at(f"{START}.materials.licence", required=False),
        at(f"{START}.materials.licence", required=True),
    ),
    value_on_cases("one_case_silent", f"{DECLARE}.one_case", None, d.OneCase.ANY),
    on_cases(
        "column_missing",
        f"{DECLARE}.external.columns",
        at(DECLARE, external=replace(EXTERNAL, columns=EXTERNAL.columns[:3])),
        at(DECLARE, external=EXTERNAL),
    ),
    on_cases(
        "credit_days_unused",
        f"{DECLARE}.credit_days",
        at(DECLARE, credit_days=30),
        both(at(DECLARE, credit_days=30), added("", "rules", SIGNED_ON)),
    ),
    on_cases(
        "credit_days_missing",
        "rules.fresh.value",
        added("", "rules", SIGNED_ON),
        both(at(DECLARE, credit_days=30), added("", "rules", SIGNED_ON)),
    ),
    on_cases(
        "bad_counts",
        f"{START}.materials.licence.max_count",
        at(f"{START}.materials.licence", min_count=3, max_count=2),
        at(f"{START}.materials.licence", min_count=2, max_count=3),
    ),
    on_cases("no_file_kinds", f"{START}.materials.licence.kinds", at(f"{START}.materials.licence", kinds=()), same),
    on_cases(
        "empty_section", f"{START}.sections.more", added(START, "sections", d.Section(key="more", title="其他")), same
    ),
    on_cases("section_lost", f"{START}.lost", at(START, lost=("三、主要申报内容",)), same),
    on_small(
        "no_fields",
        f"{CONTACT}.fields",
        both(at(CONTACT, fields=(), one_of=()), at(COLLECT, provides_contact=False)),
        same,
    ),
    on_small("empty_group", f"{CONTACT}.one_of", at(CONTACT, one_of=(("name",), ())), same),
    on_small("unknown_field", f"{CONTACT}.one_of", at(CONTACT, one_of=(("name", "mobile"),)), same),
    on_cases(
        "when_cycle",
        f"{START}.sections",
        both(
            at(f"{START}.sections.basics.fields.is_group", when=d.ShownWhen(field="nature", any_of=("国有",))),
            at(f"{START}.sections.basics.fields.nature", when=d.ShownWhen(field="is_group", any_of=("是",))),
        ),
        at(f"{START}.sections.basics.fields.is_group", when=d.ShownWhen(field="nature", any_of=("国有",))),
    ),
    value_on_cases("bad_condition", f"{START}.sections.kinds.when.any_of", ("是", "也许"), ("是", "否")),
    on_cases(
        "bad_condition",
        f"{START}.sections.kinds.when.any_of",
        at(f"{START}.sections.kinds.when", any_of=()),
        at(f"{START}.sections.kinds", when=None),
    ),
    on_cases(
        "unknown_field",
        f"{START}.sections.kinds.when.field",
        at(f"{START}.sections.kinds.when", field="isgroup"),
        same,
    ),
)
CHECK = d.Check(key="more", expression="staff > 0", sentence="人数要填", fields=("staff",))
TOTAL = FORM.checks[1]

CHECKS = (
    on_cases(
        "check_without_fields",
        f"{START}.checks.more.fields",
        added(START, "checks", replace(CHECK, fields=())),
        added(START, "checks", CHECK),
    ),
    on_cases(
        "unknown_field",
        f"{START}.checks.more.fields",
        added(START, "checks", replace(CHECK, fields=("staff", "people"))),
        added(START, "checks", CHECK),
    ),
    on_cases(
        "unknown_table",
        f"{START}.checks.more.table",
        added(START, "checks", replace(CHECK, table="staff")),
        added(START, "checks", replace(CHECK, table="indicators", expression="assets > 0", fields=("assets",))),
    ),
    on_cases(
        "unknown_name",
        f"{START}.checks.more.expression",
        added(START, "checks", replace(CHECK, expression="staff > people")),
        added(START, "checks", CHECK),
        ("bad_expression", f"{START}.checks.more.expression"),
    ),
    on_cases(
        "bad_expression",
        f"{START}.checks.more.expression",
        added(START, "checks", replace(CHECK, expression="staff >")),
        added(START, "checks", CHECK),
    ),
    on_cases(
        "computed_out_of_place",
        f"{START}.sections.promise.fields.promise.computed",
        at(f"{START}.sections.promise.fields.promise", computed="staff"),
        same,
    ),
)
