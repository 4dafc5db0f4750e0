"""The findings speak as the pages do: no keys, no English, and only words that stand on a page in quotation marks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import domain.lint
import services.definitions
import services.expressions
from domain.lint.codes import CODES
from domain.lint.findings import MOST_LISTED, listed
from services.definitions.linting import findings
from services.definitions.words import choice, choice_sets, classes, label, name_of
from tests.support.definitions import changed
from tests.support.lint_table.rows import Row, with_cases
from tests.support.lint_table.whole import PARAMS, TABLE

ROOM = Path(domain.lint.__file__).parent
SPOKEN = (
    *sorted(ROOM.rglob("*.py")),
    *(
        Path(str(services.definitions.__file__)).parent / f"{name}.py"
        for name in ("linting", "expressions", "wording")
    ),
    *(Path(str(services.definitions.__file__)).parent / f"{name}.py" for name in ("shapes", "reading")),
    Path(services.expressions.__file__),
)
CHINESE, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]+")
OWN = re.compile(r"「[^」]*」|“[A-Za-z_][\w.]*”|（(?:U\+)?[\w.{}-]+）", re.ASCII)
"""What is said as it stands: a value or name in 「」, the name of a mail text's template, and a key in brackets."""
ALLOWED = {
    "JSON": "a format; told to whoever hands in a file",
    "UTF": "a way to store text; told to whoever hands in a file",
    "true": "how YAML writes yes; told to whoever hands in a file",
    "false": "how YAML writes no; told to whoever hands in a file",
}
QUOTED = re.compile(r"“([^”{}]+)”")
LITERAL = re.compile(r"「([^」{}]*[A-Za-z][^」{}]*)」")
WRITTEN = {
    "Asia/Shanghai",
    "credit_days",
    "email",
    "mobile",
    "name",
    "name@example.cn",
    "phone",
    "sharing",
    "stages.contacts.due.on",
    "submission",
    "submission-30",
    "units/cities.yaml",
    # Parts of addresses of mail.
    ".cn",
    ".gov",
    "gov",
    # How a file begins; told to whoever hands one in.
    "- code:",
    "code",
    "key",
    "title",
}
"""What a person has to write exactly so, as it stands in advices."""
OTHERWISE = {
    "按工作日倒排的时间建议": "a heading of the units' page of dates",
    "其他": "the choice that notices call so",
    "键: 值": "how YAML writes a part; told to whoever hands in a file",
    ".": "a sign",
    "-": "a sign",
    "_": "a sign",
}


def vocabulary() -> set[str]:
    """Return every word for a class, field or choice, and every word of the glossary."""
    found = {name_of(cls) for cls in classes()}
    found |= {label(cls, field) for cls, known in classes().items() for field in known}
    found |= {choice(member) for members in choice_sets() for member in members}
    glossary = (Path(__file__).parents[3] / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = (line.split("|") for line in glossary.splitlines() if line.startswith("| "))
    return found | {word for row in rows for word in re.split(r"[·,、]\s*", row[2].strip())}


def foreign(text: str) -> list[str]:
    return [word for word in LATIN.findall(OWN.sub("", text)) if word not in ALLOWED]


def said() -> Iterator[tuple[str, str]]:
    """Yield every text for people in the source of the linter, values in it as "{}", with its place."""
    for path in SPOKEN:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        inner |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = ""
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
                text = node.value
            if CHINESE.search(text):
                yield text, f"{path.name}:{getattr(node, 'lineno', 0)}"


@pytest.mark.parametrize("row", PARAMS)
def test_a_finding_holds_no_english_and_no_key(row: Row) -> None:
    """Issue 4, point 4: findings are read by people who never see YAML."""
    definition = row.edit(row.base())

    texts = {text for finding in findings(definition) for text in (finding.sentence, finding.advice)}
    assert {text: foreign(text) for text in texts if foreign(text)} == {}


def test_no_text_of_the_linter_holds_english() -> None:
    """What the table does not provoke is read in the source."""
    assert [(text, where) for text, where in said() if foreign(text)] == []


def test_what_is_quoted_is_a_word_of_the_interface() -> None:
    """Issue 4, words: a person looks for exactly this word on the page."""
    known = vocabulary() | OTHERWISE.keys()
    quoted = [(word, where) for text, where in said() for word in QUOTED.findall(text)]

    assert [(word, where) for word, where in quoted if word not in known] == []
    assert OTHERWISE.keys() - {word for word, _ in quoted} == set()


def test_what_must_be_written_exactly_so_is_listed() -> None:
    literal = {word for text, _ in said() for word in LITERAL.findall(text)}

    assert literal == WRITTEN


def test_titles_and_meanings_of_findings_hold_no_english() -> None:
    assert [code for code, kind in CODES.items() if foreign(kind.title + kind.meaning)] == []


def test_the_ladder_is_called_by_one_name() -> None:
    assert [where for text, where in said() if "催办规则" in text or "提醒安排" in text] == []


def test_each_allowed_word_is_used() -> None:
    """An exception that nothing needs any more is no exception."""
    texts = [text for text, _ in said()]
    texts += [text for row in TABLE for one in findings(row.edit(row.base())) for text in (one.sentence, one.advice)]
    used = {word for text in texts for word in LATIN.findall(OWN.sub("", text))}

    assert ALLOWED.keys() - used == set()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "尚未定义任何一项"),
        ({}, "尚未定义任何一项"),
        (["甲", "乙"], "可用：甲、乙"),
        ({"a": "甲", "b": "乙"}, "可用：甲、乙"),
        ({"a": "甲", "b": "甲", "c": "乙"}, "可用：甲（a）、甲（b）、乙"),
        ({"a": "", "b": "乙"}, "可用：「a」、乙"),
    ],
)
def test_parts_are_offered_by_name_and_by_key_only_where_names_are_alike(names: Any, told: str) -> None:
    assert listed(names) == told


def test_an_expression_is_helped_with_the_names_that_are_most_alike() -> None:
    """An expression is written with keys, so they stand beside the names."""
    check = next(form for form in with_cases().forms if form.key == "enterprise").checks[0]
    wrong = changed(with_cases(), f"forms.enterprise.checks.{check.key}", expression="staf > 0")

    (found,) = [one for one in findings(wrong) if one.code == "unknown_name"]
    assert found.sentence == "算式中的「staf」不是表中的项"
    assert found.advice.startswith("可用：员工总数（staff）、")
    assert found.advice.count("、") == MOST_LISTED - 1


def test_of_many_the_most_alike_are_told_and_how_many_there_are() -> None:
    names = {f"unit-{number}": f"单位{number}" for number in range(100)}

    told = listed(names, wrong="unit-77x")
    assert told.startswith("可用：单位77、") and told.endswith("等 100 项")
    assert told.count("、") == MOST_LISTED - 1


def test_a_name_in_the_place_of_a_key_is_answered_with_the_key() -> None:
    assert listed({"a": "甲", "b": "乙"}, wrong="乙") == "可用：乙（b）、甲"


def test_what_is_told_whole_stays_in_order() -> None:
    assert listed({"b": "乙", "a": "甲"}, wrong="a") == "可用：乙、甲"
