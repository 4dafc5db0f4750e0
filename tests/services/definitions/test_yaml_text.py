"""YAML as plain data, and what is refused."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from services.definitions import read_yaml, yaml_text
from services.definitions.yaml_text import MOST_BYTES, MOST_DEPTH


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        read_yaml(text)
    (problem,) = refused.value.problems
    return problem.path, problem.sentence


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("18:00", "18:00"),
        ("09:00", "09:00"),
        ("190:20:30", "190:20:30"),
        ("yes", "yes"),
        ("on", "on"),
        ("2023-03-20", "2023-03-20"),
        ("2023-03-20T09:00:00Z", "2023-03-20T09:00:00Z"),
        ("010100", "010100"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".nan", ".nan"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("10", 10),
        ("-5", -5),
        ("0", 0),
        ("29.5", 29.5),
        ("'10'", "10"),
        ('"true"', "true"),
        ("9" * 30, "9" * 30),
        ("公示", "公示"),
    ],
)
def test_only_what_is_meant_as_a_number_or_truth_becomes_one(written: str, value: object) -> None:
    """F12, T11: times and dates stay as they were written until a field says what they are."""
    read = read_yaml(f"value: {written}")

    assert read == {"value": value}
    assert isinstance(read, dict)
    assert type(read["value"]) is type(value)


def test_keys_are_always_text() -> None:
    assert read_yaml("on: 1\n2023: 2\ntrue: 3\nnull: 4") == {"on": 1, "2023": 2, "true": 3, "null": 4}


def test_lists_mappings_and_long_texts_are_read() -> None:
    assert read_yaml("a: [1, {b: c}]\nd:\n  - e\n  - - f\ng: |\n  一\n  二\n") == {
        "a": [1, {"b": "c"}],
        "d": ["e", ["f"]],
        "g": "一\n二\n",
    }


@pytest.mark.parametrize("text", ["", "# only words\n", "---\n"])
def test_an_empty_document_is_nothing(text: str) -> None:
    assert read_yaml(text) is None


def test_an_alias_repeats_what_was_named() -> None:
    assert read_yaml("a: &x [1, 2]\nb: *x\nc: &y text\nd: *y") == {"a": [1, 2], "b": [1, 2], "c": "text", "d": "text"}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3", "第 3 行", "「a」重复出现"),
        ("a:\n  b: 1\n  b: 2", "第 3 行", "「b」重复出现"),
        ("a: [1, 2\nb: 3", "第 2 行", "YAML 写法有误"),
        ("a: 1\n\tb: 2", "第 2 行", "YAML 写法有误"),
        ("a: 'x", "第 1 行", "YAML 写法有误"),
        ("a: 1\n---\nb: 2", "第 2 行", "一个文件只能写一份配置"),
        ("a: !!python/object/apply:os.system [ls]", "第 1 行", "不接受 YAML 标签"),
        ("a: 1\nb: !!timestamp 2023-03-20", "第 2 行", "不接受 YAML 标签"),
        ("a: !secret {b: 1}", "第 1 行", "不接受 YAML 标签"),
        ("? [a, b]\n: 1", "第 1 行", "键只能是文字"),
        ("a: &x b\n*x : 1", "第 2 行", "键只能是文字"),
        ("a: *nobody", "第 1 行", "没有定义"),
        ("a: &x [*x]", "第 1 行", "没有定义"),
        ("a: 1\x00", "文件", "控制字符"),
        ("a: \ud800", "文件", "不完整的字符"),
        ("x" * (MOST_BYTES + 1), "文件", "文件过大"),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_line(text: str, place: str, words: str) -> None:
    path, sentence = refusal(text)

    assert path == place
    assert words in sentence


def test_aliases_cannot_multiply_without_end() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    assert refusal("\n".join(levels)) == ("第 6 行", "内容过多，或引用展开后过多")


def test_an_alias_of_a_long_text_weighs_as_much_as_the_text() -> None:
    assert refusal(f"a: &x {'长' * 300_000}\nb: [{', '.join(['*x'] * 100)}]")[1] == "内容过多，或引用展开后过多"


def test_nesting_has_an_end() -> None:
    deep = MOST_DEPTH + 1

    assert refusal("[" * deep + "]" * deep) == ("第 1 行", "嵌套过深")
    assert read_yaml("[" * MOST_DEPTH + "]" * MOST_DEPTH) is not None


def test_a_hundred_thousand_brackets_cost_no_stack() -> None:
    assert refusal("[" * 100_000) == ("第 1 行", "嵌套过深")


class TestWithoutTheParserInC:
    @pytest.fixture(autouse=True)
    def pure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(yaml_text, "LOADER", yaml.SafeLoader)

    @pytest.mark.parametrize(
        "text", ["a: 18:00\nb: [yes, 010]\nc: &x '1'\nd: *x", "a: |\n  一\n  二\n", "on: {a: 1.5, b: ~}"]
    )
    def test_the_same_is_read(self, text: str) -> None:
        slow = read_yaml(text)

        assert slow is not None
        assert slow == _with_c(text)

    @pytest.mark.parametrize("text", ["a: 1\na: 2", "a: [1\nb: 2", "a: !x 1", "a: 1\x00", "a: *x"])
    def test_the_same_is_refused(self, text: str) -> None:
        with pytest.raises(Invalid):
            read_yaml(text)


def _with_c(text: str) -> Any:
    original, yaml_text.LOADER = yaml_text.LOADER, yaml.CSafeLoader
    try:
        return read_yaml(text)
    finally:
        yaml_text.LOADER = original


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        read_yaml(text)
    except Invalid as refused:
        assert refused.problems
