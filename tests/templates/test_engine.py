"""Texts that people word: values go in, nothing gets out, and nothing hangs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError

from models import Unit
from templates.engine import (
    HERE,
    LONGEST_OUTPUT,
    LONGEST_TEMPLATE,
    BadTemplate,
    Plain,
    mail_source,
    render_frame,
    render_text,
    require_plain,
)
from templates.wording import FILTERS, MOST_LOOPS, PARTIALS, TESTS

CONTEXT: dict[str, Plain] = {
    "person": "张三",
    "count": 2,
    "none": None,
    "batch": {"title": "示范遴选", "contacts": [{"name": "李敏", "phone": "010-68205191", "role": ""}]},
    "duties": [
        {"title": "联系人", "names": ["甲", "乙"]},
        {"title": "推荐", "names": []},
    ],
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("您好，{{ person }}", "您好，张三"),
        ("{{ batch.title }}{{ batch['title'] }}", "示范遴选示范遴选"),
        ("{{ duties[0].title }}", "联系人"),
        ("{{ duties|length }}{{ duties|count }}", "22"),
        ("{% if duties|length > 1 and not none %}多{% else %}一{% endif %}", "多"),
        ("{{ '有' if none is none else '无' }}", "有"),
        ("{% for duty in duties %}{{ loop.index }}.{{ duty.title }} {% endfor %}", "1.联系人 2.推荐 "),
        ("{% for duty in duties %}{{ duty.names|join('、') }};{% else %}无{% endfor %}", "甲、乙;;"),
        ("{% for duty in duties %}{% for name in duty.names %}{{ name }}{% endfor %}{% endfor %}", "甲乙"),
        ("{% for duty in duties if duty.names %}{{ duty.title }}{% endfor %}", "联系人"),
        ("{{ person ~ count }}", "张三2"),
        ("{{ missing|default('未知') }}", "未知"),
        ("{# 说明 #}{% raw %}{{ 原样 }}{% endraw %}", "{{ 原样 }}"),
    ],
)
def test_a_text_may_show_values_ask_conditions_and_list(text: str, shown: str) -> None:
    assert render_text(text, CONTEXT) == shown


@pytest.mark.parametrize(
    "text",
    [
        "{{ person.__class__ }}",
        "{{ person['__class__'] }}",
        "{{ person['__cl' ~ 'ass__'] }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ person|attr('__class__') }}",
        "{{ person|map(attribute='__class__')|list }}",
        "{{ self }}",
        "{{ self.__init__ }}",
        "{{ loop }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ joiner }}{{ lipsum() }}{{ namespace() }}",
        "{{ config }}",
        "{{ request }}",
        "{{ user.password_hash }}",
        "{{ person.upper() }}",
        "{{ '{0.__class__}'.format(person) }}",
        "{{ '%s'|format(person) }}",
        "{{ batch.pop('title') }}",
        "{{ batch.update({}) }}",
        "{{ duties.append(1) }}",
        "{% import 'reminder.txt' as x %}",
        "{% from 'reminder.txt' import x %}",
        "{% extends 'reminder.txt' %}",
        "{% include 'reminder.txt' %}",
        "{% include '../engine.py' %}",
        "{% include '/etc/passwd' %}",
        "{% include person %}",
        "{% include ['_contacts.txt'] %}",
        "{% set x = 1 %}",
        "{% macro f() %}{% endmacro %}",
        "{% call f() %}{% endcall %}",
        "{% filter upper %}{% endfilter %}",
        "{% with x = 1 %}{% endwith %}",
        "{% block x %}{% endblock %}",
        "{{ missing }}",
        "{{ batch.missing }}",
        "{{ person.title }}",
        "{{ duties.append }}",
        "{{ batch.items }}",
        "{% for %}",
        "{{ person",
    ],
)
def test_a_text_reaches_no_object_method_or_file(text: str) -> None:
    """S24, S26: refused with a sentence, which the caller shows to the author."""
    with pytest.raises(BadTemplate, match="模板有误"):
        render_text(text, CONTEXT)


@pytest.mark.parametrize(
    "text",
    [
        "{{ 10 ** 100000000 }}",
        "{{ 'x' * 10000000000 }}",
        "{{ [0] * 10000000000 }}",
        "{{ ('x' * 10000000000)|length }}",
        "{{ '%10000000000d' % 1 }}",
        "{{ '%10000000000d'|format(1) }}",
        "{{ person|center(10000000000) }}",
        "{{ person|indent(10000000000) }}",
        "{{ person|replace('张', 'x') }}",
        "{{ person.ljust(10000000000) }}",
        "{{ duties|batch(10000000000, 'x')|list }}",
        "{{ duties|pprint }}",
        "{{ duties|tojson }}",
        "{{ duties|join('x' * 1000) }}",
        f"{{{{ duties|join('{'x' * 21}') }}}}",
        "{{ person|join(person) }}",
        "{{ person|join('、')|join('、')|join('、') }}",
        "{% for i in range(10000000000) %}{% endfor %}",
        "{% for i in 'xxxxxxxxxx' %}{% endfor %}",
        "{% for a in duties %}{% for b in duties %}{% endfor %}{% endfor %}",
        "{% for a in duties recursive %}{{ loop(duties) }}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in duties %}{% include '_contacts.txt' %}{% endfor %}",
        "{% for a in duties %}{% endfor %}" * (MOST_LOOPS + 1),
        "{% if count %}" * 200 + "{% endif %}" * 200,
        f"{{{{ {'(' * 9_000}1{')' * 9_000} }}}}",
        f"{{{{ {'not ' * 4_800}1 }}}}",
        f"{{{{ {'9' * 5_000} }}}}",
        "x" * (LONGEST_TEMPLATE + 1),
    ],
    ids=lambda text: text[:40],
)
@pytest.mark.timeout(60)
def test_a_text_cannot_hang_or_fill_the_memory(text: str) -> None:
    """S25: refused before it runs, not stopped while it does."""
    with pytest.raises(BadTemplate):
        render_text(text, CONTEXT)


def test_what_a_text_makes_is_limited() -> None:
    """S25: a long list shown many times."""
    long: dict[str, Plain] = {"units": [{"name": "长" * 100}] * 3_000}

    assert len(render_text("{% for unit in units %}{{ unit.name[0] }}{% endfor %}", long)) == 3_000
    with pytest.raises(BadTemplate, match=f"上限 {LONGEST_OUTPUT} 字"):
        render_text("{% for unit in units %}{{ unit.name }}{% endfor %}", long)


@pytest.mark.parametrize(
    "value", ["{{7*7}}", "{% for x in y %}", "{{ person.__class__ }}", "{# x #}", "<b>&", "%s", "{}"]
)
def test_a_value_is_printed_as_it_is(value: str) -> None:
    """S27: a company's name is no template, and a text is not HTML."""
    assert render_text("致 {{ person }}。", {"person": value}) == f"致 {value}。"


