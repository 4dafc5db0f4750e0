"""Forms looked at before anybody fills them in, and how what they consist of is arranged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.definition import Check, Definition, Field, FieldKind, Form, Section, ShownWhen
from domain.errors import Invalid
from domain.forms import check_case
from presets import FOLDER
from services.definitions import load_file
from services.designing.asking.describing import describe
from services.designing.edits import edited
from services.designing.previews import Wanted, choices, is_collected, samples, setting
from services.designing.questions.conditions import chosen, conditions
from services.designing.questions.kinds import COMMON, GROUPS, USED, palette, settings
from services.designing.questions.moving import added_question, copied, put, stepped
from services.designing.questions.outline import around, node_at, nodes
from services.designing.questions.trials import tried
from tests.support.case_forms import FORM, MODES
from tests.support.case_forms import setting as case_setting
from tests.support.definitions import SMALL

ON = date(2023, 3, 20)
PRESETS = ("miit-2023", "luoyang-2023", "shanxi-2021", "zhejiang-2020")
NUMBERS = (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY, FieldKind.YEAR)


def with_form(form: Form) -> Definition:
    return replace(SMALL, forms=(form,))


@pytest.mark.parametrize("name", PRESETS)
def test_samples_of_every_form_of_a_notice_pass_its_own_checks(name: str) -> None:
    """S4-2: the filled preview shows a whole form; only checks across fields may speak up."""
    definition = load_file(FOLDER / f"{name}.yaml")
    for form in definition.forms:
        wanted = choices(definition, form, Wanted()).wanted
        place = setting(definition, wanted, ON)
        found = samples(form, place)
        said = {sentence.sentence for sentence in form.checks}

        problems = check_case(form, found, place, is_final=True).problems
        assert [one for one in problems if not any(one.sentence.endswith(text) for text in said)] == []
        assert found


@given(
    st.sampled_from(NUMBERS),
    st.integers(-2000, 3000),
    st.integers(0, 500),
    st.integers(0, 3) | st.none(),
)
def test_a_sample_number_lies_in_its_range(kind: FieldKind, low: int, room: int, decimals: int | None) -> None:
    assume(kind is not FieldKind.YEAR or low >= 1900)
    fewest, most = float(low), float(low + room)
    field = Field(key="n", label="数", kind=kind, decimals=decimals, minimum=fewest, maximum=most)
    form = Form(key="f", title="表", fields=(field,))
    place = case_setting()

    assert check_case(form, samples(form, place), place, is_final=True).problems == ()


def test_the_preview_is_for_a_category_its_modes_and_a_year() -> None:
    definition = load_file(FOLDER / "luoyang-2023.yaml")
    form = next(one for one in definition.forms if one.key == "enterprise")

    found = choices(definition, form, Wanted("nowhere", ("strange",), 1999, True))
    assert found.wanted == Wanted("enterprise", (), 2023, True)
    chosen_mode = tuple(found.modes)[1]
    place = setting(definition, Wanted("enterprise", (chosen_mode,), 2024), ON)
    values = samples(form, place, (chosen_mode,))
    assert values["modes"] == chosen_mode
    assert any(path.startswith("indicators.") and path.endswith(".2023") for path in values)


def test_a_form_of_collecting_is_not_one_of_cases() -> None:
    definition = load_file(FOLDER / "miit-2023.yaml")
    assert is_collected(definition, definition.form("contact"))
    assert not is_collected(definition, replace(definition.form("contact"), key="other"))


# ---------- kinds


def test_every_kind_is_offered_once_and_every_setting_is_used_by_some_kind() -> None:
    offered = [kind for _, kinds in GROUPS for kind in kinds]
    assert sorted(offered) == sorted(FieldKind)
    known = {one.name for one in describe(Field)} - {"fields", "parts", "at_most"}
    assert known == set(COMMON).union(*USED.values())


def test_only_what_a_kind_uses_is_asked_and_what_is_set_all_the_same() -> None:
    text = Field(key="a", label="甲")
    assert "choices" not in settings(text) and "max_chars" in settings(text)
    assert "choices" in settings(replace(text, choices=("一",)))
    assert "years" in settings(Field(key="t", label="表", kind=FieldKind.TABLE))
    assert "at_most" in settings(Field(key="p", label="比", kind=FieldKind.PERCENT), FieldKind.ROWS)
    assert [offer.kind for _, group in palette(FieldKind.TABLE) for offer in group] == [
        *(FieldKind.TEXT, FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY)
    ]


# ---------- arranging


def test_a_question_goes_on_into_the_next_section_and_keeps_its_key() -> None:
    """S4-2: fields keep their identity when they are moved."""
    one = Section(key="one", title="一", fields=(Field(key="a", label="甲"), Field(key="b", label="乙")))
    form = Form(
        key="f", title="表", sections=(one, Section(key="two", title="二", fields=(Field(key="c", label="丙"),)))
    )
    definition = with_form(form)

    moved = definition
    for _ in range(2):
        now = moved.forms[0]
        path = next(node.path for node in nodes(now) if node.name == "a")
        edit = stepped(now, node_at(now, path), 1)
        assert edit is not None
        moved = edited(moved, [edit])
    first, second = moved.forms[0].sections
    assert ([f.key for f in first.fields], [f.key for f in second.fields]) == (["b"], ["a", "c"])
    last = node_at(moved.forms[0], "sections.two.fields.c")
    assert stepped(moved.forms[0], last, 1) is None


def test_a_row_of_a_table_stays_in_its_table() -> None:
    definition = with_form(FORM)
    node = next(one for one in nodes(FORM) if one.name == "assets")
    with pytest.raises(Invalid, match="不能移到那里"):
        put(FORM, node, "sections.basics.fields", "")
    back = edited(definition, [put(FORM, node, node.holder, "")])
    table = back.forms[0].field("indicators")
    assert table is not None and table.fields[-1].key == "assets"
    assert around(FORM, node.path) is FieldKind.TABLE


def test_a_copy_has_a_key_of_its_own_and_asks_its_own_conditions() -> None:
    asked = Field(key="kind", label="类型", kind=FieldKind.CHOICE, choices=("甲", "乙"))
    why = Field(key="why", label="原因", when=ShownWhen(field="kind", any_of=("乙",)))
    form = Form(key="f", title="表", sections=(Section(key="s", title="节", fields=(asked, why)),))

    edit, path = copied(with_form(form), form, node_at(form, "sections.s"))
    after = edited(with_form(form), [edit]).forms[0]
    copy = after.sections[1]
    assert path == f"sections.{copy.key}" and copy.title == "节（副本）"
    assert len({node.name for node in nodes(after)}) == len(list(nodes(after)))
    assert copy.fields[1].when == ShownWhen(field=copy.fields[0].key, any_of=("乙",))


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"kind": "text", "label": " "}, "请填写名称"),
        ({"kind": "nonsense", "label": "甲"}, "请选择一种"),
        ({"kind": "text", "label": "甲", "key": "名称"}, "小写字母"),
        ({"kind": "text", "label": "甲", "key": "name"}, "已有同一代号"),
    ],
)
def test_what_cannot_be_added_is_told(new: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid) as refused:
        added_question(FORM, "sections.basics.fields", new)
    assert words in " ".join(problem.sentence for problem in refused.value.problems)


def test_a_table_takes_no_table() -> None:
    holder = next(one.own_list for one in nodes(FORM) if one.name == "indicators")
    with pytest.raises(Invalid):
        added_question(FORM, holder, {"kind": "table", "label": "表中表"})
    edit, path = added_question(FORM, holder, {"kind": "money", "label": "税金"})
    added = edited(with_form(FORM), [edit]).forms[0]
    assert node_at(added, path).label == "税金"


# ---------- conditions and trials


def test_a_condition_asks_questions_above_it_alone() -> None:
    first = Field(key="kind", label="类型", kind=FieldKind.CHOICE, choices=("甲", "乙"))
    later = replace(first, key="later")
    form = Form(key="f", title="表", fields=(first, Field(key="why", label="原因"), later))

    offered = conditions(SMALL, form, "fields.why", None)
    assert [one.key for one in offered] == ["kind"]
    assert chosen(offered, "kind", lambda _: ["乙", "丙"]) == {"field": "kind", "any_of": ["乙"]}
    assert chosen(offered, "", lambda _: []) is None
    for field, words in (("kind", "至少勾选一个"), ("later", "显示条件请从列出")):
        with pytest.raises(Invalid) as refused:
            chosen(offered, field, lambda _: [])
        problem = refused.value.problems[0]
        assert words in problem.sentence + problem.allowed
    gone = conditions(SMALL, form, "fields.kind", ShownWhen(field="gone", any_of=("x",)))
    assert gone[-1].label == "gone（已不存在）"


@pytest.mark.parametrize(
    ("expression", "given_values", "sentence"),
    [
        (
            "total == invention + utility + design",
            {"total": "6", "invention": "1", "utility": "2", "design": "3"},
            "通过",
        ),
        ("total == invention", {"total": "6", "invention": "1"}, "不成立"),
        ("total / invention", {"total": "6", "invention": "3"}, "结果：2"),
        ("total / invention", {"total": "6", "invention": "0"}, "除数为零"),
        ("total > nonsense", {}, "nonsense"),
        ("total >", {}, "有误"),
        ("total > invention", {"total": ""}, "没有值"),
        ("", {}, "填写算式"),
        ("().__class__", {}, ""),
        ("9 ** 9 ** 9", {}, ""),
    ],
)
def test_an_expression_is_tried_without_storing_it(
    expression: str, given_values: dict[str, str], sentence: str
) -> None:
    place = replace(case_setting(), modes=MODES)
    found = tried(FORM, expression, None, given_values, samples(FORM, place))
    assert sentence in found.sentence
    assert found.tone in {"done", "warn", "none"}
    if not sentence:
        assert found.tone == "warn"


def test_a_check_of_a_table_is_tried_on_its_rows() -> None:
    table = FORM.field("indicators")
    check = Check(
        key="c", expression="service <= revenue", sentence="不得大于", fields=("service",), table="indicators"
    )
    found = tried(FORM, check.expression, table, {}, samples(FORM, case_setting()))
    assert found.tone == "done"
    assert found.names["service"][0] == "其中服务收入"
