"""The values of a definition in words, with what vouches for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.definition import Counting, Evidence, Ladder, Mark, Step
from domain.definition.paths import children
from services.definitions.reading import load_file
from services.definitions.words import choice_sets, classes
from services.progress.evidence import label_of, vouched
from tests.support.batches import definition

MIIT = Path(__file__).parents[3] / "presets" / "miit-2023.yaml"


def test_every_value_of_a_notice_stands_in_words_with_its_sentence() -> None:
    """Design 2.10, T11: a coordinator reads places and values, never keys."""
    wanted = load_file(MIIT)

    found = {item.path: item for item in vouched(wanted)}

    assert list(found) == [item.path for item in wanted.evidence]
    shown = {path: (found[path].label, found[path].value) for path in found}
    assert shown["stages.contacts.due.on"] == ("环节 › “联系人反馈” › 截止 › 日期", "2023-03-20 周一")
    assert shown["stages.contacts.due.at"] == ("环节 › “联系人反馈” › 截止 › 时刻", "24:00")
    assert shown["quotas.city-plan-city.limit"] == (
        "推荐名额 › “示范城市综合类、工业设计特色类（计划单列市）” › 上限",
        "1",
    )
    assert shown["forms.contact.fields.fax.required"] == ("表单 › “联系人信息” › 填写项 › “传真” › 必填", "否")
    assert shown["units"] == ("推荐单位", "37 项")
    titles = "stages.evaluation.collect.titles.categories"
    assert shown[titles][1] == "示范企业、示范平台、示范城市"
    assert shown["stages.evaluation.collect.exemption.goes_with"][1] == "推荐报送"
    assert shown["stages.declare.form"][1] == ""
    assert found["stages.contacts.due.on"].quote.startswith("于2023年3月20日前反馈")


def test_a_ladder_is_told_rung_by_rung_by_the_stages_it_serves() -> None:
    steps = (Step(key="a", days=-5), Step(key="b", days=0), Step(key="c", days=2, counting=Counting.CALENDAR))
    evidence = (Evidence(path="ladders.contacts", mark=Mark.INFERRED, note="x"),)
    wanted = definition(1, ladders=(Ladder(key="contacts", steps=steps),), evidence=evidence)

    item = vouched(wanted)[0]

    assert (item.label, item.value) == (
        "提醒规则 › “反馈联系人”",
        "截止前 5 个工作日 09:00，截止当日 09:00，截止后 2 天 09:00",
    )


def test_a_path_that_leads_nowhere_is_shown_as_it_is() -> None:
    assert label_of(definition(1), "stages.nothing.due") == "环节 › “nothing” › 截止"
    assert label_of(definition(1), "") == ""


PRESETS = sorted((Path(__file__).parents[3] / "presets").glob("*.yaml"))
KEYS = {name for cls in classes() for name in classes()[cls]} | {
    member.value for chosen in choice_sets() for member in chosen
}
WORD = re.compile(r"[A-Za-z_]*[a-z][A-Za-z_]*")
"""An English word that may be a key; in capitals stand only formats and what notices abbreviate (PDF, GDP, VMI)."""
PLAIN = frozenset({"key", "code", "file", "template", "standard", "timezone"})
"""Fields whose value is a key or the name of a file, and stays one."""
ADDRESS = re.compile(r"https?://[^\s；]+|[\w.-]+@[\w.-]+|[\w/-]+\.(?:txt|docx|xlsx|pdf)", re.ASCII)
"""Addresses and names of files are shown as they are."""
PROGRAMS = frozenset({"Word", "Excel"})
"""What people call these two kinds of file."""
AWAITED = frozenset({"service_share", "origin", "operated_since", "design_centres"})
"""Fields of a form that did not come with its notice: only the key is known by which it must be loaded."""


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_no_place_and_no_value_of_a_notice_shows_a_key(path: Path) -> None:
    """F3, T11: every place that could be vouched for is called in words, and so is what stands there."""
    wanted = load_file(path)
    everywhere = tuple(Evidence(path=place, mark=Mark.STATED) for place in _places("", wanted))

    found = vouched(replace(wanted, evidence=everywhere))

    assert len(found) > 1000
    for item in found:
        assert not set(WORD.findall(item.label)) & KEYS, (item.path, item.label)
        if item.path.rpartition(".")[2] not in PLAIN:
            said = set(WORD.findall(ADDRESS.sub("", item.value)))
            assert said <= PROGRAMS | AWAITED, (item.path, item.value)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_what_a_notice_vouches_for_is_shown_without_an_english_word(path: Path) -> None:
    for item in vouched(load_file(path)):
        assert not WORD.findall(item.label), (item.path, item.label)
        said = set(WORD.findall(ADDRESS.sub("", item.value)))
        assert said <= PROGRAMS | AWAITED, (item.path, item.value)


def _places(path: str, value: object) -> Iterator[str]:
    """Yield the path of everything below a value, without the units, which are the same in kind."""
    for name, child in children(value):
        below = f"{path}.{name}" if path else name
        if below not in {"evidence", "units_file", "catalogue_file"} and not below.startswith("units."):
            yield below
            yield from _places(below, child)
