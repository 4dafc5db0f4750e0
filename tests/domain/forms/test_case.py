"""The form of a case as a whole: tables, rows, guided texts, promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from time import perf_counter

import pytest

from domain.definition import Field, FieldKind, Form, Part
from tests.support.case_forms import (
    ANSWERS,
    FORM,
    INDICATORS,
    INVESTORS,
    draft,
    final,
    form_of,
    refusals,
    setting,
)

K = FieldKind


def test_a_finished_form_passes_unchanged() -> None:
    checked = final(FORM, ANSWERS)

    assert (checked.problems, checked.warnings, checked.values) == ((), (), ANSWERS)


def test_a_draft_asks_nothing_and_a_submission_everything() -> None:
    assert draft(FORM, {}).problems == ()

    paths = [path for path, _ in refusals(final(FORM, {}))]

    assert paths[:3] == ["name", "code", "founded_on"]
    assert "indicators.assets.2021" in paths and "investors.0.name" in paths and "promise" in paths
    assert "site" not in paths and "group" not in paths


def test_unknown_leaves_are_dropped() -> None:
    strange = {
        "x": "1",
        "indicators.assets.2019": "1",
        "investors.01.name": "甲",
        "investors.0.x": "1",
        "name.y": "1",
    }

    assert final(FORM, ANSWERS | strange).values == ANSWERS
    assert draft(FORM, strange).values == {"per_head": ""}


def test_the_years_of_a_table_follow_the_year_of_the_batch() -> None:
    """S000-21, S001-26: rows times years, each cell with row and year in its sentence."""
    three = replace(INDICATORS, years=(-3, -2, -1))

    said = dict(refusals(final(form_of(three), {}, year=2021)))

    assert len(said) == 4 * 3
    assert said["indicators.assets.2018"] == "请填写资产总额（2018 年）"
    assert said["indicators.service_share.2020"] == "请填写服务收入占比（2020 年）"


def test_a_cell_is_checked_with_its_row_and_year() -> None:
    checked = final(FORM, ANSWERS | {"indicators.assets.2022": "很多", "indicators.service.2021": "-1"})

    assert refusals(checked) == [
        ("indicators.assets.2022", "资产总额（2022 年）应为数字（单位：万元），只写数，如 1234"),
        ("indicators.service.2021", "其中服务收入（2021 年）不能小于 0，现为 -1"),
    ]


def test_repeating_rows_close_their_gaps_and_lose_empty_ones() -> None:
    """S000-32: rows that repeat; a problem names the row as it was sent."""
    given = {
        "investors.2.name": "甲",
        "investors.2.nature": "国有",
        "investors.2.share": "60",
        "investors.0.name": " ",
    }
    last = {"investors.7.name": "乙", "investors.7.nature": "民营", "investors.7.share": "4O"}

    checked = final(form_of(INVESTORS), given | last)

    assert checked.values == {
        "investors.0.name": "甲",
        "investors.0.nature": "国有",
        "investors.0.share": "60",
        "investors.1.name": "乙",
        "investors.1.nature": "民营",
        "investors.1.share": "4O",
    }
    assert refusals(checked) == [("investors.7.share", "投资比例（第 2 行）应为数字（单位：%），只写数，如 1234")]


def test_a_draft_keeps_the_numbers_of_rows_and_hears_what_was_cleared() -> None:
    """Two open pages go on meaning the same row."""
    given = {"investors.0.name": "", "investors.0.share": " ", "investors.3.name": "乙"}

    assert draft(form_of(INVESTORS), given).values == {
        "investors.0.name": "",
        "investors.0.share": "",
        "investors.3.name": "乙",
    }


@pytest.mark.parametrize(("last", "is_refused"), [("40", False), ("40.0001", True), ("39.9999", False)])
def test_shares_above_the_whole_are_refused(last: str, is_refused: bool) -> None:
    """S000-32: shares above 100 % refused."""
    checked = final(FORM, ANSWERS | {"investors.1.share": last})

    said = ("investors.1.share", "投资比例合计不能超过 100%，现为 100.0001%")
    assert refusals(checked) == ([said] if is_refused else [])


def clients(**changes: object) -> Form:
    columns = (Field(key="name", label="名称"), Field(key="text", label="服务内容", kind=K.LONG_TEXT, max_chars=50))
    field = Field(key="clients", label="典型客户", kind=K.ROWS, max_rows=5, required=False, fields=columns)
    return form_of(replace(field, **changes))  # type: ignore[arg-type]  # the fields' own types, passed through


def client(number: int, text: str = "运维") -> dict[str, str]:
    return {f"clients.{number}.name": f"客户{number}", f"clients.{number}.text": text}


def test_optional_rows_may_be_none_or_as_many_as_allowed() -> None:
    """S004-47: 0-5 rows; 51 characters refused."""
    five = {path: text for number in range(5) for path, text in client(number).items()}

    assert final(clients(), {}).problems == ()
    assert final(clients(), five).problems == ()
    assert refusals(final(clients(), five | client(5))) == [("clients.5.name", "典型客户最多 5 行，现为 6 行")]
    assert refusals(final(clients(), client(0, "字" * 51))) == [
        ("clients.0.text", "服务内容（第 1 行）最多 50 字，现为 51 字")
    ]


def test_missing_rows_are_one_problem() -> None:
    wanted = clients(required=True, min_rows=3)

    assert refusals(final(wanted, client(4))) == [("clients.5.name", "典型客户至少填写 3 行，现为 1 行")]
    assert draft(wanted, client(4)).problems == ()


def test_each_chosen_mode_is_described_apart() -> None:
    """S000-10: submission is blocked while one part is empty, naming the mode."""
    three = ANSWERS | {"modes": "supply\nlifecycle\nother", "modes.other": "共享制造"}

    checked = final(FORM, three | {"body.practice.other": "  "})

    assert refusals(checked) == [("body.practice.other", "请填写主要做法（其他）")]
    assert final(FORM, three | {"body.practice.other": "共享"}).problems == ()


def test_a_guided_text_has_limits_for_parts_and_for_all() -> None:
    parts = (Part(key="a", title="概况", min_chars=3, max_chars=5), Part(key="b", title="计划", required=False))
    form = form_of(Field(key="x", label="正文", kind=K.OUTLINE, parts=parts, max_chars=8))

    assert refusals(final(form, {"x.a": "一二"})) == [("x.a", "概况至少 3 字，现为 2 字")]
    assert draft(form, {"x.a": "一二"}).problems == ()
    assert refusals(draft(form, {"x.a": "一二三四五六"})) == [("x.a", "概况最多 5 字，现为 6 字")]
    assert refusals(final(form, {"x.a": "一二三四", "x.b": "一二三四五"})) == [
        ("x.a", "正文合计最多 8 字，现为 9 字")
    ]


def test_a_promise_is_made_by_someone_on_a_day() -> None:
    form = form_of(Field(key="p", label="承诺", kind=K.COMMITMENT, text="属实"))

    assert refusals(final(form, {"p": "maybe"})) == [
        ("p", "请勾选承诺"),
        ("p.name", "请填写承诺（承诺人）"),
        ("p.date", "请填写承诺（日期）"),
    ]
    made = {"p": "yes", "p.name": "王明", "p.date": "2023年3月20日"}
    assert final(form, made).values["p.date"] == "2023-03-20"
    assert refusals(final(form, made, on=date(2023, 3, 19))) == [("p.date", "承诺（日期）不能晚于今天（2023-03-19）")]
    assert refusals(final(form, made | {"p.date": "昨天"})) == [("p.date", "日期格式不对，应如 2023-03-20")]
    assert final(form_of(replace(form.fields[0], required=False)), {}).problems == ()


def test_a_large_form_is_checked_at_once() -> None:
    """200 leaves in less than two thousandths of a second; the bar is wide, for a busy machine."""
    plain = tuple(Field(key=f"k{number}", label=f"项{number}") for number in range(200))
    form, answers, here = form_of(*plain), {f"k{number}": "文字" for number in range(200)}, setting()
    assert here.year == 2023

    def once() -> float:
        started = perf_counter()
        final(form, answers)
        return perf_counter() - started

    assert min(once() for _ in range(20)) < 0.01
