"""One mode under the names of several notices."""

from __future__ import annotations

import pytest

from presets import FOLDER
from services.catalogues import carry, same_modes, standard_table
from services.definitions import load_file

STANDARDS = {
    *("customization", "supply-chain", "sharing", "testing", "lifecycle", "integration"),
    *("green", "finance", "information", "other"),
}
ALL = {path.stem: load_file(path) for path in sorted(FOLDER.glob("*.yaml"))}
LUOYANG, MIIT = ALL["luoyang-2023"], ALL["miit-2023"]


@pytest.mark.parametrize("code", ALL)
def test_every_mode_of_a_preset_has_a_common_name_or_none(code: str) -> None:
    """S002-11"""
    assert {mode.standard for mode in ALL[code].offered_modes} - {""} <= STANDARDS


def test_the_table_shows_what_each_notice_calls_a_mode() -> None:
    """S002-11"""
    table = standard_table([LUOYANG, MIIT])

    assert table["sharing"] == {"luoyang-2023": "共享制造", "miit-2023": "共享制造"}
    assert table["information"] == {"luoyang-2023": "其他信息增值服务"}
    assert table["other"] == {"miit-2023": "其他服务型制造创新模式"}
    assert len(table) == 10
    assert same_modes("sharing", [LUOYANG, MIIT]) == {"luoyang-2023": ("sharing",), "miit-2023": ("sharing",)}


def test_a_citys_case_is_carried_to_the_national_form() -> None:
    """S002-11: in the national order; what has no counterpart there is left to a person."""
    found = carry(["lifecycle", "sharing", "information"], LUOYANG, MIIT, "platform")

    assert (found.modes, found.left) == (("sharing", "lifecycle"), ("其他信息增值服务",))


def test_an_enterprise_cannot_carry_sharing_to_the_ministry() -> None:
    """S003-06: 共享制造 is not offered to enterprises there."""
    found = carry(["sharing", "green"], LUOYANG, MIIT, "enterprise")

    assert (found.modes, found.left) == (("green",), ("共享制造",))


def test_every_standard_is_used_by_some_preset() -> None:
    assert set(standard_table(list(ALL.values()))) == STANDARDS
