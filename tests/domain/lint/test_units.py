"""Units that exist once, belong somewhere, and can be reached."""

import pytest

from tests.domain.lint.cases import Change, Found, at, both, case, found_after
from tests.support.definitions import small_batch

FIRST, SECOND = "units.010100", "units.010200"
SMALL = small_batch()

CASES = [
    case("code", at(FIRST, code="甲"), ("error", "bad_code", "units.甲.code")),
    case("class", at(FIRST, unit_class="county"), ("error", "unknown_class", f"{FIRST}.unit_class")),
    case("nothing to reach it", at(FIRST, email=None), ("error", "unit_unreachable", FIRST)),
    case(
        "mobile alone", at(FIRST, email=None, mobile="13800000000"), ("info", "unit_without_email", f"{FIRST}.email")
    ),
    case(
        "telephone alone",
        at(FIRST, email=None, phone="010-60000001"),
        ("info", "unit_without_email", f"{FIRST}.email"),
    ),
    case("e-mail", at(FIRST, email="a@units"), ("error", "email_form", f"{FIRST}.email")),
    case(
        "two e-mails", at(FIRST, email="a@units.example;b@units.example"), ("error", "email_form", f"{FIRST}.email")
    ),
    case("e-mail looks wrong", at(FIRST, email="a@miiit.example"), ("warning", "email_suspicious", f"{FIRST}.email")),
    case("telephone", at(FIRST, phone="12345"), ("warning", "phone_form", f"{FIRST}.phone")),
    case("mobile", at(FIRST, mobile="12345678901"), ("error", "mobile_form", f"{FIRST}.mobile")),
    case("code twice", at(FIRST, code="010200"), ("error", "duplicate_unit", SECOND)),
    case("name twice", at(SECOND, name="甲市工业和信息化局"), ("error", "duplicate_unit", f"{SECOND}.name")),
    case("unknown upper", at(FIRST, upper="010000"), ("error", "unknown_upper", f"{FIRST}.upper")),
    case("upper", at(FIRST, upper="010200")),
    case("own upper", at(FIRST, upper="010100"), ("error", "unit_cycle", f"{FIRST}.upper")),
    case(
        "no address of the office",
        at("office", email=None, published_email=""),
        ("info", "office_without_email", "office.email"),
    ),
    case("office", at("office", email="office"), ("error", "email_form", "office.email")),
    case("office looks wrong", at("office", email="a@province.con"), ("warning", "email_suspicious", "office.email")),
    case(
        "printed",
        at("office", published_email="lim@miiit.gov.cn"),
        ("warning", "email_suspicious", "office.published_email"),
    ),
    case(
        "printed without sense",
        at("office", published_email="见附件"),
        ("warning", "email_suspicious", "office.published_email"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_units_can_be_told_apart_and_reached(change: Change, expected: list[Found]) -> None:
    """T7: a misspelt printed address is suspicious, not fatal."""
    assert found_after(change) == expected


def test_a_circle_of_uppers_is_told_once() -> None:
    change = both(at(FIRST, upper="010200"), at(SECOND, upper="010100"))

    assert [(level, code) for level, code, _ in found_after(change)] == [("error", "unit_cycle")]
