"""The forms of a batch: a file to take in, and the head of a draft with the people to ask."""

from collections.abc import Mapping
from typing import Any

from flask_admin.model.fields import InlineFormField
from wtforms import DateField, FileField, Form, HiddenField, StringField
from wtforms.validators import Optional

from admin.forms import AdminForm, Given, RowsField, texts
from admin.typed import LARGEST_ID, number
from domain.definition import Definition, Office, OfficeContact
from models import Batch
from services.batches.editing import HeadChange

MOST_PEOPLE = 20


class DefinitionFile(AdminForm):
    """A definition to take in."""

    file = FileField(
        "配置文件（YAML）",
        [Given()],
        description="UTF-8 编码；单位须写在文件内。编号与已有草稿相同时，成为该草稿的新一稿。",
    )


class Person(Form):
    """Somebody to ask."""

    name = StringField("姓名")
    phone = StringField("电话")
    role = StringField("负责事项", description="可不填，如“申报网站联系人”")


class BatchHead(AdminForm):
    """Title, notice and office of a draft."""

    revision = HiddenField()
    title = StringField("标题", [Given()])
    document_number = StringField("文号")
    document_issued_on = DateField("印发日期", [Optional()])
    office_name = StringField("主办处室", [Given()])
    office_email = StringField("处室邮箱", description="收取汇总与截止通知；不填则列入“待人工催办”。")
    office_published_email = StringField("对外公布的邮箱", description="照录通知原文，系统不向它发信。")
    office_address = StringField("寄送地址")
    office_site = StringField("申报网址")
    office_contacts = RowsField(InlineFormField(Person), label="联系人", max_entries=MOST_PEOPLE)


def head_values(batch: Batch, definition: Definition) -> Mapping[str, object]:
    """Return what the form shows of a draft."""
    office = definition.office
    return {
        "revision": batch.revision,
        "title": definition.title,
        "document_number": definition.document.number,
        "document_issued_on": definition.document.issued_on,
        "office_name": office.name,
        "office_email": office.email or "",
        "office_published_email": office.published_email,
        "office_address": office.address,
        "office_site": office.site,
        "office_contacts": [{"name": c.name, "phone": c.phone, "role": c.role} for c in office.contacts],
    }


def head_change(form: Any) -> HeadChange:
    """Return what was typed; a row of people that was left empty is none."""
    people = [{key: str(value or "") for key, value in row.items()} for row in form.office_contacts.data]
    typed = texts(form, "title", "document_number", *(name for name in form._fields if name.startswith("office_")))
    office = Office(
        name=typed["office_name"],
        contacts=tuple(
            OfficeContact(name=row["name"], phone=row["phone"], role=row["role"])
            for row in people
            if any(text.strip() for text in row.values())
        ),
        email=typed["office_email"].strip() or None,
        published_email=typed["office_published_email"],
        address=typed["office_address"],
        site=typed["office_site"],
    )
    return HeadChange(
        revision=revision_of(form),
        title=typed["title"],
        number=typed["document_number"],
        issued_on=form.document_issued_on.data,
        office=office,
    )


def revision_of(form: Any) -> int:
    """Return the revision that a form was filled from; one that no draft has when it was tampered with."""
    return number(str(form.revision.data or ""), LARGEST_ID) or 0
