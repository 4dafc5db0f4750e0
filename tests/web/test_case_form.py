"""The page of a case's form: every leaf has its input, what was typed stays, what was said stands beside it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from domain.definition import Mode, Term
from domain.errors import Problem
from domain.forms import leaves
from tests.support.case_forms import ANSWERS, FORM, MODES, setting
from tests.support.case_pages import TERMS, rendered
from web.case_form import (
    CaseForm,
    Look,
    make_case_form,
)
from web.case_form.terms import Piece, explained

HERE = setting()


def shown(values: dict[str, str] | None = None, look: Look | None = None, **said: object) -> CaseForm:
    return make_case_form(FORM, HERE, ANSWERS if values is None else values, look=look, **said)  # type: ignore[arg-type]  # passed through


def test_every_leaf_that_is_asked_has_its_input_under_its_own_name() -> None:
    names = {name for name in shown()._fields if "__n__" not in name}

    assert {leaf.path for leaf in leaves(FORM, HERE, ANSWERS)} <= names
    assert {"modes.other", "body.practice.other", "group", "kinds"} <= names


def test_what_was_typed_is_shown_exactly_and_escaped() -> None:
    page = rendered(shown(ANSWERS | {"name": '"><b>', "staff": "１２，00人", "founded_on": "去年"}))

    assert 'value="&#34;&gt;&lt;b&gt;"' in page and "<b>" not in page
    assert 'value="１２，00人"' in page
    assert re.search(r'<input[^>]*name="founded_on"[^>]*type="text"[^>]*value="去年"', page)


def test_problems_stand_beside_their_leaf_and_above_the_form() -> None:
    problems = (
        Problem("indicators.assets.2022", "x", "资产总额（2022 年）应为数字"),
        Problem("rules.share", "", "占比不足"),
        Problem("investors", "", "至少一行", "填写一行"),
    )

    form = shown(problems=problems)
    page = rendered(form)

    assert [cell.leaf.path for cell in form.problems] == ["indicators.assets.2022"]
    assert form.form_errors == ["占比不足"]
    assert '<a href="#leaf-indicators.assets.2022">资产总额（2022 年）</a>' in page
    assert "还有 2 处需要改正" in page
    assert "至少一行（填写一行）" in page
    assert re.search(r'<input aria-describedby="leaf-indicators.assets.2022-notes" aria-invalid="true"', page)


def test_comments_and_what_changed_since_stand_beside_their_leaf() -> None:
    comments = {"name": "请写全称", "investors": "请补证明", "papers.licence": "不清晰"}
    earlier = ANSWERS | {"staff": "1100", "modes": "supply"}

    form = shown(comments=comments, look=Look(earlier=earlier))
    by_path = {cell.leaf.path: cell for cell in form.cells}

    assert (by_path["name"].comment, by_path["name"].earlier) == ("请写全称", None)
    assert by_path["staff"].earlier == "1100 人"
    assert by_path["modes"].earlier == "供应链管理"
    assert form.comments == ("不清晰",)
    assert "请补证明" in rendered(form)


def test_a_table_has_headers_for_rows_and_years_with_units() -> None:
    """S000-21"""
    page = rendered(shown())

    assert '<th scope="col" class="lx-number">2021 年</th><th scope="col" class="lx-number">2022 年</th>' in page
    assert re.search(r'<th scope="row">能源消费总量<span class="lx-unit">（吨标煤）', page)
    assert 'aria-label="资产总额（2022 年）"' in page


def test_rows_can_be_added_and_removed_without_scripts() -> None:
    page = rendered(shown())

    assert 'value="add:investors"' in page and "再加一行" in page
    assert 'name="_row" value="remove:investors:1"' in page
    assert 'name="investors.__n__.share"' in page
    assert "investors.2.name" not in page
    assert 'name="investors.2.name"' in rendered(shown(look=Look(more_rows=("investors",))))
    assert 'name="investors.0.name"' in rendered(shown({}))


def test_a_blank_row_is_not_added_to_a_blank_one() -> None:
    page = rendered(shown({}, Look(more_rows=("investors",))))

    assert 'name="investors.1.name"' not in page


def test_a_part_is_written_beside_its_guide_and_the_criteria_of_its_mode() -> None:
    """S002-05, S002-10: choosing a mode shows its 服务能力, with terms explained from the notice."""
    page = rendered(shown(look=Look(terms=TERMS)))

    part = page[page.index('data-mode="supply"') : page.index('data-mode="lifecycle"')]
    assert "主要做法（供应链管理）" in part and "做法、成效和创新点。" in part
    assert "<dt>服务能力</dt>" in part and "库存周转率明显提高" in part
    assert '<abbr class="lx-term" tabindex="0" title="供应商管理库存">VMI</abbr>' in part
    assert re.search(r'data-mode="lifecycle">', page)
    assert re.search(r'data-mode="other" hidden>', page)


def test_criteria_stand_under_the_choice_where_nothing_is_written_for_each_mode() -> None:
    """S002-05"""
    body = FORM.sections[4]
    form = replace(FORM, sections=(replace(body, fields=body.fields[:1]),))

    page = rendered(make_case_form(form, HERE, {"modes": "lifecycle"}))

    assert re.search(r'data-any="\[&#34;supply&#34;\]" hidden>', page)
    assert re.search(r'data-any="\[&#34;lifecycle&#34;\]">.*在线监测', page, flags=re.DOTALL)


def test_terms_are_found_once_and_not_inside_other_words() -> None:
    """S002-10"""
    terms = (
        Term(word="VMI", meaning="库存"),
        Term(word="供应商", meaning="商"),
        Term(word="供应商管理", meaning="管"),
    )

    assert explained("AVMI与VMI，供应商管理、VMI", terms) == (
        *(Piece("AVMI与"), Piece("VMI", "库存"), Piece("，"), Piece("供应商管理", "管"), Piece("、VMI")),
    )
    assert explained("", terms) == ()
    assert explained("甲", ()) == (Piece("甲"),)


def test_several_modes_show_their_common_name() -> None:
    """S001-05, S000-09: three modes stand there with three ticks."""
    page = rendered(shown(ANSWERS | {"modes": "supply\nlifecycle\nother"}))

    assert len(re.findall(r"<input[^>]*checked[^>]*name=\"modes\"", page)) == 3
    assert re.search(r'data-combined="modes">', page) and "综合型" in page
    assert re.search(r'data-combined="modes" hidden>', rendered(shown(ANSWERS | {"modes": "supply"})))


def test_choices_that_exclude_each_other_are_marked_for_the_script() -> None:
    """S004-06: a hint only; the service refuses."""
    page = rendered(shown(ANSWERS | {"is_group": "是"}))

    marked = re.search(r'data-exclusive="([^"]*)"', page)
    assert marked is not None
    assert json.loads(marked[1].replace("&#34;", '"')) == [["面向行业专业", "面向区域综合"]]


def test_what_a_condition_hides_is_hidden_from_the_start() -> None:
    page = rendered(shown())

    assert re.search(r'id="section-kinds"[^>]*data-when="is_group"[^>]*hidden>', page)
    assert re.search(r'id="field-group"[^>]*hidden>', page)
    assert not re.search(r'id="field-group"[^>]*hidden>', rendered(shown(ANSWERS | {"is_group": "是"})))


def test_read_only_has_no_input_and_reads_like_paper() -> None:
    page = rendered(shown(look=Look(is_read_only=True)))

    assert not re.search(r"<(input|textarea|select|button(?! type=\"button\"))", page[: page.index("<dialog")])
    for text in (
        "某某装备有限公司",
        "1200 人",
        "供应链管理、全生命周期管理",
        "（综合型）",
        "56000.5",
        "甲公司",
        "已承诺",
    ):
        assert text in page


def test_sections_tell_how_far_they_are() -> None:
    page = rendered(shown(ANSWERS | {"name": ""}))

    assert "已填 6/7" in page and "已填完" in page
    assert 'href="#section-basics"' in page


def test_modes_of_another_category_are_not_offered() -> None:
    """S002-04: the options are the setting's, so that a mode taken from the catalogue is gone."""
    fewer = replace(HERE, modes=MODES[:1])

    page = rendered(make_case_form(FORM, fewer, ANSWERS))

    assert "全生命周期管理" not in page and "供应链管理" in page


def test_many_modes_are_all_shown_as_boxes() -> None:
    many = tuple(Mode(key=f"m{number}", name=f"模式{number}") for number in range(9))
    page = rendered(make_case_form(FORM, replace(HERE, modes=many), {}))

    assert len(re.findall(r'type="checkbox"[^>]*value="m\d"', page)) == 9
