"""One vocabulary for the definition: every class, field and choice has its word, and there is no word for nothing."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest

import domain.definition
from domain.definition import Collect, Definition, Due, Field, Force, Mark, Stage, StageKind, Step, Upper
from services.definitions.words import (
    FILE,
    BadWords,
    check_words,
    choice,
    choice_help,
    choice_sets,
    class_at,
    classes,
    has_field,
    help_text,
    label,
    name_of,
)
from services.definitions.yaml_text import read_yaml

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES_OF_FORMATS = {"PDF", "OFD"}
"""What people call these two kinds of file."""
KEYS = {name for cls in classes() for name in classes()[cls]} | {
    member.value for chosen in choice_sets() for member in chosen
}
COMMON = {"http", "https", "url", "pdf", "ofd", "word", "excel", "year", "applicant", "unit"}
"""Words of the file that are also keys: an address begins so, and a cover holds {year}, {applicant} and {unit}."""


@pytest.fixture
def raw() -> dict[str, Any]:
    read = read_yaml(FILE.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return deepcopy(read)


def every_class() -> list[type]:
    """Return the classes of the definition as a reader finds them: all that the package offers."""
    offered = (getattr(domain.definition, name) for name in domain.definition.__all__)
    return [found for found in offered if is_dataclass(found) and isinstance(found, type)]


def test_every_class_and_every_field_of_the_definition_has_its_word() -> None:
    """F3, T11: what the designer asks and what a comparison shows is called alike, in Chinese."""
    assert set(classes()) == set(every_class())
    for cls in every_class():
        assert CHINESE.search(name_of(cls)), cls
        for field in fields(cls):
            assert CHINESE.search(label(cls, field.name)), (cls, field.name)


def test_every_choice_of_the_definition_has_its_word() -> None:
    offered = {found for name in domain.definition.__all__ if _is_set(found := getattr(domain.definition, name))}

    assert set(choice_sets()) == offered
    for chosen in offered:
        for member in chosen:
            assert CHINESE.search(choice(member)) or choice(member) in NAMES_OF_FORMATS, member


def _is_set(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, StrEnum)


def test_labels_of_one_class_and_words_of_one_set_differ() -> None:
    for cls, names in classes().items():
        said = [label(cls, name) for name in names]
        assert sorted(said) == sorted(set(said)), cls
    for chosen in choice_sets():
        words = [choice(member) for member in chosen]
        assert sorted(words) == sorted(set(words)), chosen


def test_no_word_and_no_help_shows_a_key_of_the_program() -> None:
    said = [name_of(cls) for cls in classes()]
    said += [
        text for cls in classes() for name in classes()[cls] for text in (label(cls, name), help_text(cls, name))
    ]
    said += [text for chosen in choice_sets() for member in chosen for text in (choice(member), choice_help(member))]

    shown = {word.lower() for text in said for word in re.findall(r"[A-Za-z_]{2,}", text)}
    assert shown & KEYS <= COMMON


def test_the_same_field_is_called_by_what_it_means_in_its_class() -> None:
    assert (label(Stage, "form"), label(Collect, "form")) == ("申报表", "填报的表")
    assert (name_of(Step), choice(StageKind.SCORE), choice(Mark.STATED)) == ("一次提醒", "专家评审", "原文载明")
    assert choice_help(Force.SOFT) == "不符合时提示，并请说明理由。"
    assert help_text(Due, "at").startswith("24:00 表示含当日全天")
    assert help_text(Upper, "relation") == ""


def test_a_helping_sentence_is_a_sentence() -> None:
    said = [help_text(cls, name) for cls in classes() for name in classes()[cls]]
    said += [choice_help(member) for chosen in choice_sets() for member in chosen]

    assert [text for text in said if text and not text.endswith("。")] == []
    assert len([text for text in said if text]) > 200


def test_a_field_knows_the_class_of_what_it_holds() -> None:
    assert class_at(Definition, "stages") is Stage
    assert class_at(Stage, "due") is Due
    assert class_at(Field, "fields") is Field
    assert class_at(Stage, "title") is None
    assert class_at(Stage, "nothing") is None
    assert (has_field(Stage, "title"), has_field(Stage, "contacts")) == (True, False)
    for cls in classes():
        hints = get_type_hints(cls)
        for name in classes()[cls]:
            inner = [part for part in (hints[name], *get_args(hints[name])) if part in classes()]
            assert [class_at(cls, name)] == (inner or [None])


def test_what_has_no_word_is_refused() -> None:
    with pytest.raises(KeyError):
        label(Stage, "nothing")
    with pytest.raises(KeyError):
        name_of(str)


def test_a_word_that_is_missing_is_named(raw: dict[str, Any]) -> None:
    del raw["classes"]["Stage"]["fields"]["due"]
    with pytest.raises(BadWords, match="Stage: missing or left over: due"):
        check_words(raw)


def test_a_word_that_is_left_over_is_named(raw: dict[str, Any]) -> None:
    raw["choices"]["Seal"]["wax"] = "蜡封"
    with pytest.raises(BadWords, match="Seal: missing or left over: wax"):
        check_words(raw)


def test_a_class_and_a_set_without_words_are_named(raw: dict[str, Any]) -> None:
    raw["classes"]["Chapter"] = raw["classes"].pop("Section")
    with pytest.raises(BadWords, match="classes: missing or left over: Chapter, Section"):
        check_words(raw)
    with pytest.raises(BadWords, match="no words for classes"):
        check_words([])


@pytest.mark.parametrize("word", ["", None, 3, ["标题"], ["标题", ""], {"label": "标题"}])
def test_a_word_is_a_label_or_a_label_with_a_sentence(raw: dict[str, Any], word: object) -> None:
    raw["classes"]["Stage"]["fields"]["title"] = word
    with pytest.raises(BadWords, match=r"Stage\.title"):
        check_words(raw)
