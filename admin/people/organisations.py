"""申报单位: the organisations that declare, their approval, and how they came to it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import SelectField, StringField

from admin.acts import Act
from admin.base import ManagedView
from admin.cells import chosen
from admin.filters import Chosen, Holding, OnDays
from admin.forms import AdminForm, Given, choices_of, labels_of, texts
from admin.lists.extras import WithExtras
from admin.people.units import ReasonForm
from domain.access import Action
from models import Approval, Entity, Organisation
from services.cases.conditions import KIND_NAMES
from services.organisations.approving import APPROVAL_NAMES, approve, refuse
from services.organisations.forms import form_of, values_of
from services.organisations.profile import change
from web import current

KINDS = {name: name for name in KIND_NAMES.values()}


class OrganisationForm(AdminForm):
    """What an organisation is known by."""

    name = StringField("名称", [Given()])
    credit_code = StringField("统一社会信用代码")
    kind = SelectField("类型", choices=choices_of(KINDS))
    nature = StringField("性质")
    industry = StringField("行业")
    legal_person = StringField("法定代表人")
    address = StringField("注册地址")
    region = StringField("所在地区")
    founded_on = StringField("成立日期", description="如：2010-01-01")
    phone = StringField("电话")
    email = StringField("电子邮箱")
    site = StringField("网址")


def _approve(row: Any, form: Any) -> None:
    approve(current.db(), row.id, actor=current.actor(), now=current.now())


def _refuse(row: Any, form: Any) -> None:
    refuse(current.db(), row.id, form.reason.data or "", actor=current.actor(), now=current.now())


def _is_waiting(row: Any) -> bool:
    return bool(row.approval is Approval.PENDING)


class OrganisationView(WithExtras, ManagedView):
    """The organisations of the reader's branch."""

    entity = Entity.ORGANISATION
    # Officers decide on their own pages (portal.accounts); these are for the office that runs the batches.
    seen_by = (Action.LIST_APPLICANT,)
    edit_action = Action.LIST_APPLICANT
    edit_form_class = OrganisationForm
    loads = (joinedload(Organisation.unit),)
    page_hint = "申报单位在批次的公开页面登记，由所在地的推荐单位认证；认证一次，以后各批次有效。"
    empty_sentence = "还没有申报单位。"
    edit_hint = "修改统一社会信用代码或类型后须重新认证；每次修改都有记录。"
    acts = (
        Act(
            key="approve",
            label="认证",
            icon="circle-check",
            action=Action.LIST_APPLICANT,
            run=_approve,
            done="已认证。",
            question="认证后该单位可以提交申报件，以后各批次有效。",
            fits=_is_waiting,
            many=True,
        ),
        Act(
            key="refuse",
            label="不予认证",
            icon="circle-x",
            action=Action.LIST_APPLICANT,
            form=ReasonForm,
            run=_refuse,
            done="已登记不予认证，该单位更正资料后可再次申请。",
            question="该单位将收到原因。",
            fits=_is_waiting,
            is_grave=True,
            many=True,
        ),
    )

    column_list = ("name", "credit_code", "kind", "unit", "registered_at", "approval", "decided_by")
    column_details_list = (
        *("name", "credit_code", "kind", "nature", "industry", "legal_person", "address", "region", "founded_on"),
        *("phone", "email", "site", "unit", "registered_at", "approval", "decided_at", "decided_by", "reason"),
    )
    column_labels = labels_of(OrganisationForm) | {
        "unit": "推荐单位",
        "registered_at": "登记时间",
        "approval": "认证",
        "decided_at": "认证时间",
        "decided_by": "认证人",
        "reason": "原因",
        "unit.name": "推荐单位",
    }
    column_formatters = {"kind": chosen(KIND_NAMES), "approval": chosen(APPROVAL_NAMES)}
    column_sortable_list = ("name", "credit_code", "registered_at")
    column_searchable_list = ("name", "credit_code", "unit.name")
    column_filters = (
        Chosen(Organisation.approval, "认证", APPROVAL_NAMES),
        Chosen(Organisation.kind, "类型", KIND_NAMES),
        Holding("unit.name", "推荐单位"),
        OnDays(Organisation.registered_at, "登记时间"),
    )

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return what an organisation is known by, in words."""
        return values_of(row, form_of(row)) | self.extra_values(row)

    def change(self, form: Any, row: Any) -> None:
        """Change an organisation's data."""
        typed = texts(form, *(field.key for field in form_of(row).fields)) | self.extra_typed(form)
        change(current.db(), row.id, typed, actor=current.actor(), now=current.now())
