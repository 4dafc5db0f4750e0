"""The check as a whole."""

from dataclasses import replace

from domain.lint import Level, check
from domain.lint.findings import Finding, shown
from services.calendar import official_calendar
from tests.domain.lint.cases import found
from tests.support.definitions import changed, small_batch


def test_a_sound_definition_has_no_finding() -> None:
    """Every other test of a finding starts from this definition, so this is the half that does not provoke it."""
    assert check(small_batch(), official_calendar()) == []


def test_errors_come_before_warnings_and_warnings_before_infos() -> None:
    broken = changed(small_batch(code="Bad Key"), "stages.contacts.due", at="24:00")
    broken = changed(broken, "office", published_email="a@miiit.example")

    assert [level for level, _, _ in found(broken)] == ["error", "warning"]
    mended = replace(broken, code="good-key")
    assert found(mended) == [
        ("warning", "email_suspicious", "office.published_email"),
        ("info", "no_time_of_day", "stages.contacts.due.at"),
    ]


def test_what_cannot_be_computed_is_left_out_instead_of_failing() -> None:
    circle = changed(
        small_batch(), "stages.contacts", opens=replace(small_batch().stages[0].opens, after=("recommend",))
    )

    assert found(circle) == [("error", "stage_cycle", "stages.contacts.opens.after")]


def test_a_finding_becomes_a_refusals_problem() -> None:
    finding = Finding(Level.ERROR, "bad_key", "code", "代号不合规则", "改", "X")

    assert str(finding.problem) == "code: 代号不合规则（现为 X）；改"


def test_a_long_value_is_cut_for_people() -> None:
    assert shown("长" * 200) == "长" * 79 + "…"
    assert shown(None) == ""
