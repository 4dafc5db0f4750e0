"""The unified social credit code."""

from __future__ import annotations

import pytest

from domain.credit_code import normal_credit_code

GOOD = ("91350100M000100Y43", "91100000100003962T", "91140100BGBWG8QE30", "911101050P6D85XUQY")


@pytest.mark.parametrize("code", GOOD)
def test_a_code_with_its_check_digit_is_taken(code: str) -> None:
    """S69"""
    wide = code.translate({ord(char): ord(char) + 0xFEE0 for char in code})

    assert [normal_credit_code(text) for text in (code, f" {code.lower()} ", wide)] == [code] * 3


@pytest.mark.parametrize("code", GOOD)
def test_a_slip_of_the_pen_is_refused(code: str) -> None:
    """S69: the last digit changed, two neighbours swapped, a letter that is never used, one too few or too many."""
    swapped = code[:2] + code[3] + code[2] + code[4:]
    slips = [code[:-1] + ("1" if code[-1] != "1" else "2"), code[:-1], f"{code}0", f"{code[:-1]}O"]

    for slip in [*slips, *([swapped] if swapped != code else []), "91110000000000000X", "0" * 18, ""]:
        with pytest.raises(ValueError, match="统一社会信用代码"):
            normal_credit_code(slip)
