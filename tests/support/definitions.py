"""The smallest definition without any finding, and a way to change one place of it."""

from dataclasses import replace
from datetime import date
from typing import Any

from domain import definition as d
from domain.definition.paths import item_name, members


def small_batch(**changes: Any) -> d.Definition:
    """Two cities that give a contact and recommend at most three platforms; every date has a time of day."""
    return replace(SMALL, **changes)


def changed(value: Any, path: str, /, **changes: Any) -> Any:
    """Return the value with other fields at a place that is named by stable keys."""
    if not path:
        return replace(value, **changes)
    head, _, rest = path.partition(".")
    if isinstance(value, tuple):
        names = [item_name(members(item) or {}, number) for number, item in enumerate(value)]
        if head not in names:
            raise KeyError(path)
        return tuple(
            changed(item, rest, **changes) if name == head else item for name, item in zip(names, value, strict=True)
        )
    return replace(value, **{head: changed(getattr(value, head), rest, **changes)})


SMALL = d.Definition(
    code="small-2023",
    title="2023 年示范平台推荐",
    year=2023,
    programme=d.Programme(key="small", name="示范平台"),
    issuer=d.Issuer(name="某省工业和信息化厅", level=d.Level.PROVINCE),
    office=d.Office(
        name="产业处",
        contacts=(d.OfficeContact(name="王明", phone="010-60000001"),),
        email="office@province.example",
        published_email="office@province.example",
    ),
    unit_classes=(d.UnitClass(key="city", name="市级"),),
    units=(
        d.UnitEntry(code="010100", name="甲市工业和信息化局", unit_class="city", email="a@units.example"),
        d.UnitEntry(code="010200", name="乙市工业和信息化局", unit_class="city", email="b@units.example"),
    ),
    modes=(d.Mode(key="sharing", name="共享制造"),),
    categories=(
        d.Category(
            key="platform",
            name="示范平台",
            subtypes=(d.Subtype(key="sharing", name="共享制造类"), d.Subtype(key="other", name="其他类")),
            modes=("sharing",),
        ),
    ),
    quotas=(d.Quota(key="platform", classes=("city",), category="platform", limit=3),),
    forms=(
        d.Form(
            key="contact",
            title="联系人",
            fields=(
                d.Field(key="name", label="姓名"),
                d.Field(key="email", label="电子邮箱", kind=d.FieldKind.EMAIL),
                d.Field(key="post", label="岗位", kind=d.FieldKind.CHOICE, choices=("专职", "兼职")),
            ),
            one_of=(("name", "email"),),
        ),
    ),
    stages=(
        d.Stage(
            key="contacts",
            kind=d.StageKind.COLLECT,
            title="联系人反馈",
            opens=d.Opening(on=date(2023, 3, 6)),
            due=d.Due(on=date(2023, 3, 20), at="18:00"),
            ladder="contacts",
            collect=d.Collect(
                owed_by=d.OwedBy.UNITS,
                form="contact",
                provides_contact=True,
                exemption=d.Exemption(reasons=(d.ExemptionReason(key="closed", name="停业"),), goes_with="recommend"),
            ),
        ),
        d.Stage(
            key="recommend",
            kind=d.StageKind.RECOMMEND,
            title="推荐报送",
            opens=d.Opening(after=("contacts",)),
            due=d.Due(on=date(2023, 5, 31), at="18:00"),
        ),
    ),
    ladders=(
        d.Ladder(
            key="contacts",
            steps=(
                d.Step(key="before-2", days=-2),
                d.Step(key="on-day", days=0),
                d.Step(key="after-1", days=1, to=d.Audience.COORDINATOR),
            ),
            ceiling_per_week=2,
        ),
    ),
    mails=(d.MailText(kind=d.MailKind.REMINDER, stage="contacts", subject="请反馈联系人", body="请于截止前反馈。"),),
    evidence=(
        d.Evidence(path="stages.contacts.due.on", mark=d.Mark.STATED, quote="于3月20日前反馈"),
        d.Evidence(path="quotas.platform", mark=d.Mark.CONFIRMED, note="原文无数目", confirmed_by="王明 2023-03-01"),
    ),
)
