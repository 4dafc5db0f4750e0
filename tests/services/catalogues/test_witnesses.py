"""Two texts of one catalogue: what may differ between them, and what may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definition import Catalogue, Criterion, Mode
from services.catalogues import SlipKind, normal, recognise, thresholds

TEXT = "建有共享制造信息服务管理平台，深度整合分散化的制造资源；技术服务收入占总收入比例达到30%。"
CATALOGUE = Catalogue(
    key="one",
    title="模式",
    modes=(Mode(key="sharing", name="共享制造", criteria=(Criterion(key="x", label="服务能力", text=TEXT),)),),
)
PAGE = f"前文。\n一、共享制造\n1.服务能力：{TEXT}\n二、后文"


def kinds(page: str) -> list[SlipKind]:
    return [slip.kind for slip in recognise(CATALOGUE, page).slips]


def test_the_same_text_has_no_slips_wherever_its_lines_break() -> None:
    broken = PAGE.replace("管理平台", "管理\n\n 平台").replace("30%", "30 %")

    assert recognise(CATALOGUE, broken).is_same
    assert kinds(broken) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("，深度", ",深度", SlipKind.PUNCTUATION),
        ("服务能力：", "服务能力:", SlipKind.PUNCTUATION),
        ("技术", "技術", SlipKind.VARIANT),
        ("分散化的", "分散化的的", SlipKind.REPEATED),
    ],
)
def test_slips_of_typing_and_scanning_leave_it_the_same(before: str, after: str, kind: SlipKind) -> None:
    """S002-02, S002-14"""
    page = PAGE.replace(before, after)

    assert kinds(page) == [kind]
    assert recognise(CATALOGUE, page).is_same


@pytest.mark.parametrize(
    ("before", "after"),
    [("30%", "20%"), ("达到", "不必达到"), ("共享制造信息", "共享信息"), ("分散化的", "分散化"), ("建有", "的建有")],
)
def test_other_words_make_another_catalogue(before: str, after: str) -> None:
    """A figure is one character, and no slip."""
    page = PAGE.replace(before, after)

    assert SlipKind.CHANGED in kinds(page)
    assert not recognise(CATALOGUE, page).is_same


def test_what_is_missing_is_named() -> None:
    assert recognise(CATALOGUE, "全然无关的文字").missing == ("sharing",)
    assert recognise(CATALOGUE, "一、共享制造\n全然无关的文字").missing == ("sharing.x",)
    assert not recognise(CATALOGUE, "").is_same


@given(st.lists(st.sampled_from(["，", ",", "：", ":", " ", "\n", "術", "术", "甲", "乙", "的"]), max_size=40))
def test_the_normal_form_is_its_own(parts: list[str]) -> None:
    text = normal("".join(parts))

    assert normal(text) == text
    assert not set(text) & set(",: \n術")


def test_every_share_in_a_criterion_is_proposed_as_a_rule() -> None:
    """S002-08"""
    (rule,) = thresholds(CATALOGUE)

    assert (rule.key, rule.clause, rule.value) == ("sharing-x-1", "技术服务收入占总收入比例达到30%", "30")
    assert rule.modes == ("sharing",)
