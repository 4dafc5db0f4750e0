"""Keys, texts, references and marks: each finding provoked, and something close by that is in order."""

from __future__ import annotations

from dataclasses import replace

from domain import definition as d
from tests.support.definitions import SMALL
from tests.support.lint_table.rows import SLOT, added, at, both, on_cases, on_small, same, value_on_small

FORM, EVIDENCE = SMALL.forms[0], SMALL.evidence
LADDER, MAIL, START = "ladders.contacts", SMALL.mails[0], "forms.enterprise"
EXEMPTION = "stages.contacts.collect.exemption"
STATED = d.Evidence(path="year", mark=d.Mark.STATED, quote="2023年")
MORE = d.Section(key="more", title="其他", fields=(d.Field(key="summary", label="小结"),))

ROWS = (
    value_on_small("bad_key", "programme.key", "Small", "small-2"),
    on_small(
        "bad_key",
        "modes.共享.key",
        both(at("modes.sharing", key="共享"), at("categories.platform", modes=("共享",))),
        same,
    ),
    on_small(
        "bad_key",
        "ladders.Contacts.key",
        both(at(LADDER, key="Contacts"), at("stages.contacts", ladder="Contacts")),
        same,
    ),
    on_small("bad_key", f"{LADDER}.steps.Before 2.key", at(f"{LADDER}.steps.before-2", key="Before 2"), same),
    on_cases("bad_key", f"{START}.materials.A.key", at(f"{START}.materials.licence", key="A"), same),
    on_cases(
        "bad_key",
        f"{START}.sections.more.fields.X.key",
        added(START, "sections", replace(MORE, fields=(d.Field(key="X", label="x"),))),
        added(START, "sections", replace(MORE, fields=(d.Field(key="x", label="x"),))),
    ),
    on_small(
        "bad_key",
        "catalogue.modes.sharing.standard",
        at(
            "",
            modes=(),
            catalogue=d.Catalogue(key="modes", title="模式", modes=(replace(SMALL.modes[0], standard="共享"),)),
        ),
        at(
            "",
            modes=(),
            catalogue=d.Catalogue(key="modes", title="模式", modes=(replace(SMALL.modes[0], standard="sharing"),)),
        ),
    ),
    on_cases(
        "reserved_key",
        f"{START}.sections.more.fields.csrf_token",
        added(START, "sections", replace(MORE, fields=(d.Field(key="csrf_token", label="x"),))),
        added(START, "sections", replace(MORE, fields=(d.Field(key="token", label="x"),))),
    ),
    on_small("duplicate_key", "stages.recommend", added("", "stages", SMALL.stages[1]), same),
    on_small(
        "duplicate_key",
        f"{LADDER}.steps.after-1",
        added(LADDER, "steps", d.Step(key="after-1", days=2, to=d.Audience.COORDINATOR)),
        added(LADDER, "steps", d.Step(key="after-2", days=2, to=d.Audience.COORDINATOR)),
    ),
    on_small(
        "duplicate_key",
        "forms.contact.fields.name",
        added("forms.contact", "fields", FORM.fields[0]),
        same,
    ),
    on_cases(
        "duplicate_key",
        f"{START}.sections.more.fields.summary",
        added(START, "sections", MORE),
        added(START, "sections", replace(MORE, fields=(d.Field(key="people", label="人数"),))),
    ),
    on_cases(
        "duplicate_key",
        f"{START}.materials.licence",
        added(START, "materials", SLOT),
        added(START, "materials", replace(SLOT, key="report")),
    ),
    on_cases(
        "duplicate_key",
        "stages.review.review.checks.seen",
        added("stages.review.review", "checks", d.CheckItem(key="seen", label="印章清晰")),
        added("stages.review.review", "checks", d.CheckItem(key="sealed", label="印章清晰")),
    ),
    on_small(
        "duplicate_key",
        "document.annexes.one",
        at(
            "document",
            annexes=(
                d.Annex(key="one", title="附件1", file="a.txt"),
                d.Annex(key="one", title="附件2", file="b.txt"),
            ),
        ),
        at(
            "document",
            annexes=(
                d.Annex(key="one", title="附件1", file="a.txt"),
                d.Annex(key="two", title="附件2", file="b.txt"),
            ),
        ),
    ),
    value_on_small("duplicate_name", "stages.recommend.title", "联系人反馈", "推荐"),
    value_on_small("repeated_value", "quotas.platform.subtypes", ("sharing", "other", "other"), ("sharing", "other")),
    on_small(
        "repeated_value",
        "stages.recommend.opens.after",
        at("stages.recommend.opens", after=("contacts", "contacts")),
        same,
    ),
    value_on_small(
        "too_many",
        f"{LADDER}.steps",
        (d.Step(key="due", days=0), *(d.Step(key=f"s{n}", days=1) for n in range(200))),
        (d.Step(key="due", days=0), *(d.Step(key=f"s{n}", days=1) for n in range(199))),
    ),
    value_on_small("empty_text", "title", " ", "x"),
    value_on_small("too_long", "title", "长" * 201, "长" * 200),
    value_on_small("invisible_text", "units.010100.name", "甲\u202e市", "甲市"),
    on_small(
        "invisible_text",
        "forms.contact.fields.post.choices.0",
        at("forms.contact.fields.post", choices=("专\u200b职", "兼职")),
        at("forms.contact.fields.post", choices=("专职", "兼职")),
    ),
    value_on_small("bad_file_path", "units_file", "../units.yaml", "units/a.yaml"),
    on_small(
        "unknown_stage",
        "stages.recommend.opens.after",
        at("stages.recommend.opens", after=("contacts", "nobody")),
        same,
    ),
    on_small("unknown_stage", "mails.reminder@visit.stage", at("", mails=(replace(MAIL, stage="visit"),)), same),
    value_on_small("unknown_stage", f"{EXEMPTION}.goes_with", "parcel", None),
    on_small("unknown_form", "stages.contacts.collect.form", at("stages.contacts.collect", form="contacts"), same),
    on_cases(
        "unknown_form",
        "stages.declare.declare.forms",
        at("stages.declare.declare", forms=(d.CategoryForm(category="platform", form="enterprize"),)),
        same,
        ("unchecked_field", "rules.size.subject"),
    ),
    on_cases(
        "unknown_form",
        "stages.declare.form",
        both(at("stages.declare.declare", forms=()), at("stages.declare", form="enterprize")),
        both(at("stages.declare.declare", forms=()), at("stages.declare", form="enterprise")),
        ("unchecked_field", "rules.size.subject"),
    ),
    on_small(
        "unknown_path",
        "evidence.2.path",
        added("", "evidence", replace(STATED, path="stages.visit.due")),
        added("", "evidence", STATED),
    ),
    on_small(
        "duplicate_evidence", "evidence.3.path", added("", "evidence", STATED, STATED), added("", "evidence", STATED)
    ),
    on_small(
        "no_quote",
        "evidence.2.quote",
        added("", "evidence", replace(STATED, quote="")),
        added("", "evidence", STATED),
    ),
    on_small(
        "no_confirmer",
        "evidence.2.confirmed_by",
        added("", "evidence", replace(STATED, mark=d.Mark.CONFIRMED)),
        added("", "evidence", replace(STATED, mark=d.Mark.CONFIRMED, confirmed_by="王明 2023-03-01")),
    ),
    on_small(
        "unconfirmed",
        "year",
        added("", "evidence", replace(STATED, mark=d.Mark.INFERRED)),
        added("", "evidence", STATED),
    ),
)
