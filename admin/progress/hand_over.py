"""交接: a post goes to a successor at an instant, with its duties; who held it is out."""

from typing import Any

from flask import request
from flask_admin import expose
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from admin.forms import Given, MomentField
from admin.people.reach import within
from admin.progress.doing import Doing
from admin.progress.forms import PageForm, read
from admin.typed import row_id, search_words
from domain.access import Action
from domain.errors import Invalid, NotFound, Problem
from models import Membership
from services.identity.hand_over import HANDED_OVER, HandOver, hand_over
from services.identity.memberships import title_of
from services.identity.users import find_by_sign_in_name
from services.progress.posts import posts
from web import current
from web.filters import opening
from web.guard import needs


class HandOverForm(PageForm):
    """Who takes over, from when, and why."""

    places = {"to_user_id": "to"}

    to = StringField("接任人", [Given()], description="接任人的账号、手机号或电子邮箱；须已有账号。")
    at = MomentField("交接时间", description="从这一刻起由接任人办理，原经办人不能再办理。不填：立即交接。")
    reason = TextAreaField("原因", [Given()])


class HandOverPages(Doing):
    """Finding the post, and handing it over."""

    action = Action.HAND_OVER
    is_in_menu = True
    page_hint = "找到要交接的岗位，指定接任人。未办事项随岗位转给接任人，不需要逐项移交。"

    @expose("/")
    @needs(Action.HAND_OVER)
    def list_view(self) -> str:
        """Show the posts that can be handed over."""
        search = " ".join(search_words(request.args.get("search")) or [])
        found = posts(current.db(), search, actor=current.actor(), now=current.now())
        return str(self.render("admin/progress/posts.html", found=found, search=search, title_of=title_of))

    @expose("/<membership_id>", methods=("GET", "POST"))
    @needs(Action.HAND_OVER)
    def hand_over_view(self, membership_id: str) -> str | Response:
        """Hand over one post."""
        former = _post_in_hand(membership_id)
        form = read(HandOverForm)

        def run() -> str:
            successor = find_by_sign_in_name(current.db(), form.to.data)
            if successor is None:
                raise Invalid([Problem("to", "", "没有这个账号、手机号或电子邮箱", "请先由系统管理员新建用户")])
            at = form.at.data or current.now()
            wanted = HandOver(from_membership_id=former.id, to_user_id=successor.id, at=at, reason=form.reason.data)
            hand_over(current.db(), wanted, actor=current.actor(), now=current.now())
            return f"{former.user.name} 的岗位自 {opening(at)} 起由 {successor.name} 接任。"

        return self.do(
            form,
            run,
            title=f"交接：{former.user.name}",
            whom=title_of(former),
            facts=[("现任", former.user.name), ("任职自", opening(former.valid_from))],
            consequence=f"到交接时间，{former.user.name} 的这一身份失效；运行批次中以其为联系人的，改为接任人。",
            button="确定交接",
            back=self.get_url(".list_view"),
        )


def _post_in_hand(raw: str) -> Any:
    """Return the post in an address. Raises NotFound, alike for one out of reach."""
    query = current.db().query(Membership).options(joinedload(Membership.user), joinedload(Membership.unit))
    found = (
        within(query, current.actor())
        .filter(Membership.id == (row_id(raw) or 0), Membership.role.in_(HANDED_OVER))
        .one_or_none()
    )
    if found is None:
        raise NotFound("没有这个岗位。")
    return found
