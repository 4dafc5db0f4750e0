"""Which rules concern a case, what an officer answers, and what may be named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.definition import (
    Catalogue,
    Category,
    CheckItem,
    Criterion,
    Field,
    FieldKind,
    Force,
    Form,
    Mode,
    Part,
    Review,
    Rule,
    Stage,
    StageKind,
    Subtype,
)
from domain.rules import (
    ORGANISATION_KINDS,
    HeldTitle,
    Item,
    applies,
    check_items,
    expression_names,
    identifier,
    rules_of,
)
from domain.rules.subjects import subjects
from models import OrganisationKind
from tests.support.batches import definition

CRITERIA = ("content", "ability", "effect")
MODES = tuple(
    Mode(
        key=f"mode{number}",
        name=f"模式{number}",
        criteria=tuple(
            Criterion(key=key, label=key, text=f"{key} 的原文") for key in ("content", "ability", "effect")
        ),
    )
    for number in range(1, 10)
)
SHARING = Rule(
    key="matching", clause="具备订单匹配", force=Force.CHECK, subtypes=("sharing",), categories=("platform",)
)
RULES = (
    Rule(key="all", clause="共性条件", force=Force.CHECK, question="运营和财务状况是否良好"),
    Rule(key="number", clause="收入", subject="share"),
    SHARING,
    Rule(key="custom", clause="定制", force=Force.CHECK, modes=("mode4",)),
)
REVIEW = Stage(
    key="review",
    kind=StageKind.REVIEW,
    title="初审",
    review=Review(
        checks=(
            CheckItem(key="true", label="材料真实", clause="真实性审查"),
            CheckItem(key="city", label="政策", categories=("city",)),
        ),
        criteria_as_checks=True,
    ),
)
BATCH = definition(
    catalogue=Catalogue(key="nine", title="遴选基本模式", modes=MODES),
    categories=(
        Category(key="enterprise", name="示范企业", modes=tuple(mode.key for mode in MODES)),
        Category(
            key="platform",
            name="示范平台",
            modes=("mode5",),
            subtypes=(Subtype(key="sharing", name="共享制造类"), Subtype(key="other", name="其他类")),
        ),
        Category(key="city", name="示范城市"),
    ),
    rules=RULES,
    stages=(*definition().stages, REVIEW),
)


def test_a_rule_concerns_what_it_names() -> None:
    assert applies(RULES[0], "city")
    assert applies(SHARING, "platform", "sharing")
    assert not applies(SHARING, "platform", "other")
    assert not applies(SHARING, "enterprise", "sharing")
    assert applies(RULES[3], "enterprise", modes=("mode1", "mode4"))
    assert not applies(RULES[3], "enterprise", modes=("mode1",))
    assert [rule.key for rule in rules_of(BATCH, "platform", "sharing")] == ["all", "number", "matching"]


def test_each_criterion_of_the_chosen_modes_becomes_a_check_item() -> None:
    """S002-07: nine modes give at least 26 items, each once, and their keys fit the column."""
    items = check_items(BATCH, "enterprise", [mode.key for mode in MODES])
    criteria = [item for item in items if "/" in item.key]

    assert len(criteria) == 27
    assert len({item.key for item in items}) == len(items)
    assert max(len(item.key) for item in items) <= 80
    assert criteria[0] == Item("mode1/content", "模式1：content", "content 的原文", "遴选基本模式")


def test_what_an_officer_answers_depends_on_the_case() -> None:
    """S001-18, S001-19, S001-23, S001-24, S003-15, S003-16: rules to be checked, and the review's own list."""
    assert [item.key for item in check_items(BATCH, "platform", ["mode5"], "sharing")] == [
        "rule.all",
        "rule.matching",
        "check.true",
        "mode5/content",
        "mode5/ability",
        "mode5/effect",
    ]
    assert [item.key for item in check_items(BATCH, "platform", [], "other")] == ["rule.all", "check.true"]
    assert [item.key for item in check_items(BATCH, "platform", [])] == ["rule.all", "rule.matching", "check.true"]
    assert [item.key for item in check_items(BATCH, "city", [])] == ["rule.all", "check.true", "check.city"]
    assert check_items(BATCH, "city", [])[0].label == "运营和财务状况是否良好"


def test_without_a_review_stage_only_the_rules_are_asked() -> None:
    bare = replace(BATCH, stages=BATCH.stages[:1])

    assert [item.key for item in check_items(bare, "enterprise", ["mode4"])] == ["rule.all", "rule.custom"]


def test_the_kinds_of_organisations_have_names() -> None:
    assert set(ORGANISATION_KINDS) == {kind.value for kind in OrganisationKind}


def test_how_expressions_name_facts() -> None:
    held = HeldTitle(programme="fwxzz", category="city", batch_no=1, holder="甲市", withdrawn_on=date(2023, 1, 1))
    facts = {
        "indicators.share.-1": Decimal(3),
        "empty": "",
        "none": None,
        "titles": (held, replace(held, withdrawn_on=None)),
    }

    assert identifier("organisation.is_group") == "organisation_is_group"
    assert expression_names(facts, date(2023, 3, 1)) == {"indicators_share__1": Decimal(3), "titles": ["fwxzz/city"]}


def test_what_may_be_named_of_a_form() -> None:
    form = Form(
        key="form",
        title="申报书",
        fields=(
            Field(key="nature", label="性质", kind=FieldKind.CHOICE, choices=("国有", "其他"), other="其他"),
            Field(
                key="indicators",
                label="指标",
                kind=FieldKind.TABLE,
                years=(-2, -1),
                fields=(Field(key="share", label="占比", kind=FieldKind.PERCENT),),
            ),
            Field(key="investors", label="股东", kind=FieldKind.ROWS, fields=(Field(key="share", label="股份"),)),
            Field(
                key="body",
                label="正文",
                kind=FieldKind.OUTLINE,
                parts=(Part(key="overview", title="概况"), Part(key="practice", title="做法", per_mode=True)),
            ),
            Field(key="promise", label="承诺", kind=FieldKind.COMMITMENT),
        ),
    )

    assert list(subjects(form, 2023, MODES[:1])) == [
        "nature",
        "nature.other",
        "indicators.share.2021",
        "indicators.share.-2",
        "indicators.share.2022",
        "indicators.share.-1",
        "investors.share",
        "body.overview",
        "body.practice.mode1",
        "promise",
        "promise.name",
        "promise.date",
    ]
    assert subjects(form, 2023, ())["indicators.share.-1"].label == "占比（2022 年）"
