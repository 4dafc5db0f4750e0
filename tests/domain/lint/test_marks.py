"""Evidence: marks that point at values, and what is still to be confirmed."""

import pytest

from domain.definition import Evidence, Mark
from domain.lint import check
from services.calendar import official_calendar
from tests.domain.lint.cases import Change, Found, at, case, found_after
from tests.support.definitions import small_batch

STATED = Evidence(path="quotas.platform.limit", mark=Mark.STATED, quote="不超过3个")
INFERRED = Evidence(path="stages.contacts.due.at", mark=Mark.INFERRED, quote="20日前", note="没有时刻")
CONFIRMED = Evidence(
    path="stages.contacts.due.at", mark=Mark.CONFIRMED, note="没有时刻", confirmed_by="王明 2023-03-01"
)


def marked(*given: Evidence) -> Change:
    return at("", evidence=given)


CASES = [
    case("stated", marked(STATED)),
    case("confirmed", marked(CONFIRMED)),
    case("of a whole", marked(Evidence(path="stages.contacts", mark=Mark.STATED, quote="反馈联系人"))),
    case("of an absence", marked(Evidence(path="document.issued_on", mark=Mark.STATED, quote="无落款"))),
    case(
        "of nothing",
        marked(Evidence(path="stages.visit.due", mark=Mark.STATED, quote="x")),
        ("error", "unknown_path", "evidence.0.path"),
    ),
    case(
        "past the end",
        marked(Evidence(path="year.month", mark=Mark.STATED, quote="x")),
        ("error", "unknown_path", "evidence.0.path"),
    ),
    case(
        "empty path",
        marked(Evidence(path="", mark=Mark.STATED, quote="x")),
        ("error", "empty_text", "evidence.0.path"),
        ("error", "unknown_path", "evidence.0.path"),
    ),
    case("twice", marked(STATED, STATED), ("error", "duplicate_evidence", "evidence.1.path")),
    case(
        "stated without words",
        marked(Evidence(path="year", mark=Mark.STATED)),
        ("error", "no_quote", "evidence.0.quote"),
    ),
    case(
        "confirmed by nobody",
        marked(Evidence(path="year", mark=Mark.CONFIRMED)),
        ("error", "no_confirmer", "evidence.0.confirmed_by"),
    ),
    case("inferred", marked(INFERRED), ("warning", "unconfirmed", "stages.contacts.due.at")),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_marks_point_at_values_and_say_where_they_come_from(change: Change, expected: list[Found]) -> None:
    """T11: an inferred value is asked about until a person has confirmed it."""
    assert found_after(change) == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("stages.contacts.due.at", "18:00"),
        ("stages.contacts.due.on", "2023-03-20"),
        ("quotas.platform.limit", "3"),
        ("stages.contacts.collect.needs_paper", "否"),
        ("categories.platform.modes", "sharing"),
        ("units", "2 项"),
        ("stages.contacts", "联系人反馈"),
        ("stages.contacts.due", "2023-03-20、18:00"),
        ("document.issued_on", ""),
    ],
)
def test_what_is_to_be_confirmed_is_shown_in_plain_words(path: str, value: str) -> None:
    mark = Evidence(path=path, mark=Mark.INFERRED, quote="20日前", note="没有时刻")

    finding = next(f for f in check(small_batch(evidence=(mark,)), official_calendar()) if f.code == "unconfirmed")

    assert finding.value == value
    assert finding.advice == "没有时刻；原文：20日前"
