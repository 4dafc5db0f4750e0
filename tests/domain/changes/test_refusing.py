"""What a running batch may not lose, and what may be added to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.changes import Happened, moved_deadlines, refused
from domain.definition import (
    Category,
    Definition,
    Due,
    Field,
    FieldKind,
    FileKind,
    Form,
    Material,
    Mode,
    Opening,
    Quota,
    StageKind,
    Subtype,
)
from domain.milestones import BatchState, Deadline, StageState
from services.calendar import official_calendar
from tests.support.batches import contact_form, contacts_stage, definition

OPENED = datetime(2023, 3, 6, 1, 0, tzinfo=UTC)
NOW = OPENED + timedelta(days=4)
OLD_DUE = datetime(2023, 3, 20, 16, 0, tzinfo=UTC)
OPEN = BatchState({"contacts": StageState(opened_at=OPENED, base=Deadline(OLD_DUE))})
RICH = replace(
    contact_form().fields[0],
    key="rich",
    label="模式",
    kind=FieldKind.CHOICES,
    required=False,
    choices=("甲", "乙"),
    max_chars=None,
)
TABLE = Field(
    key="table",
    label="指标",
    kind=FieldKind.TABLE,
    required=False,
    years=(-2, -1),
    fields=(Field(key="revenue", label="收入", kind=FieldKind.MONEY), Field(key="staff", label="人数")),
)
PHOTO = Material(key="photo", label="照片", required=False, kinds=(FileKind.IMAGE, FileKind.PDF))
FORM = replace(contact_form(), fields=(*contact_form().fields, RICH, TABLE), materials=(PHOTO,))
CATEGORY = Category(
    key="platform", name="示范平台", subtypes=(Subtype(key="shared", name="共享制造"),), modes=("m1",)
)
QUOTA = Quota(key="platform", classes=("province",), category="platform", limit=3)


def running(**changes: Any) -> Definition:
    base = replace(
        definition(2), forms=(FORM,), categories=(CATEGORY,), modes=(Mode(key="m1", name="模式一"),), quotas=(QUOTA,)
    )
    return replace(base, **changes)


def happened(**facts: Any) -> Happened:
    return Happened(**({"now": NOW, "state": OPEN} | facts))


def paths(new: Definition, facts: Happened | None = None) -> list[str]:
    return [problem.path for problem in refused(running(), new, facts or happened(), official_calendar())]


def with_field(key: str, **changes: Any) -> Definition:
    fields = tuple(replace(field, **changes) if field.key == key else field for field in FORM.fields)
    return running(forms=(replace(FORM, fields=fields),))


def with_row(**changes: Any) -> Definition:
    rows = (replace(TABLE.fields[0], **changes), TABLE.fields[1])
    return with_field("table", fields=rows)


def test_nothing_changed_is_nothing_refused() -> None:
    assert paths(running()) == []


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (running(code="other"), "code"),
        (running(timezone="Asia/Urumqi"), "timezone"),
        (running(stages=()), "stages.contacts"),
        (running(stages=(contacts_stage(kind=StageKind.DECLARE),)), "stages.contacts.kind"),
        (running(stages=(contacts_stage(opens=Opening(on=date(2023, 3, 8))),)), "stages.contacts.opens"),
        (running(stages=(contacts_stage(due=Due(on=date(2023, 3, 9))),)), "stages.contacts.due"),
        (running(forms=()), "forms.contact"),
        (running(forms=(replace(FORM, fields=FORM.fields[1:]),)), "forms.contact.fields.name"),
        (with_field("name", kind=FieldKind.EMAIL), "forms.contact.fields.name.kind"),
        (with_field("post", required=True), "forms.contact.fields.post.required"),
        (with_field("name", max_chars=39), "forms.contact.fields.name.max_chars"),
        (with_field("rich", choices=("甲",)), "forms.contact.fields.rich.choices"),
        (with_field("rich", min_choices=2), "forms.contact.fields.rich.min_choices"),
        (with_field("table", years=(-1,)), "forms.contact.fields.table.years"),
        (with_field("table", fields=TABLE.fields[1:]), "forms.contact.fields.table.fields.revenue"),
        (with_row(maximum=5.0), "forms.contact.fields.table.fields.revenue.maximum"),
        (running(forms=(replace(FORM, materials=()),)), "forms.contact.materials.photo"),
        (
            running(forms=(replace(FORM, materials=(replace(PHOTO, required=True),)),)),
            "forms.contact.materials.photo.required",
        ),
        (
            running(forms=(replace(FORM, materials=(replace(PHOTO, kinds=(FileKind.PDF,)),)),)),
            "forms.contact.materials.photo.kinds",
        ),
        (
            running(forms=(replace(FORM, fields=(*FORM.fields, Field(key="new", label="新"))),)),
            "forms.contact.fields.new.required",
        ),
    ],
)
def test_what_people_rely_on_is_not_taken_away(new: Definition, path: str) -> None:
    found = refused(running(), new, happened(), official_calendar())

    assert [problem.path for problem in found] == [path]
    assert found[0].allowed


@pytest.mark.parametrize(
    "new",
    [
        running(forms=(replace(FORM, fields=(*FORM.fields, Field(key="new", label="新", required=False))),)),
        running(forms=(replace(FORM, fields=FORM.fields[::-1]),)),
        with_field("name", label="姓名（全名）", max_chars=80),
        with_field("name", required=False),
        with_field("rich", choices=("甲", "丙", "乙")),
        with_field("table", years=(-3, -2, -1)),
        running(stages=(contacts_stage(due=Due(on=date(2023, 3, 27))),)),
        running(stages=(contacts_stage(), contacts_stage(key="more", title="再报"))),
        running(categories=(CATEGORY, Category(key="city", name="示范城市"))),
        running(categories=(), quotas=()),
        running(quotas=(replace(QUOTA, limit=1),)),
        running(units=definition(5).units),
        running(units=definition(1).units),
    ],
)
def test_what_is_added_loosened_or_untouched_by_anybody_is_allowed(new: Definition) -> None:
    assert paths(new) == []


def test_a_form_that_nobody_fills_in_yet_may_change_freely() -> None:
    new = with_field("name", kind=FieldKind.EMAIL)

    assert paths(new, happened(state=BatchState())) == []


def test_a_field_is_the_same_one_in_another_section() -> None:
    from domain.definition import Section

    form = Form(key="contact", title="联系人", sections=(Section(key="all", title="全部", fields=FORM.fields),))
    moved = running(forms=(replace(form, materials=(PHOTO,)),))

    assert paths(moved) == []


def test_cases_keep_category_sub_type_and_mode() -> None:
    facts = happened(cases={"platform": 4}, subtypes={("platform", "shared"): 2}, modes={"m1": 3})

    assert paths(running(categories=(), quotas=()), facts) == ["categories.platform"]
    bare = replace(CATEGORY, subtypes=())
    assert paths(running(categories=(bare,)), facts) == ["categories.platform.subtypes.shared"]
    assert paths(running(modes=()), facts) == ["modes.m1"]


def test_a_unit_that_has_filed_stays_and_keeps_its_places() -> None:
    facts = happened(units=frozenset({"000002"}), used={"platform": (2, "第2单位")})

    assert paths(running(units=definition(1).units), facts) == ["units.000002"]
    (problem,) = refused(running(), running(quotas=(replace(QUOTA, limit=1),)), facts, official_calendar())
    assert (problem.path, problem.allowed) == ("quotas.platform.limit", "不少于 2")
    assert "“第2单位”已报送 2 件" in problem.sentence
    assert paths(running(quotas=(replace(QUOTA, limit=2),)), facts) == []


def test_an_extended_deadline_stays_unless_the_own_one_is_changed() -> None:
    extended = datetime(2023, 3, 24, 16, 0, tzinfo=UTC)
    state = BatchState({"contacts": StageState(opened_at=OPENED, base=Deadline(extended, since=NOW))})
    titled = running(stages=(contacts_stage(title="新标题"),))
    later = running(stages=(contacts_stage(due=Due(on=date(2023, 3, 27))),))

    assert moved_deadlines(running(), titled, state, official_calendar()) == []
    (moved,) = moved_deadlines(running(), later, state, official_calendar())
    assert (moved.before, moved.after) == (extended, datetime(2023, 3, 27, 16, 0, tzinfo=UTC))


def test_a_stage_that_has_not_begun_follows_its_definition_by_itself() -> None:
    later = running(stages=(contacts_stage(due=Due(on=date(2023, 3, 27))),))

    assert moved_deadlines(running(), later, BatchState(), official_calendar()) == []
