"""Definitions, rehearsals and the calendar on the command line, as an office would script them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from linxuan.database import open_database
from linxuan.settings import load_settings
from models import Batch, BatchVersion, Mail
from models.scope import Scope
from presets import FOLDER
from services.definitions import dump, load_file
from services.definitions.reading import parse
from services.definitions.yaml_text import read_yaml
from tests.linxuan.conftest import Run
from tests.support.batches import definition

MIIT = str(FOLDER / "miit-2023.yaml")


def document(text: str) -> Any:
    """Return the one JSON document that a text is."""
    return json.loads(text)


@pytest.fixture
def small(folder: Path) -> str:
    """Return the path of a small definition without errors."""
    path = folder / "small.yaml"
    path.write_text(dump(definition(units=2)), encoding="utf-8")
    return str(path)


@pytest.fixture
def bad(folder: Path) -> str:
    """Return the path of a definition with two mistakes."""
    path = folder / "bad.yaml"
    text = dump(definition(units=2, code="bad-2023"))
    path.write_text(
        text.replace("year: 2023", "year: soon").replace("level: ministry", "level: moon"), encoding="utf-8"
    )
    return str(path)


def test_what_is_loaded_and_dumped_is_the_same_definition(migrated: Run, folder: Path) -> None:
    """Design 6: load, dump, load, dump; the second text is the first."""
    assert migrated("load", MIIT).exit_code == 0
    first = migrated("dump", "miit-2023")
    again = folder / "again.yaml"
    again.write_text(first.stdout, encoding="utf-8")

    loaded = migrated("load", str(again))
    second = migrated("dump", "miit-2023")

    assert (first.exit_code, loaded.exit_code, second.exit_code) == (0, 0, 0)
    assert second.stdout == first.stdout
    # The batch holds its units itself: the file that they came from may not be where the text is read next.
    loaded_from_file = replace(load_file(FOLDER / "miit-2023.yaml"), units_file=None)
    assert parse(read_yaml(first.stdout), base_dir=None) == loaded_from_file
    assert "第 1 稿" in loaded.stdout


def test_a_changed_definition_is_a_new_revision(migrated: Run, small: str) -> None:
    migrated("load", small)
    Path(small).write_text(dump(definition(units=2, title="改过的标题")), encoding="utf-8")

    assert migrated("load", small).stdout == "batch-2023：“改过的标题”第 2 稿\n"


def test_of_several_files_all_are_stored_or_none(migrated: Run, small: str, bad: str) -> None:
    """R7, I13: every problem of the bad one is told, and the good one waits, too."""
    refused = migrated("load", small, bad)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "year" in refused.stderr and "issuer.level" in refused.stderr
    database = open_database(load_settings())
    with database.read(Scope()) as session:
        assert session.scalar(select(func.count(Batch.id))) == 0
    database.dispose()
    assert migrated("load", small).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["load"], 2),
        (["load", "nowhere.yaml"], 2),
        (["dump"], 2),
        (["dump", "nowhere"], 1),
        (["lint", "nowhere"], 1),
        (["rehearse", "nowhere"], 1),
        (["rehearse", MIIT, "--until", "2023-02-30"], 2),
        (["rehearse", MIIT, "--from", "soon"], 2),
        (["rehearse", MIIT, "--scenario", "nowhere.yaml"], 2),
        (["schema", "more"], 2),
    ],
)
def test_wrong_use_and_what_is_not_there_end_with_two_and_one(migrated: Run, arguments: list[str], code: int) -> None:
    """Design 6: exit code 1 refused, 2 wrong use; stdout stays empty for the next program."""
    result = migrated(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr


def test_checking_a_file_needs_no_database(run: Run, small: str, bad: str, folder: Path) -> None:
    """Design 6: exit code 1 when there is an error; --json is one document and nothing else."""
    good, wrong = run("lint", small, "--json"), run("lint", bad, "--json")

    assert good.exit_code == 0
    assert [row for row in document(good.stdout)["findings"] if row["level"] == "error"] == []
    assert wrong.exit_code == 1
    assert {row["path"] for row in document(wrong.stdout)["findings"]} == {"year", "issuer.level"}
    assert {frozenset(row) for row in document(wrong.stdout)["findings"]} == {
        frozenset({"level", "code", "path", "sentence", "advice", "value"})
    }
    assert not (folder / "var").exists()


def test_findings_for_people_stand_a_line_each(run: Run, bad: str) -> None:
    result = run("lint", bad)

    assert (result.exit_code, result.stderr) == (1, "共 2 条。\n")
    assert [line.split("  ")[0] for line in result.stdout.splitlines()] == ["错误", "错误"]


def test_a_stored_batch_is_checked_like_its_file(migrated: Run) -> None:
    migrated("load", MIIT)

    assert document(migrated("lint", "miit-2023", "--json").stdout) == document(
        migrated("lint", MIIT, "--json").stdout
    )


def test_the_schema_is_one_that_the_presets_meet(run: Run) -> None:
    """Design 6: `schema` needs no database, and editors can use it."""
    result = run("schema")
    schema = document(result.stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(read_yaml(Path(MIIT).read_text(encoding="utf-8")))) == []
    assert list(Draft202012Validator(schema).iter_errors({"code": "x", "surprise": 1})) != []


def test_a_rehearsal_of_a_file_needs_no_database_and_repeats_itself(run: Run, folder: Path) -> None:
    """Design 6: one document on stdout, the same each time."""
    first, second = (run("rehearse", MIIT, "--until", "2023-03-21", "--json") for _ in range(2))

    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    assert list(document(first.stdout)) == ["batch", "events", "warnings"]
    assert not (folder / "var").exists()


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (None, "2023-03-13", {"2023-03-06", "2023-03-13"}),
        ("2023-03-13", "2023-03-13", {"2023-03-13"}),
        ("2023-03-14", "2023-03-17", {"2023-03-17"}),
        ("2023-03-21", None, {"2023-03-21"}),
        ("2023-03-14", "2023-03-14", set()),
    ],
)
def test_the_days_of_a_period_are_both_inclusive(
    run: Run, small: str, since: str | None, until: str | None, days: set[str]
) -> None:
    """Design 2.3: dates are inclusive, here as everywhere."""
    period = [*(["--from", since] if since else []), *(["--until", until] if until else [])]

    found = document(run("rehearse", small, *period, "--json").stdout)

    assert {event["at"][:10] for event in found["events"]} == days


def test_a_rehearsal_for_people_shows_minute_occasion_and_reader(run: Run, small: str) -> None:
    result = run("rehearse", small)

    lines = result.stdout.splitlines()
    assert lines[0] == "2023-03-06 09:00  环节开放  —  反馈联系人开放"
    assert "2023-03-13 09:00  提醒  u1@units.example  【2023年服务型制造示范】提醒" in lines[3]
    assert lines[-1].startswith("2023-03-21 09:00  提请催办  office@ministry.example  ")
    assert result.stderr == f"共 {len(lines)} 件。\n"


def test_a_scenario_says_who_answers(run: Run, small: str, folder: Path) -> None:
    """S003-63"""
    scenario = folder / "story.yaml"
    scenario.write_text('- {at: 2023-03-14T10:00, stage: contacts, do: answer, unit: "000001"}\n', encoding="utf-8")

    found = document(run("rehearse", small, "--scenario", str(scenario), "--json").stdout)

    reminded = [(event["at"][5:10], event["unit"]) for event in found["events"] if event["kind"] == "reminder"]
    assert [day for day, unit in reminded if unit == "000001"] == ["03-13"]
    assert [day for day, unit in reminded if unit == "000002"] == ["03-13", "03-17", "03-20"]


def test_a_bad_scenario_is_refused_with_every_problem(run: Run, small: str, folder: Path) -> None:
    scenario = folder / "story.yaml"
    scenario.write_text("- {at: soon, stage: nothing, do: dance}\n- 1\n", encoding="utf-8")

    result = run("rehearse", small, "--scenario", str(scenario), "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["[0].at", "[0].stage", "[0].do", "[1]"]


def test_a_stored_draft_is_rehearsed_without_a_trace(migrated: Run, small: str) -> None:
    """Design 6: on a copy in memory."""
    migrated("load", small)

    stored = migrated("rehearse", "batch-2023", "--json")

    assert document(stored.stdout) == document(migrated("rehearse", small, "--json").stdout)
    database = open_database(load_settings())
    with database.read(Scope()) as session:
        assert session.scalar(select(func.count(Mail.id))) == 0
        assert session.scalar(select(func.count(BatchVersion.id))) == 1
        assert session.scalar(select(Batch.published_at)) is None
    database.dispose()


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (["2021-11-20"], "2021-11-20"),
        (["2021-11-20", "--minus", "1"], "2021-11-19"),
        (["2021-11-20", "--plus", "1"], "2021-11-22"),
        (["2020-10-10", "--minus", "5"], "2020-09-27"),
        (["2023-05-31", "--minus", "5"], "2023-05-24"),
        (["2023-03-20", "--minus", "5"], "2023-03-13"),
        (["2023-03-27", "--minus", "5"], "2023-03-20"),
        (["2023-04-28", "--plus", "1"], "2023-05-04"),
        (["2023-05-05", "--plus", "1"], "2023-05-06"),
    ],
)
def test_working_days_are_those_of_the_official_calendar(run: Run, arguments: list[str], result: str) -> None:
    """T1, T2, T13, S004-26, S003-71: with the make-up days of 调休."""
    answered = run("calendar", *arguments, "--json")

    assert (answered.exit_code, answered.stderr) == (0, "")
    assert list(document(answered.stdout)) == ["date", "result", "steps", "provisional"]
    assert document(answered.stdout)["result"] == result


@pytest.mark.parametrize(("day", "working"), [("2021-11-20", False), ("2020-10-10", True), ("2023-04-23", True)])
def test_a_weekend_is_off_unless_it_is_worked(run: Run, day: str, working: bool) -> None:
    """T1: a Saturday off. T2: a Saturday that is worked. T13: a Sunday that is worked."""
    (step,) = document(run("calendar", day, "--json").stdout)["steps"]

    assert (step["date"], step["working"]) == (day, working)
    assert run("calendar", day).stdout.splitlines()[0].startswith(f"{day}  {'上班' if working else '休息'}")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["2023-02-30"], 2),
        (["3月20日"], 2),
        ([], 2),
        (["2023-03-20", "--plus", "x"], 2),
        (["2023-03-20", "--plus", "1", "--minus", "1"], 1),
        (["2023-03-20", "--plus", "-1"], 1),
        (["2023-03-20", "--plus", "10001"], 1),
        (["9999-12-31", "--plus", "1"], 1),
    ],
)
def test_a_calendar_question_without_an_answer_is_refused(run: Run, arguments: list[str], code: int) -> None:
    """F12: a sentence, never a traceback."""
    result = run("calendar", *arguments, "--json")

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr and "Traceback" not in result.stderr
