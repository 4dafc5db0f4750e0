"""The report of a check, whatever state the definition is in."""

from dataclasses import replace
from pathlib import Path

from domain.errors import Invalid, Problem
from services.calendar import official_calendar
from services.definitions import dump, lint_file, report
from tests.support.definitions import changed, small_batch


def test_a_report_names_level_code_place_and_advice() -> None:
    """S001-50: the shape that machines read."""
    saturday = changed(small_batch(), "stages.contacts.due", on=small_batch().stages[0].due.on.replace(day=18))

    assert report(saturday) == {
        "findings": [
            {
                "level": "warning",
                "code": "due_on_day_off",
                "path": "stages.contacts.due.on",
                "sentence": "「联系人反馈」的截止日 2023-03-18（周六）是休息日（周末）",
                "advice": "可改为此前的工作日 2023-03-17（周五）或此后的工作日 2023-03-20（周一）；系统不会自行改动",
                "value": "2023-03-18",
            }
        ]
    }


def test_another_calendar_may_be_given() -> None:
    unpublished = replace(official_calendar(), published_years=frozenset())

    assert [row["code"] for row in report(small_batch(), unpublished)["findings"]] == ["provisional_year"]


def test_what_could_not_be_read_is_reported_as_errors() -> None:
    refused = Invalid([Problem("stages.contacts.due.on", "soon", "不是有效的日期", "写作 2023-03-20")])

    assert report(refused) == {
        "findings": [
            {
                "level": "error",
                "code": "shape",
                "path": "stages.contacts.due.on",
                "sentence": "不是有效的日期",
                "advice": "写作 2023-03-20",
                "value": "soon",
            }
        ]
    }


def test_a_file_with_errors_is_reported_with_its_warnings_too(tmp_path: Path) -> None:
    path = tmp_path / "batch.yaml"
    doubtful = changed(
        small_batch(quotas=(), evidence=()), "office", email="office", published_email="a@miiit.example"
    )
    path.write_text(dump(doubtful), encoding="utf-8")

    assert [(row["level"], row["path"]) for row in lint_file(path)["findings"]] == [
        ("error", "office.email"),
        ("warning", "office.published_email"),
    ]


def test_a_sound_file_has_an_empty_report_and_a_broken_one_a_line(tmp_path: Path) -> None:
    sound, broken = tmp_path / "sound.yaml", tmp_path / "broken.yaml"
    sound.write_text(dump(small_batch()), encoding="utf-8")
    broken.write_text("a: 1\nb: ]", encoding="utf-8")

    assert lint_file(sound) == {"findings": []}
    assert [(row["code"], row["path"]) for row in lint_file(broken)["findings"]] == [("shape", "第 2 行")]
