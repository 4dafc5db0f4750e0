"""Forms made from a definition."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from domain.definition import Field, FieldKind, Form
from domain.errors import Problem
from web.forms import changed_in, make_form, typed_in

EVERY_KIND = Form(
    key="every",
    title="每一种",
    fields=(
        Field(key="name", label="姓名", max_chars=40, help="与身份证一致"),
        Field(key="note", label="备注", kind=FieldKind.LONG_TEXT, required=False),
        Field(key="phone", label="电话", kind=FieldKind.PHONE),
        Field(key="mobile", label="手机", kind=FieldKind.MOBILE, required=False),
        Field(key="email", label="邮箱", kind=FieldKind.EMAIL),
        Field(key="on", label="日期", kind=FieldKind.DATE),
        Field(key="few", label="类别", kind=FieldKind.CHOICE, choices=("企业", "平台")),
        Field(key="any", label="方向", kind=FieldKind.CHOICE, choices=("甲", "乙"), required=False),
        Field(key="data", label="数据", kind=FieldKind.TEXT, required=False),
    ),
    one_of=(("phone", "mobile"),),
    note="说明",
)


def test_each_kind_has_its_input_with_its_marks() -> None:
    shown = {field.name: str(field()) for field in make_form(EVERY_KIND)}

    assert 'maxlength="40"' in shown["name"] and "required" in shown["name"]
    assert 'autocomplete="name"' in shown["name"]
    assert shown["note"].startswith("<textarea") and "maxlength" not in shown["note"]
    assert 'type="tel"' in shown["phone"] and 'inputmode="tel"' in shown["mobile"]
    assert 'type="email"' in shown["email"] and 'autocapitalize="none"' in shown["email"]
    assert 'type="date"' in shown["on"]
    assert shown["few"].count('type="radio"') == 2
    assert shown["any"].startswith("<select") and "请选择" in shown["any"]


def test_a_key_may_be_any_word_and_ids_are_the_forms_own() -> None:
    """A form's attributes and the page's ids have names, too."""
    form = make_form(EVERY_KIND, {"data": "x"})

    assert (form["data"].data, form["data"].id, form["data"].name) == ("x", "answer-data", "data")


def test_help_and_limits_are_told_where_the_page_does_not_hold_them() -> None:
    form = make_form(EVERY_KIND)

    assert (form["name"].description, form["note"].description) == ("与身份证一致", "最多 2000 字。")
    assert (form.note, form.one_of) == ("说明", ["电话、手机"])


def test_what_was_typed_stays_and_each_problem_stands_beside_its_field() -> None:
    problems = [
        Problem("phone", "1", "电话格式不对"),
        Problem("on", "", "日期不对", "2023-03-20"),
        Problem("x", "", "多余"),
    ]

    form = make_form(EVERY_KIND, {"phone": '1"><script>'}, problems)

    assert 'value="1&#34;&gt;&lt;script&gt;"' in form["phone"]()
    assert form["phone"].errors == ("电话格式不对",)
    assert form["on"].errors == ("日期不对（2023-03-20）",)
    assert form.form_errors == ["多余"]


def test_only_the_forms_own_fields_are_read() -> None:
    """S06"""
    sent = MultiDict({"name": " 张三 ", "filed_at": "2023", "csrf_token": "t"})

    typed = typed_in(EVERY_KIND, sent)

    assert set(typed) == {field.key for field in EVERY_KIND.fields}
    assert (typed["name"], typed["email"]) == (" 张三 ", "")


def test_two_versions_are_told_apart_field_by_field() -> None:
    assert changed_in(
        EVERY_KIND, {"name": "张三", "note": "a"}, {"name": "李四", "note": "a", "email": "x@y.cn"}
    ) == [
        ("姓名", "张三", "李四"),
        ("邮箱", "", "x@y.cn"),
    ]
