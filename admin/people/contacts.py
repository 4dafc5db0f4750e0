"""联系人: whom to write to in each unit; a new one takes the place of the old one, who stays in the history."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload
from wtforms import SelectField, StringField

from admin.acts import Act
from admin.base import ManagedView
from admin.batches.names import load_titles, title_of
from admin.cells import MASKED, clamped, of_row
from admin.filters import MOST_OPTIONS, Empty, Holding, OfBatch
from admin.forms import AdminForm, Given, choices_of, labels_of, texts, whole
from admin.lookup import LookupField
from admin.people.units import UNITS, ReasonForm
from domain.access import Action
from domain.errors import Invalid, Problem
from models import Batch, BatchState, Contact
from services.contacts import CONTACT_FORM, change_contact, end_contact
from web import current

TYPED = tuple(field.key for field in CONTACT_FORM.fields)
EVERY_BATCH = "各批次通用"


class ContactForm(AdminForm):
    """A person; at least one way to reach them."""

    name = StringField("姓名", [Given()])
    post = StringField("职务")
    email = StringField("电子邮箱", description="邮箱、手机、电话至少填一项；没有邮箱的列入“待人工催办”。")
    mobile = StringField("手机")
    phone = StringField("联系电话")
    fax = StringField("传真")


class NewContact(ContactForm):
    """A person for a unit, in one batch or in all."""

    unit = LookupField(UNITS, "单位")
    batch = SelectField("批次", description="本批次的联系人优先于通用联系人。")


def _end(row: Any, form: Any) -> None:
    end_contact(current.db(), row.id, reason=form.reason.data or "", actor=current.actor(), now=current.now())


class ContactView(ManagedView):
    """The contacts, present and former."""

    # Officers name their own contacts on their own pages; these are for who keeps the units. The service asks again.
    seen_by = (Action.MANAGE_UNITS,)
    create_action = edit_action = Action.MANAGE_UNITS
    create_form_class, edit_form_class = NewContact, ContactForm
    form_ajax_refs = {"unit": UNITS}
    loads = (joinedload(Contact.unit),)
    page_hint = "变更联系人时，原联系人停用并保留在历史中，不再收到邮件。"
    empty_sentence = "还没有联系人。各单位反馈后会出现在这里，也可以代为登记。"
    edit_label = "变更"
    edit_hint = "保存后由新的联系人接替，原联系人保留在历史中。"
    acts = (
        Act(
            key="end",
            label="停用",
            icon="user-off",
            action=Action.MANAGE_UNITS,
            form=ReasonForm,
            run=_end,
            done="已停用，此后的邮件发往单位自己的地址。",
            question="停用后没有接替的联系人，邮件改发单位自己的地址。",
            fits=lambda row: row.valid_until is None,
            is_grave=True,
            many=True,
        ),
    )

    column_list = ("unit", "name", "mobile", "email", "batch", "valid_until", "refused_at")
    column_details_list = (
        *("unit", "batch", "name", "post", "phone", "mobile", "fax", "email"),
        *("valid_from", "valid_until", "refused_at", "refused_because"),
    )
    column_labels = labels_of(NewContact) | {
        "valid_from": "自",
        "valid_until": "至",
        "refused_at": "拒收于",
        "refused_because": "拒收原因",
        "unit.name": "单位",
    }
    column_formatters_detail = {"batch": of_row(lambda row: title_of(row.batch_id) or EVERY_BATCH)}
    column_formatters = {
        "batch": clamped(lambda row: title_of(row.batch_id) or EVERY_BATCH),
        "mobile": MASKED,
        "email": MASKED,
        "phone": MASKED,
        "fax": MASKED,
    }
    column_sortable_list = ("name",)
    column_searchable_list = ("name", "unit.name", "email", "mobile")
    column_filters = (
        Empty(Contact.valid_until, "是否现任", ("现任", "已停用")),
        OfBatch(Contact.batch_id),
        Holding("unit.name", "单位"),
        Empty(Contact.refused_at, "邮箱", ("未被拒收", "被拒收")),
    )

    def narrow(self, query: Any) -> Any:
        """Return the query without contacts of batches beyond the reader's programmes."""
        return query.filter(or_(Contact.batch_id.is_(None), Contact.batch_id.in_(select(Batch.id))))

    def ready(self, rows: Sequence[Any]) -> None:
        """Read the titles of the batches."""
        load_titles(row.batch_id for row in rows)

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether the contact is a present one."""
        return row.valid_until is None

    def locked(self, row: Any) -> str:
        """Return why a contact cannot be changed."""
        return f"{row.name}已不是联系人，历史不能修改。"

    def name_of(self, row: Any) -> str:
        """Return the unit and the person."""
        return f"{row.unit.name} {row.name}"

    def prepare(self, form: Any, row: Any) -> None:
        """Offer the batches that run."""
        if "batch" in form:
            form.batch.choices = choices_of(_open_batches(), blank=EVERY_BATCH)

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return the present person."""
        return {key: getattr(row, key) or "" for key in TYPED}

    def add(self, form: Any) -> Contact:
        """Name a contact for a unit."""
        return self._replace(form.unit.data.id, whole(form.batch), form)

    def change(self, form: Any, row: Any) -> None:
        """Name another contact in place of this one; nothing happens when nothing was changed."""
        if texts(form, *TYPED) == self.values_of(row):
            raise Invalid([Problem("name", "", "没有改动，无需变更联系人")])
        self._replace(row.unit_id, row.batch_id, form)

    @staticmethod
    def _replace(unit_id: int, batch_id: int | None, form: Any) -> Contact:
        typed = texts(form, *TYPED)
        return change_contact(current.db(), unit_id, batch_id, typed, actor=current.actor(), now=current.now())


def _open_batches() -> dict[int, str]:
    found = (
        select(Batch.id, Batch.title)
        .where(Batch.state.in_((BatchState.RUNNING, BatchState.PAUSED)))
        .order_by(Batch.id.desc())
        .limit(MOST_OPTIONS)
    )
    return {row.id: row.title for row in current.db().execute(found)}
