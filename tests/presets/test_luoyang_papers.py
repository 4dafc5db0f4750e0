"""The papers that Luoyang's notice asks for beside its forms."""

from __future__ import annotations

import pytest

from domain.definition import FileKind, Form, Mark
from presets import FOLDER
from services.definitions import load_file
from tests.support.presets import facts

FACTS = facts("000")
LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")
MARKS = {item.path: item for item in LUOYANG.evidence}
ENTERPRISE, PLATFORM = LUOYANG.form("enterprise"), LUOYANG.form("platform")


def stated_slots(key: str) -> list[str]:
    """Return the slots of a form that the notice asks for."""
    return [
        slot.key
        for slot in LUOYANG.form(key).materials
        if MARKS[f"forms.{key}.materials.{slot.key}"].mark is Mark.STATED
    ]


def test_the_papers_of_an_enterprise_are_six_and_the_first_three_compulsory() -> None:
    """S000-28; pictures and screenshots are one number of the notice and two slots."""
    assert stated_slots("enterprise") == [
        *("licence", "audit", "diagnosis", "honours", "contracts", "photos", "screenshots")
    ]
    required = {slot.key: slot.required for slot in ENTERPRISE.materials}
    assert [key for key in ("licence", "audit", "diagnosis", "photos") if not required[key]] == []
    assert [key for key in ("honours", "contracts", "screenshots") if required[key]] == []


def test_the_papers_of_a_platform_are_eight() -> None:
    """S000-38"""
    assert stated_slots("platform") == [
        *("licence", "premises", "audit", "diagnosis", "honours", "services", "evaluation", "photos", "screenshots")
    ]


@pytest.mark.parametrize("form", [ENTERPRISE, PLATFORM], ids=["enterprise", "platform"])
def test_ten_pictures_are_asked_for_and_screenshots_counted_apart(form: Form) -> None:
    """S000-29"""
    slots = {slot.key: slot for slot in form.materials}
    least = {fact["value"] for fact in FACTS["thresholds"] if "照片" in fact["subject"]}

    assert {slots["photos"].min_count} == least == {10}
    assert slots["photos"].kinds == (FileKind.IMAGE,)
    assert not slots["screenshots"].required
    assert slots["screenshots"].max_count == 200


@pytest.mark.parametrize("form", [ENTERPRISE, PLATFORM], ids=["enterprise", "platform"])
def test_the_diagnosis_says_where_it_comes_from(form: Form) -> None:
    """S000-31"""
    slot = next(slot for slot in form.materials if slot.key == "diagnosis")

    assert slot.link == "https://www.dltx.com/zhenduan"
    places = [slot.steps.index(word) for word in ("登录", "填写并提交", "下载并打印")]
    assert places == sorted(places)
