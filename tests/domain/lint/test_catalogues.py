"""Catalogues that hold something, once."""

import pytest

from domain.definition import Catalogue, Criterion, Mode, Term
from tests.domain.lint.cases import Change, Found, at, case, found_after

SHARING = Mode(
    key="sharing", name="共享制造", criteria=(Criterion(key="ability", label="服务能力", text="建有平台。"),)
)
GOOD = Catalogue(key="modes", title="基本模式", modes=(SHARING,), terms=(Term(word="VMI", meaning="供应商管理库存"),))


def holding(**changes: object) -> Change:
    """Return the small batch with a catalogue instead of its own modes."""
    values = {"key": "modes", "title": "基本模式", "modes": (SHARING,), **changes}
    return at("", modes=(), catalogue=Catalogue(**values))


TWICE = (*SHARING.criteria, *SHARING.criteria)
CASES = [
    case("a good one", at("", modes=(), catalogue=GOOD)),
    case("beside modes", at("", catalogue=GOOD), ("error", "two_catalogues", "modes")),
    case("a key of capitals", holding(key="Modes"), ("error", "bad_key", "catalogue.key")),
    case(
        "a mode twice",
        holding(modes=(SHARING, SHARING)),
        ("error", "duplicate_key", "catalogue.modes.sharing"),
    ),
    case(
        "a criterion twice",
        holding(modes=(Mode(key="sharing", name="共享制造", criteria=TWICE),)),
        ("error", "duplicate_key", "catalogue.modes.sharing.criteria.ability"),
    ),
    case(
        "a common name of words",
        holding(modes=(Mode(key="sharing", name="共享制造", standard="共享"),)),
        ("error", "bad_key", "catalogue.modes.sharing.standard"),
    ),
    case(
        "a word explained twice",
        holding(terms=(*GOOD.terms, *GOOD.terms)),
        ("warning", "duplicate_term", "catalogue.terms"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_catalogues_are_checked(change: Change, expected: list[Found]) -> None:
    """S002-01, S002-04"""
    assert found_after(change) == expected


def test_an_empty_catalogue_leaves_the_categories_without_options() -> None:
    codes = [code for _, code, _ in found_after(holding(modes=()))]

    assert "no_modes" in codes
    assert "unknown_mode" in codes
