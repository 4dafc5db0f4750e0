"""An earlier batch told for another year: dates by working days, texts by years, marks open again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from domain.definition import Definition, Issuer, Level, Mark, Programme
from domain.errors import Invalid
from domain.lint import Level as Grave
from domain.lint import check
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions.reading import load_file
from services.designing.beginning.basics import Basics, basics_of, blank, retitled
from services.designing.beginning.cloning import Anchor, Cloned, anchors, cloned
from services.designing.beginning.years import Years

CALENDAR = official_calendar()
PRESETS = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def preset(name: str) -> Definition:
    return load_file(FOLDER / f"{name}.yaml")


def next_year(name: str, on: date, anchor: Anchor = Anchor.OPENS) -> Cloned:
    old = preset(name)
    return cloned(old, basics_of(old, "next", on.year), anchor, on, CALENDAR)


def test_dates_keep_their_distance_in_working_days() -> None:
    """S003-05, S003-06: two weeks for the contacts, sixty working days for the rest; each with its reason."""
    found = next_year("miit-2023", date(2024, 3, 4))

    told = {change.path: (change.after, change.because) for change in found.dates}
    assert told["stages.contacts.opens.on"] == (date(2024, 3, 4), "您填写的日期")
    assert told["stages.contacts.due.on"] == (date(2024, 3, 18), "起算日后第 10 个工作日")
    assert told["stages.recommend.due.on"] == (date(2024, 5, 29), "起算日后第 60 个工作日")
    assert not found.is_provisional
    stages = {stage.key: stage for stage in found.definition.stages}
    assert stages["contacts"].due is not None and stages["contacts"].due.on == date(2024, 3, 18)


def test_a_deadline_on_a_day_off_becomes_the_working_day_before() -> None:
    """S001-16: 20 November 2021 was a Saturday."""
    due = {change.path: change for change in next_year("shanxi-2021", date(2022, 10, 27)).dates}[
        "stages.recommend.due.on"
    ]

    assert CALENDAR.is_working(due.after)
    assert "原日期是休息日（周末）" in due.because


def test_a_year_whose_days_off_are_unknown_is_said_to_be_provisional() -> None:
    year = max(CALENDAR.published_years) + 1

    assert next_year("luoyang-2023", CALENDAR.nearest(date(year, 3, 1), later=True)).is_provisional


def test_texts_rules_and_rounds_follow_the_year() -> None:
    found = next_year("miit-2023", date(2024, 3, 4))
    rule = next(rule for rule in found.definition.rules if rule.key == "no-accident")
    evaluation = found.definition.stage("evaluation")

    assert "2024年" in found.definition.title
    assert rule.question.startswith("2022年1月1日至今")
    assert evaluation.title == "前五批示范评估评价"
    assert evaluation.collect is not None and evaluation.collect.titles is not None
    assert evaluation.collect.titles.batches == (1, 2, 3, 4, 5)
    assert found.definition.document.number == ""
    assert ("通知 › 文号", "") in {(one.label, one.after) for one in found.retold}


def test_dates_of_rules_move_by_whole_years_or_with_their_stage() -> None:
    shanxi = next_year("shanxi-2021", date(2022, 10, 27)).definition
    old = preset("shanxi-2021")
    fixed = replace(old.rules[0], key="as-of", as_of="2021-11-20", value="2019-01-01")
    own = cloned(
        replace(old, rules=(*old.rules, fixed)),
        basics_of(old, "next", 2022),
        Anchor.OPENS,
        date(2022, 10, 27),
        CALENDAR,
    )

    assert {rule.value for rule in shanxi.rules if rule.value.endswith("-01-01")} == {"2020-01-01"}
    due = own.definition.stage("recommend").due
    assert due is not None and own.definition.rules[-1].as_of == str(due.on)


def test_nothing_the_old_notice_said_is_said_by_the_new_one() -> None:
    """Design 10: every value is open again, and says where it comes from."""
    old, new = preset("miit-2023"), next_year("miit-2023", date(2024, 3, 4)).definition
    marks = {item.path: item for item in new.evidence}

    assert {item.mark for item in new.evidence} == {Mark.INFERRED}
    assert {item.quote for item in new.evidence} == {""}
    assert {item.path for item in old.evidence} <= set(marks)
    assert marks["office.name"].note == "沿用 2023 年通知：反馈我部（产业政策与法规司）"
    assert "由 2023-03-20 周一 推算" in marks["stages.contacts.due.on"].note
    assert "原为：第五批申报" in marks["stages.declare.title"].note


@pytest.mark.parametrize("name", PRESETS)
def test_a_clone_of_each_notice_has_no_error(name: str) -> None:
    old = preset(name)
    on = CALENDAR.nearest(date(old.year + 1, 3, 4), later=True)

    new = next_year(name, on).definition

    assert [finding for finding in check(new, CALENDAR) if finding.level is Grave.ERROR] == []
    assert str(old.year) not in new.title
    assert new.document.annexes == () and new.document.file is None


@pytest.mark.parametrize("name", PRESETS)
def test_the_same_year_and_anchor_change_no_date(name: str) -> None:
    old = preset(name)
    for anchor, on in anchors(old).items():
        found = cloned(old, basics_of(old, "next", old.year), anchor, on, CALENDAR)

        assert [change for change in found.dates if change.before != change.after] == []
        assert found.definition.stages == old.stages and found.definition.rules == old.rules


def test_the_day_of_issue_is_an_anchor_and_is_kept() -> None:
    found = next_year("shanxi-2021", date(2022, 10, 27), Anchor.ISSUED)

    assert found.definition.document.issued_on == date(2022, 10, 27)
    assert next_year("shanxi-2021", date(2022, 10, 27)).definition.document.issued_on is None


def test_an_anchor_on_a_day_off_is_refused_with_the_days_around() -> None:
    with pytest.raises(Invalid) as refused:
        next_year("miit-2023", date(2024, 10, 1))

    (problem,) = refused.value.problems
    assert problem.path == "on"
    assert problem.allowed == "可填 2024-09-30 周一 或 2024-10-08 周二"


def test_other_anchors_that_cannot_be_are_refused() -> None:
    old = preset("miit-2023")
    basics = basics_of(old, "next", 2024)

    for anchor, on, said in (
        (Anchor.ISSUED, date(2024, 3, 4), "没有这个日期"),
        (Anchor.OPENS, None, "请填写"),
        (Anchor.OPENS, date(2030, 3, 4), "太远"),
    ):
        with pytest.raises(Invalid, match=said):
            cloned(old, basics, anchor, on, CALENDAR)


def test_a_batch_without_dates_needs_no_anchor() -> None:
    basics = Basics(
        code="first",
        title="第一批",
        year=2023,
        programme=Programme(key="p", name="项目"),
        issuer=Issuer(name="某部", level=Level.MINISTRY),
        office="某司",
    )
    found = cloned(blank(basics), replace(basics, code="next", year=2024), Anchor.OPENS, None, CALENDAR)

    assert (found.definition.code, found.dates, found.definition.stages) == ("next", (), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("第九批", "第十批"),
        ("第十批", "第十一批"),
        ("第十九批", "第二十批"),
        ("前三批和第四批", "前四批和第五批"),
        ("第十二十批", "第十二十批"),
        ("第九十九批", "第九十九批"),
        ("2023 年 5 月 31 日前", "2024 年 6 月 3 日前"),
        ("2023年2月30日", "2023年2月30日"),
        ("2021年、2022年", "2022年、2023年"),
        ("〔2020〕101号，2012年印发", "〔2020〕101号，2012年印发"),
    ],
)
def test_texts_of_another_year(before: str, after: str) -> None:
    years = Years(2023, 2024, {date(2023, 5, 31): date(2024, 6, 3)})

    assert years.text(before) == after
    assert Years(2023, 2023, {}).text(before) == before


def test_a_title_begins_with_the_new_year() -> None:
    assert "2025年" in retitled(preset("miit-2023"), 2025)
