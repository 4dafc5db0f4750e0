"""Checking answers: one rule for page, import and API."""

from __future__ import annotations

import pytest

from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid
from domain.forms import check_answers


def checked(kind: FieldKind, value: str, **changes: object) -> str:
    field = Field(key="x", label="栏目", kind=kind, **changes)  # type: ignore[arg-type]  # the fields' own types, passed through
    return check_answers(Form(key="f", title="表", fields=(field,)), {"x": value})["x"]


def sentence(kind: FieldKind, value: str, **changes: object) -> str:
    with pytest.raises(Invalid) as refused:
        checked(kind, value, **changes)
    (problem,) = refused.value.problems
    assert problem.path == "x"
    return problem.sentence


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        (" a.b@Example.CN ", "a.b@example.cn"),
        ("ａ＠example.cn", "a@example.cn"),
    ],
)
def test_an_address_is_brought_into_normal_form(value: str, normal: str) -> None:
    assert checked(FieldKind.EMAIL, value) == normal


@pytest.mark.parametrize("value", ["a", "a@b", "a@b.cn, c@d.cn", "<a@b.cn>", "a b@c.cn", "@c.cn"])
def test_what_is_not_one_address_is_refused(value: str) -> None:
    """S31: one address only."""
    assert "电子邮箱格式不对" in sentence(FieldKind.EMAIL, value)


@pytest.mark.parametrize(
    "value",
    ["13812345678", "+86 138-1234-5678", "0371-65953693", "010-68205191", "400-123-4567", "０１０－６８２０５１９１"],
)
def test_telephone_numbers_as_offices_write_them_are_accepted(value: str) -> None:
    """S70: mobile, land line, service numbers, full width."""
    assert checked(FieldKind.PHONE, value)


@pytest.mark.parametrize("value", ["12345678901", "0351-2022229 15635390920", "电话", "1234"])
def test_what_is_not_one_number_is_refused(value: str) -> None:
    """S70: two numbers in one field are refused with an example."""
    assert "只填一个" in sentence(FieldKind.PHONE, value)


def test_a_limit_counts_characters_and_names_both_numbers() -> None:
    assert checked(FieldKind.TEXT, "字" * 100, max_chars=100) == "字" * 100
    assert sentence(FieldKind.TEXT, "字" * 101, max_chars=100) == "栏目最多 100 字，现为 101 字"


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\ud800", "\u202e", "\u200b", "\ufeff"])
def test_invisible_characters_are_refused(bad: str) -> None:
    """S23, S68: NUL, lone surrogates, bidi and zero-width characters."""
    assert "控制字符" in sentence(FieldKind.TEXT, f"甲{bad}乙")


def test_a_choice_offers_what_is_allowed() -> None:
    assert sentence(FieldKind.CHOICE, "丙", choices=("甲", "乙")) == "请从下列选项中选择：甲、乙"


@pytest.mark.parametrize("value", ["2023-02-30", "2023-3-20", "20230320", "明天"])
def test_a_date_is_a_real_day_in_one_form(value: str) -> None:
    """F12: a form error, never a shift of a day."""
    assert "日期格式不对" in sentence(FieldKind.DATE, value)


def test_all_problems_come_at_once_and_unknown_fields_are_refused() -> None:
    form = Form(key="f", title="表", fields=(Field(key="a", label="甲"), Field(key="b", label="乙")))

    with pytest.raises(Invalid) as refused:
        check_answers(form, {"z": "1"})

    assert [problem.path for problem in refused.value.problems] == ["z", "a", "b"]


def test_one_of_several_fields_must_be_filled() -> None:
    fields = tuple(Field(key=key, label=key, required=False) for key in ("email", "mobile"))
    form = Form(key="f", title="表", fields=fields, one_of=(("email", "mobile"),))

    with pytest.raises(Invalid, match="请至少填写一项：email、mobile"):
        check_answers(form, {})
    assert check_answers(form, {"mobile": "1"}) == {"email": "", "mobile": "1"}
