"""用户: accounts; what a person may do follows from the memberships below."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import PasswordField, StringField

from admin.acts import Act
from admin.base import ManagedView
from admin.cells import MASKED
from admin.filters import Holding, Ticked
from admin.forms import AdminForm, Given, labels_of, texts
from admin.people.reach import people_within, programme_names, within
from admin.tables import Part, Table
from domain.access import Action
from models import Membership, User
from services.identity.memberships import title_of
from services.identity.users import NewUser, add_user, deactivate, set_password
from web import current
from web.filters import opening

PASSWORD_HELP = "至少 8 个字符，含大写字母、小写字母、数字、其他符号中的 3 种；或不少于 16 个字符。"  # noqa: S105 - a hint


class NewUserForm(AdminForm):
    """A person to make an account for."""

    account = StringField("账号", [Given()], description="2 至 60 个小写字母、数字或 . _ -")
    name = StringField("姓名", [Given()])
    mobile = StringField("手机", description="可用于登录。")
    email = StringField("电子邮箱", description="可用于登录。")
    password = PasswordField("初始密码", [Given()], description=PASSWORD_HELP)


class PasswordForm(AdminForm):
    """A new password."""

    password = PasswordField("新密码", [Given()], description=PASSWORD_HELP)


def _set_password(row: Any, form: Any) -> None:
    set_password(current.db(), row.id, form.password.data or "", actor=current.actor(), now=current.now())


def _deactivate(row: Any, form: Any) -> None:
    deactivate(current.db(), row.id, actor=current.actor(), now=current.now())


class UserView(ManagedView):
    """The accounts."""

    seen_by = (Action.MANAGE_USERS,)
    create_action = Action.MANAGE_USERS
    create_form_class = NewUserForm
    page_hint = "账号本身没有任何权限；在“身份”中授予角色、单位和项目后才能办理业务。"
    empty_sentence = "还没有用户。"
    acts = (
        Act(
            key="password",
            label="重设密码",
            icon="key",
            action=Action.MANAGE_USERS,
            form=PasswordForm,
            run=_set_password,
            done="密码已重设，此人的登录全部退出。",
            question="重设后，此人在各处的登录立即退出。请当面或电话告知新密码。",
        ),
        Act(
            key="deactivate",
            label="停用账号",
            icon="user-off",
            action=Action.MANAGE_USERS,
            run=_deactivate,
            done="账号已停用。",
            question="停用后此人立即退出登录，不能再登录；已有记录保留。确定停用？",
            fits=lambda row: bool(row.is_active),
            is_grave=True,
            many=True,
        ),
    )

    column_list = ("name", "account", "mobile", "email", "is_active", "created_at")
    column_details_list = column_list
    column_labels = labels_of(NewUserForm) | {"is_active": "在用", "created_at": "建立时间"}
    column_formatters = {"mobile": MASKED, "email": MASKED}
    column_formatters_detail: dict[str, Any] = {}
    column_sortable_list = ("name", "account")
    column_searchable_list = ("name", "account", "mobile", "email")
    column_filters = (Holding(User.name, "姓名"), Ticked(User.is_active, "在用"))

    def narrow(self, query: Any) -> Any:
        """Return the query without people beyond the reader's reach."""
        return people_within(query, current.actor())

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return the memberships of a person."""
        query = (
            current.db()
            .query(Membership)
            .options(joinedload(Membership.unit), joinedload(Membership.user), joinedload(Membership.organisation))
        )
        found = within(query, current.actor()).filter(Membership.user_id == row.id).order_by(Membership.id)
        names = programme_names()
        rows = [
            (
                title_of(one),
                "、".join(names.get(key, key) for key in one.programmes) or "全部项目",
                opening(one.valid_from),
                opening(one.valid_until) if one.valid_until else "—",
            )
            for one in found
        ]
        heads = ("身份", "项目", "自", "至")
        return (Table(title="身份", heads=heads, rows=rows, sentence="还没有身份，不能办理业务。"),)

    def add(self, form: Any) -> User:
        """Make an account."""
        typed = texts(form, "account", "name", "mobile", "email", "password")
        return add_user(current.db(), NewUser(**typed), actor=current.actor(), now=current.now())
