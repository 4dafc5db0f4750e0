"""身份: who holds which role, in which unit and programmes, from when until when."""

from collections.abc import Sequence
from typing import Any

from flask import g
from sqlalchemy.orm import joinedload
from wtforms import SelectField, SelectMultipleField

from admin.acts import Act
from admin.base import ManagedView
from admin.cells import of_row
from admin.filters import Chosen, Empty, Holding
from admin.forms import AdminForm, MomentField, choices_of, labels_of
from admin.lookup import Lookup, LookupField
from admin.people.reach import people_within, programme_names, within
from admin.people.units import UNITS, ReasonForm
from domain.access import ROLE_NAMES, Action, Role
from models import Membership, Post, User
from services.identity.memberships import Grant, end, grant, place_of, title_of
from web import current
from web.filters import state_label


class People(Lookup):
    """Finds the people within the reader's reach; no scope narrows them."""

    def within(self, found: Any) -> Any:
        """Return a statement without people beyond the reader's reach."""
        return people_within(found, current.actor())


USERS = People("user", (User.account, User.name), "输入姓名或账号")
# The widest right comes last, so that nobody gives it by leaving the field as it is.
GIVEN = (Role.OFFICER, Role.COORDINATOR, Role.APPLICANT, Role.EXPERT, Role.AUDITOR, Role.ADMIN)
ROLES = {role: ROLE_NAMES[role] for role in GIVEN}
POSTS = {post: state_label(post) for post in Post}


class GrantForm(AdminForm):
    """A membership to give."""

    user = LookupField(USERS, "用户")
    role = SelectField("角色", choices=choices_of(ROLES))
    unit = LookupField(UNITS, "单位", may_be_empty=True, description="经办人必填；其他角色不填表示全部单位。")
    programmes = SelectMultipleField("项目", description="不选表示全部项目。")
    post = SelectField("岗位", choices=choices_of(POSTS))
    valid_from = MomentField("自", description="不填：从现在起。")
    valid_until = MomentField("至", description="不填：长期。")


def _end(row: Any, form: Any) -> None:
    end(current.db(), row.id, reason=form.reason.data or "", actor=current.actor(), now=current.now())


class MembershipView(ManagedView):
    """The memberships."""

    seen_by = (Action.MANAGE_USERS,)
    create_action = Action.MANAGE_USERS
    create_form_class = GrantForm
    form_ajax_refs = {"user": USERS, "unit": UNITS}
    loads = (joinedload(Membership.user), joinedload(Membership.unit), joinedload(Membership.organisation))
    page_hint = "一人可以有多个身份，登录后选择其一办理业务。系统管理员与审计员不能由同一人担任。"
    empty_sentence = "还没有身份。"
    acts = (
        Act(
            key="end",
            label="结束",
            icon="user-off",
            action=Action.MANAGE_USERS,
            form=ReasonForm,
            run=_end,
            done="身份已结束。",
            question="结束后此人立即失去这一身份的权限；已办的事项保留。",
            fits=lambda row: row.valid_until is None or row.valid_until > current.now(),
            is_grave=True,
            many=True,
        ),
    )

    column_list = ("user", "role", "unit", "programmes", "post", "valid_from", "valid_until")
    column_details_list = column_list
    column_labels = labels_of(GrantForm) | {"user.name": "姓名", "user.account": "账号", "unit.name": "单位"}
    column_formatters = {
        "programmes": of_row(lambda row: "、".join(g.programme_names.get(k, k) for k in row.programmes) or "全部"),
        "unit": of_row(lambda row: place_of(row) or "全部"),
    }
    column_sortable_list = ("valid_from",)
    column_searchable_list = ("user.name", "user.account", "unit.name")
    column_filters = (
        Chosen(Membership.role, "角色", ROLES),
        Empty(Membership.valid_until, "期限", ("长期", "有期限或已结束")),
        Holding("unit.name", "单位"),
    )

    def narrow(self, query: Any) -> Any:
        """Return the query without memberships beyond the reader's reach."""
        return within(query, current.actor())

    def ready(self, rows: Sequence[Any]) -> None:
        """Read the names of the programmes."""
        g.programme_names = programme_names()

    def name_of(self, row: Any) -> str:
        """Return person and role."""
        return f"{row.user.name}：{title_of(row)}"

    def prepare(self, form: Any, row: Any) -> None:
        """Offer the programmes."""
        if "programmes" in form:
            form.programmes.choices = choices_of(programme_names())

    def add(self, form: Any) -> Membership:
        """Give a membership."""
        wanted = Grant(
            user_id=form.user.data.id,
            role=Role(form.role.data),
            unit_id=form.unit.data.id if form.unit.data else None,
            programmes=tuple(form.programmes.data or ()),
            post=Post(form.post.data),
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
        )
        return grant(current.db(), wanted, actor=current.actor(), now=current.now())
