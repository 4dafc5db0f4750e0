"""Fixes of findings: over the whole table each one mends its finding, brings no error, and says what it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import definition as d
from domain.lint import Finding, Level
from domain.lint.codes import CODES
from domain.lint.keys import WELL_FORMED
from services.calendar import official_calendar
from services.definitions.linting import findings
from services.designing.edits import Vouch, edited
from services.designing.fixes import MENDABLE, Fix, fixes
from services.designing.fixing.base import alike
from services.designing.fixing.keys import well_formed
from tests.support.lint_table.rows import Change, Row, added, at, both, with_cases
from tests.support.lint_table.whole import PARAMS, TABLE
from tests.support.provinces import preset

CALENDAR = official_calendar()
SMALL_ROW = {row.code: row for row in reversed(TABLE)}


def named(definition: d.Definition, code: str, path: str) -> Finding:
    return next(item for item in findings(definition, CALENDAR) if (item.code, item.path) == (code, path))


def offered(definition: d.Definition, code: str, path: str) -> list[Fix]:
    return fixes(definition, named(definition, code, path), CALENDAR)


def errors(definition: d.Definition) -> list[tuple[str, str, str]]:
    found = findings(definition, CALENDAR)
    return [(item.code, item.path, item.value) for item in found if item.level is Level.ERROR]


def labels(code: str, path: str, *changes: Change) -> list[str]:
    return [fix.label for fix in offered(both(*changes)(with_cases()), code, path)]


@pytest.mark.parametrize("row", PARAMS)
def test_a_fix_removes_its_finding_and_adds_no_error(row: Row) -> None:
    """Issue 4, point 4: each finding offers a fix; it does what it says and nothing worse."""
    definition = row.edit(row.base())
    finding = named(definition, row.code, row.path)
    before = errors(definition)

    for fix in fixes(definition, finding, CALENDAR):
        mended = edited(definition, fix.edits)

        assert (row.code, row.path, finding.value) not in [
            (item.code, item.path, item.value) for item in findings(mended, CALENDAR)
        ]
        assert [item for item in errors(mended) if item not in before] == []


def mended_codes() -> Iterator[str]:
    for row in TABLE:
        definition = row.edit(row.base())
        if fixes(definition, named(definition, row.code, row.path), CALENDAR):
            yield row.code


def test_every_code_that_promises_a_fix_has_one_in_the_table() -> None:
    """Dates, references, ladders, quotas, keys, units, forms, rules: none is promised in vain, none is unproved."""
    assert set(mended_codes()) == set(MENDABLE)
    assert CODES.keys() >= MENDABLE


def test_a_deadline_on_a_day_off_goes_to_the_working_day_before_or_after() -> None:
    """T1, S001-50: both are offered with their dates, and what is chosen is marked as inferred."""
    path = "stages.recommend.due.on"
    definition = replace(at("stages.recommend.due", on=date(2023, 4, 30))(with_cases()), evidence=())

    before, after = offered(definition, "due_on_day_off", path)

    assert before.label == "截止日改为前一个工作日 2023-04-28（周五）"
    assert after.label == "截止日改为后一个工作日 2023-05-04（周四）"
    (mark,) = edited(definition, after.edits).evidence
    assert (mark.path, mark.mark) == (path, d.Mark.INFERRED)
    assert mark.note == "原为 2023-04-30（周日），是休息日（劳动节）"


def test_a_value_that_the_notice_states_keeps_its_sentence_and_is_open_again() -> None:
    definition = preset("shanxi-2021")

    before, _ = offered(definition, "due_on_day_off", "stages.recommend.due.on")

    was = next(item for item in definition.evidence if item.path == "stages.recommend.due.on")
    (mark,) = [item for item in edited(definition, before.edits).evidence if item.path == was.path]
    assert before.label == "截止日改为前一个工作日 2021-11-19（周五）"
    assert (mark.mark, mark.quote) == (d.Mark.INFERRED, was.quote)
    assert "原为 2021-11-20" in mark.note


def test_a_day_that_would_bring_an_error_is_not_offered() -> None:
    """A deadline right after the opening cannot go back over it."""
    definition = at(
        "stages.contacts", opens=d.Opening(on=date(2023, 3, 18)), due=d.Due(on=date(2023, 3, 19), at="18:00")
    )(replace(with_cases(), evidence=(), ladders=()))
    definition = both(*(at(f"stages.{key}", ladder=None) for key in ("contacts", "review", "recommend")))(definition)

    assert [fix.label for fix in offered(definition, "due_on_day_off", "stages.contacts.due.on")] == [
        "截止日改为后一个工作日 2023-03-20（周一）"
    ]


def test_a_reference_that_is_taken_away_says_what_its_absence_means() -> None:
    path = "stages.review.review.classes"

    assert labels("unknown_class", path, at("stages.review.review", classes=("town",))) == [
        "删去不存在的“town”，删后适用于全部单位"
    ]
    assert labels("unknown_class", path, at("stages.review.review", classes=("town", "city"))) == [
        "删去不存在的“town”"
    ]


def test_a_slip_of_a_key_is_told_with_the_name_that_was_meant() -> None:
    assert labels("unknown_ladder", "stages.review.ladder", at("stages.review", ladder="contcts")) == [
        "改为“contacts”（contacts）",
        "这个环节不自动提醒",
    ]
    assert labels("unknown_mode", "categories.platform.modes", at("categories.platform", modes=("suply",))) == [
        "把“suply”改为“供应链管理”（supply）",
        "删去不存在的“suply”，删后不限模式",
    ]


def test_a_key_changes_everywhere_it_is_named_and_its_evidence_goes_along() -> None:
    change = both(
        at("categories.platform", key="平台"),
        at("quotas.platform", category="平台"),
        at("stages.declare.declare", forms=(d.CategoryForm(category="平台", form="enterprise"),)),
        at("rules.size", categories=("平台",)),
        added("", "evidence", d.Evidence(path="categories.平台.name", mark=d.Mark.STATED, quote="示范平台")),
    )
    definition = change(with_cases())

    (fix,) = offered(definition, "bad_key", "categories.平台.key")
    mended = edited(definition, fix.edits)

    assert fix.label == "代号改为“category”，引用它的地方一并改"
    assert errors(mended) == []
    assert (mended.quotas[0].category, mended.rules[0].categories) == ("category", ("category",))
    assert mended.evidence[-1] == d.Evidence(path="categories.category.name", mark=d.Mark.STATED, quote="示范平台")


def test_what_is_missing_and_not_said_by_the_notice_is_written_as_inferred() -> None:
    definition = SMALL_ROW["quota_missing"].edit(SMALL_ROW["quota_missing"].base())

    none, any_number = offered(definition, "quota_missing", "quotas")

    assert (none.label, any_number.label) == ("补写：不能推荐（名额 0）", "补写：不限名额")
    mended = edited(definition, none.edits)
    assert mended.quotas[-1] == d.Quota(
        key="city-platform-other", classes=("city",), category="platform", subtypes=("other",), limit=0
    )
    assert mended.evidence[-1] == d.Evidence(
        path="quotas.city-platform-other", mark=d.Mark.INFERRED, note="通知没有写明名额"
    )


def test_the_printed_address_is_never_mended() -> None:
    """T7: it is shown as the notice prints it."""
    definition = at("office", published_email="a@miit.con")(with_cases())

    assert offered(definition, "email_suspicious", "office.published_email") == []
    assert labels("email_suspicious", "office.email", at("office", email="a@miit.con")) == ["改为 a@miit.com"]


@pytest.mark.parametrize(
    "code", ["too_long", "unconfirmed", "due_order", "unit_unreachable", "bad_text", "no_choices", "section_lost"]
)
def test_where_only_a_person_can_tell_nothing_is_offered(code: str) -> None:
    """A text is not cut, an address not invented, an inferred value not confirmed."""
    row = SMALL_ROW[code]
    definition = row.edit(row.base())

    assert offered(definition, code, row.path) == []


@pytest.mark.parametrize("name", ["luoyang-2023", "miit-2023", "shanxi-2021", "zhejiang-2020"])
def test_the_fixes_of_the_presets_hold_what_they_promise(name: str) -> None:
    definition = preset(name)
    before = errors(definition)

    for finding in findings(definition, CALENDAR):
        for fix in fixes(definition, finding, CALENDAR):
            mended = edited(definition, fix.edits)
            assert errors(mended) == before
            assert (finding.code, finding.path) not in {(f.code, f.path) for f in findings(mended, CALENDAR)}


def test_a_fix_marks_a_value_once() -> None:
    """What has a mark is opened again by the change itself."""
    definition = preset("miit-2023")

    for fix in offered(definition, "arrival_open", "stages.recommend.recommend.paper.arrival"):
        assert not any(isinstance(edit, Vouch) for edit in fix.edits)


def test_the_sections_of_a_collected_form_are_dissolved_and_their_fields_keep_their_keys() -> None:
    """Issue 4, point 4: the fields follow those of the form itself, in order, with what vouches for them."""
    who = d.Section(key="who", title="联系人", fields=(d.Field(key="desk", label="科室"),))
    rest = (d.Field(key="fax", label="传真"), d.Field(key="room", label="房间"))
    more = d.Section(key="more", title="其他", fields=rest)
    was = SMALL_ROW["form_too_rich"].base()
    mark = d.Evidence(path="forms.contact.sections.more.fields.fax.label", mark=d.Mark.STATED, quote="传真")
    definition = both(at("forms.contact", sections=(who, more)), added("", "evidence", mark))(was)

    (fix,) = offered(definition, "form_too_rich", "forms.contact")
    mended = edited(definition, fix.edits)

    assert fix.label == "去掉分区，保留各项"
    assert errors(mended) == errors(was)
    assert mended.forms[0].sections == ()
    assert mended.forms[0].fields == (*was.forms[0].fields, *who.fields, *more.fields)
    assert replace(mark, path="forms.contact.fields.fax.label") in mended.evidence


def test_what_goes_with_the_sections_of_a_collected_form_is_said() -> None:
    asked = d.Section(
        key="s", title="s", fields=(d.Field(key="x", label="x"),), when=d.ShownWhen(field="name", any_of=("甲",))
    )
    check = d.Check(key="c", expression="1 > 0", sentence="核对", fields=("name",))
    base = SMALL_ROW["form_too_rich"].base()

    def told(**changes: object) -> list[str]:
        return [fix.label for fix in offered(at("forms.contact", **changes)(base), "form_too_rich", "forms.contact")]

    assert told(sections=(asked,), checks=(check,)) == ["去掉分区，保留各项，删去分区的显示条件和跨项核对"]
    assert told(checks=(check,)) == ["删去跨项核对"]
    assert told(sections=(replace(asked, when=None, fields=base.forms[0].fields[:1]),)) == []


@settings(max_examples=200, deadline=None)
@given(key=st.text(max_size=60), taken=st.sets(st.sampled_from(["item", "item-2", "a", "a-2"])))
def test_a_generated_key_is_well_formed_and_free(key: str, taken: set[str]) -> None:
    made = well_formed(key, "item", taken)

    assert WELL_FORMED.fullmatch(made) and made not in taken


def test_two_words_that_are_as_near_are_no_slip_of_either() -> None:
    assert alike("recomend", ["recommend", "review"]) == "recommend"
    assert alike("city-c", ["city-a", "city-b"]) == ""