def test_the_line_of_a_mistake_is_told() -> None:
    """F30: the author must find it."""
    with pytest.raises(BadTemplate) as refused:
        render_text("一\n二 {{ 2 ** 3 }}\n三 {{ person|pprint }}", CONTEXT)

    assert "第 2 行：只能写取值、条件和列表" in str(refused.value)
    assert "第 3 行：不能使用过滤器“pprint”" in str(refused.value)


@dataclass
class Thing:
    password_hash: str = "secret"


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (Thing(), "x is a Thing"),
        ([Thing()], "x.0 is a Thing"),
        ({"y": {"z": Unit(name="河南")}}, "x.y.z is a Unit"),
        (print, "x is a builtin_function_or_method"),
        (b"bytes", "x is a bytes"),
        ({1, 2}, "x is a set"),
    ],
)
def test_an_object_of_the_program_never_enters_a_text(value: Any, place: str) -> None:
    """S26, finding 10: the sandbox alone lets `{{ unit.password_hash }}` through."""
    with pytest.raises(TypeError, match=place):
        render_text("{{ x }}", {"x": value})
    require_plain(CONTEXT)


def test_every_filter_and_test_that_is_allowed_exists() -> None:
    for name in FILTERS - {"default", "join"}:
        assert render_text(f"{{{{ duties|{name} is none }}}}", CONTEXT) in {"True", "False"}
    for name in TESTS:
        assert render_text(f"{{{{ person is {name} }}}}", CONTEXT) in {"True", "False"}
    for name in PARTIALS:
        assert (HERE / "mail" / name).is_file()


@given(st.text(alphabet="{}%#'\"()[]|.~ _abcfgiklmnoprsu0129*+-/<>=,\n", max_size=60))
@example("{{ [][0] }}")
@example("{%- if -%}")
@example("{{ 'x'.encode('zz') }}")
@settings(max_examples=300, deadline=None)
def test_any_text_is_shown_or_refused_and_nothing_else(text: str) -> None:
    """F30: whatever an author types, the sender goes on."""
    try:
        shown = render_text(text, CONTEXT)
    except BadTemplate:
        return
    assert isinstance(shown, str)


@pytest.mark.parametrize("kind", [path.stem for path in (HERE / "mail").glob("[a-z]*.txt")])
def test_the_texts_of_the_house_keep_the_rules_of_the_house(kind: str) -> None:
    """They are offered as the beginning of a batch's own words, so they must pass like these."""
    try:
        render_text(mail_source(kind), {})
    except BadTemplate as missing:
        assert "可以取用" in str(missing)
    else:
        pytest.fail("a text without a value")


def test_the_frame_escapes_what_it_is_given() -> None:
    """S11: a name with a tag in it is text in HTML mail, too."""
    frame = render_frame("<i>题</i>", ["第一段 <script>x</script>", "a & b"], "脚注 <b>")

    assert "<script" not in frame and "<i>" not in frame and "<b>" not in frame
    assert "第一段 &lt;script&gt;x&lt;/script&gt;" in frame
    assert "a &amp; b" in frame


def test_a_mail_that_is_not_there_is_a_mistake_of_the_program() -> None:
    with pytest.raises((FileNotFoundError, TemplateError)):
        mail_source("no-such-mail")
