"""Expressions of a definition are checked before it is stored, wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain import definition as d
from domain.errors import Invalid
from services.definitions import dump, report
from services.definitions.expressions import check_expressions
from services.definitions.reading import parse
from services.definitions.yaml_text import read_yaml
from tests.support.definitions import small_batch

FORM = d.Form(
    key="platform",
    title="申报书",
    fields=(
        d.Field(key="share", label="占比", kind=d.FieldKind.PERCENT),
        d.Field(key="own-share", label="自有", kind=d.FieldKind.PERCENT, computed="100 - share"),
        d.Field(
            key="staff",
            label="人员",
            kind=d.FieldKind.TABLE,
            years=(-1,),
            fields=(
                d.Field(key="total", label="总数", kind=d.FieldKind.INTEGER),
                d.Field(key="doctors", label="博士", kind=d.FieldKind.INTEGER),
                d.Field(key="others", label="其余", kind=d.FieldKind.INTEGER, computed="total - doctors"),
            ),
        ),
        d.Field(
            key="investors",
            label="股东",
            kind=d.FieldKind.ROWS,
            fields=(d.Field(key="part", label="股份", kind=d.FieldKind.PERCENT),),
        ),
    ),
    checks=(
        d.Check(
            key="staff", table="staff", expression="doctors <= total", sentence="博士多于总数", fields=("doctors",)
        ),
        d.Check(key="whole", expression="share + own_share == 100", sentence="合计不为 100%", fields=("share",)),
    ),
)
DECLARE = d.Stage(
    key="declare",
    kind=d.StageKind.DECLARE,
    title="申报",
    declare=d.Declare(forms=(d.CategoryForm(category="platform", form="platform"),), one_case=d.OneCase.BATCH),
)


def rule(expression: str) -> d.Rule:
    return d.Rule(key="one", clause="原文", operator=d.Operator.EXPRESSION, expression=expression)


def batch(**changes: Any) -> d.Definition:
    small = small_batch()
    base = replace(
        small,
        rules=(rule("share > 50 and staff_total__1 >= 3 and sum(investors_part) <= 100"),),
        quotas=(replace(small.quotas[0], free_when="'small/platform' in titles or subtype == 'sharing'"),),
        forms=(*small.forms, FORM),
        stages=(*small.stages, DECLARE),
        evidence=(),
    )
    return replace(base, **changes)


def form(**changes: Any) -> d.Definition:
    return batch(rules=(), forms=(*small_batch().forms, replace(FORM, **changes)))


def check(expression: str, table: str | None = None) -> d.Definition:
    return form(checks=(d.Check(key="c", table=table, expression=expression, sentence="不对", fields=("share",)),))


CLEAN = [
    ("as it is", batch()),
    ("facts of the case", batch(rules=(rule("len(modes) > 0 and not organisation_is_group and area_titles > 1"),))),
    ("a cell by year", check("staff_total_2022 > share")),
    ("beside a table", check("total > share", "staff")),
]
WRONG = [
    ("a rule", "rules.one.expression", batch(rules=(rule("shaer > 50"),))),
    ("a rule that cannot be read", "rules.one.expression", batch(rules=(rule("share >"),))),
    ("a rule that does more", "rules.one.expression", batch(rules=(rule("share.real > 1"),))),
    ("a quota", "quotas.platform.free_when", batch(quotas=(replace(batch().quotas[0], free_when="is_central"),))),
    ("a check", "forms.platform.checks.c.expression", check("total > 1")),
    ("a check with the name of another table", "forms.platform.checks.c.expression", check("part > 1", "staff")),
    ("a column from outside", "forms.platform.checks.c.expression", check("sum(investors_part) <= 100")),
    (
        "a computed field",
        "forms.platform.fields.own-share.computed",
        form(fields=(FORM.fields[0], replace(FORM.fields[1], computed="100 - shaer")), checks=()),
    ),
    (
        "a computed row",
        "forms.platform.sections.staff.fields.staff.fields.others.computed",
        form(
            fields=(FORM.fields[0],),
            sections=(
                d.Section(
                    key="staff",
                    title="人员",
                    fields=(
                        replace(
                            FORM.fields[2],
                            fields=(*FORM.fields[2].fields[:2], replace(FORM.fields[2].fields[2], computed="9**9")),
                        ),
                    ),
                ),
            ),
            checks=(),
        ),
    ),
]


@pytest.mark.parametrize(("name", "definition"), CLEAN)
def test_nothing_is_found(name: str, definition: d.Definition) -> None:
    assert check_expressions(definition) == []


@pytest.mark.parametrize(("name", "path", "definition"), WRONG)
def test_what_cannot_be_computed_is_an_error(name: str, path: str, definition: d.Definition) -> None:
    found = [(finding.level.value, finding.code, finding.path) for finding in check_expressions(definition)]
    assert found == [("error", "bad_expression", path)]
    assert path in {row["path"] for row in report(definition)["findings"]}


def test_such_a_definition_is_not_taken_in() -> None:
    raw = read_yaml(dump(batch(rules=(rule("shaer > 50"),))))

    with pytest.raises(Invalid) as refusal:
        parse(raw, base_dir=None)

    assert [(problem.path, problem.sentence) for problem in refusal.value.problems] == [
        ("rules.one.expression", "算式中的「shaer」不是已知的名称")
    ]
    assert parse(read_yaml(dump(batch())), base_dir=None) == batch()


def test_without_any_form_only_the_writing_is_checked() -> None:
    bare = replace(small_batch(), rules=(rule("share > 50"),))

    assert check_expressions(bare) == []
    assert len(check_expressions(replace(bare, rules=(rule("share >"),)))) == 1
