"""People with their roles. No file holds a password: an officer gets a link that works once, an account gets none.

A row with an account name makes the account and its role; nobody can sign in with it until an administrator has set
a password. An officer without one is invited, and makes the account by the link.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import ROLE_NAMES, Action, Actor, Role
from models import Post, User
from services.bulk.archive import refused
from services.bulk.columns import Column, Layout, Takes, What
from services.bulk.judged import Judged, Once
from services.bulk.kinds.people import Invitations, People, Reach, in_force
from services.bulk.kinds.user_acts import Makings, Office
from services.bulk.lookups import Programmes, Units, programme_choices, unit_choices
from services.bulk.outcome import Effect, Plan, Step
from services.bulk.workbook import Table
from services.identity.memberships import APART
from services.identity.users import NewUser, checked_person

ACTION = Action.MANAGE_USERS
GIVEN = (Role.OFFICER, Role.COORDINATOR, Role.EXPERT, Role.AUDITOR, Role.ADMIN)
ROLES: Mapping[str, Role] = {word: role for role in GIVEN for word in (ROLE_NAMES[role], role.value)}
POSTS: Mapping[str, Post] = {word: post for post in Post for word in (post.value, f"{post.value}岗")} | {"": Post.A}
SEPARATORS = re.compile(r"[、，,；;\n]")
MOST_ACCOUNTS = 1_000
"""Each is looked at by itself, and nobody else can write meanwhile."""
NOT_YET = "aa"
"""Stands for the account name of somebody invited, who gets one with the account."""
NO_ACCOUNT = "没有账号名的按邀请办理，负责全部项目、A 岗；要限定的请填写账号"


def layout(session: Session, actor: Actor) -> Layout:
    """Return the columns of people."""
    return Layout(
        What.USERS,
        (
            Column(
                key="account",
                heading="账号",
                says="2 至 60 个小写字母、数字或 . _ -。经办人可留空：凭邀请链接由本人建立账号。",
                takes=Takes.CODE,
            ),
            Column(key="name", heading="姓名", says="最多 80 字。", is_required=True, example="张三"),
            Column(key="mobile", heading="手机", says="可用于登录。", takes=Takes.CODE, example="13800000000"),
            Column(key="email", heading="电子邮箱", says="可用于登录。", takes=Takes.CODE, also=("邮箱",)),
            Column(
                key="role",
                heading="角色",
                says="申报单位的人员由单位登记或邀请，不在这里导入。",
                is_required=True,
                choices=tuple(ROLE_NAMES[role] for role in GIVEN),
                example=ROLE_NAMES[Role.OFFICER],
                also=("身份",),
            ),
            Column(
                key="unit",
                heading="单位",
                says="经办人必填：代码、全称或简称；其他角色留空为全部单位。",
                choices=unit_choices(session),
                example="示例市",
                also=("推荐单位", "单位代码"),
            ),
            Column(
                key="programmes",
                heading="项目",
                says="名称或代号，几个之间用顿号；留空为全部项目。",
                choices=programme_choices(session),
            ),
            Column(key="post", heading="岗位", says="A 或 B；留空为 A。", takes=Takes.CODE, choices=("A", "B")),
        ),
    )


@dataclass(slots=True)
class _Look:
    """What the rows are compared with. made: the row that makes each new account, with what it says of the person."""

    now: datetime
    units: Units
    programmes: Programmes
    reach: Reach
    makings: Makings
    people: People
    invitations: Invitations
    made: dict[str, NewUser] = field(default_factory=dict)
    roles: dict[str, set[Role]] = field(default_factory=dict)
    once: Once = field(default_factory=Once)
    names_once: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, str]:
        """Return the programmes' names by key."""
        return {one.key: one.name for one in self.programmes.by_id.values()}


def plan(session: Session, table: Table, *, actor: Actor, now: datetime) -> Plan:
    """Return what each row would do; a few queries, however many rows there are."""
    units, programmes = Units(session), Programmes(session)
    judged = [Judged(table.layout, row, row.get("name")) for row in table.rows]
    people = [_person(one) for one in judged]
    offices = [_office(one, units, programmes) for one in judged]
    invited = {
        office.unit.id for office, person in zip(offices, people, strict=True) if office.unit and not person.account
    }
    look = _Look(
        now,
        units,
        programmes,
        Reach.of(actor, units, programmes),
        Makings(session, actor, now),
        People(session, people),
        Invitations(session, invited, now),
    )
    steps: list[Step] = []
    for one, person, office in zip(judged, people, offices, strict=True):
        step = _judge(look, one, person, office)
        if step is not None and one.line().effect in {Effect.ADDED, Effect.CHANGED}:
            steps.append(step)
    if len(look.made) > MOST_ACCOUNTS:
        raise refused(f"要新建 {len(look.made)} 个账号，一次最多 {MOST_ACCOUNTS} 个", "请分成几个文件")
    return Plan([one.line() for one in judged], steps)


def _person(one: Judged) -> NewUser:
    """Return the person of a row in normal form; whoever is invited has no account name yet."""
    row = one.row
    one.require("name", "role")
    typed = NewUser(
        account=row.get("account") or NOT_YET,
        name=row.get("name"),
        password=None,
        mobile=row.get("mobile"),
        email=row.get("email"),
    )
    person, problems = checked_person(typed)
    known = {problem.path for problem in one.problems}
    one.problems += (problem for problem in problems if problem.path not in known)
    account = person.account if row.get("account") else ""
    return NewUser(account=account, name=person.name, password=None, mobile=person.mobile, email=person.email)


def _office(one: Judged, units: Units, programmes: Programmes) -> Office:
    """Return the role of a row, refused where it names nothing."""
    row = one.row
    role = ROLES.get(row.get("role"))
    if role is None and row.get("role"):
        one.refuse("role", "没有这个角色", f"可填：{'、'.join(ROLE_NAMES[role] for role in GIVEN)}")
    unit = units.of(one, "unit") if row.get("unit") else None
    if role is Role.OFFICER and not row.get("unit"):
        one.refuse("unit", "经办人必须属于一个推荐单位")
    post = POSTS.get(row.get("post").upper())
    if post is None:
        one.refuse("post", "岗位应为 A 或 B")
    keys = []
    for word in filter(None, map(str.strip, SEPARATORS.split(row.get("programmes")))):
        found = programmes.single(word)
        if found is None:
            one.refuse("programmes", f"没有项目“{word[:40]}”", f"可填：{'、'.join(programmes.words)}"[:200])
        else:
            keys.append(programmes.by_id[found].key)
    return Office(role or Role.OFFICER, unit, tuple(dict.fromkeys(keys)), post or Post.A)


def _judge(look: _Look, one: Judged, person: NewUser, office: Office) -> Step | None:
    """Compare a row with who is known; return what to do for it, None for one that is refused or does nothing."""
    unit_id = office.unit.id if office.unit else None
    if not look.reach.holds(unit_id, office.programmes) and not one.problems:
        one.refuse("", "超出您的管理范围", "只能管理本单位及下级单位、本人所负责项目的人员身份")
    found = look.people.fitting(person)
    look.once.note(one, (person.account or person.mobile or person.name, *office.key), "name", "人员和身份")
    if len(found) > 1:
        one.refuse("", "账号、手机、电子邮箱分属几个账号", "请核对后只填同一人的")
    if one.problems:
        return None
    if found:
        return _judge_known(look, one, person, found[0], office)
    if person.account:
        return _judge_account(look, one, person, office)
    return _judge_invited(look, one, person, office)


def _judge_known(look: _Look, one: Judged, person: NewUser, user: User, office: Office) -> Step | None:
    """Judge the row of a person who has an account: it gives a role, and changes nothing of the account."""
    if not look.reach.knows(user):
        one.refuse("", "这个账号、手机号或电子邮箱已经有人使用")
        return None
    for key, held in (("account", user.account), ("name", user.name), ("mobile", user.mobile), ("email", user.email)):
        given = getattr(person, key)
        if given and held and given != held:
            one.refuse(key, f"与已有账号“{user.account}”登记的不同", "导入不改账号资料，请改为一致或留空")
        elif given and not held:
            one.note = "账号原来没有登记手机或电子邮箱，导入不补登"
    if not user.is_active:
        one.refuse("account", f"账号“{user.account}”已停用")
    held_now = [one_held for one_held in in_force(user, look.now) if one_held.organisation_id is None]
    same = [member for member in held_now if (member.role, member.unit_id) == office.key]
    if any((set(member.programmes), member.post) == (set(office.programmes), office.post) for member in same):
        return None
    if same:
        one.refuse("role", "已有这一身份，但项目或岗位不同", "请先在“身份”中结束原来的，再授予新的")
    _require_apart(look, one, user.account, office.role, {member.role for member in held_now})
    one.compare({}, {"role": office.words(look.names)})
    return look.makings.role(one.row.number, user.id, user.account, office)


def _judge_account(look: _Look, one: Judged, person: NewUser, office: Office) -> Step | None:
    """Judge the row of somebody who gets an account, or of one whom an earlier row of the file gives it."""
    one.is_new = True
    _require_apart(look, one, person.account, office.role, set())
    first = look.made.setdefault(person.account, person)
    if first is not person:
        for key in ("name", "mobile", "email"):
            if getattr(person, key) and getattr(person, key) != getattr(first, key):
                one.refuse(key, f"与前面账号“{person.account}”的不同", "同一账号的姓名、手机、邮箱应一致")
        one.compare({}, {"role": office.words(look.names)})
        return look.makings.role(one.row.number, None, person.account, office)
    for key in ("mobile", "email"):
        value = getattr(person, key)
        if value and look.names_once.setdefault(value, person.account) != person.account:
            one.refuse(key, f"与账号“{look.names_once[value]}”的重复", "每人一个")
    given = {key: getattr(person, key) for key in ("account", "name", "mobile", "email")}
    one.compare({}, given | {"role": office.words(look.names)})
    one.note = "账号没有密码，须由系统管理员设定后才能登录"
    return look.makings.account(one.row.number, person, office)


def _judge_invited(look: _Look, one: Judged, person: NewUser, office: Office) -> Step | None:
    """Judge the row of an officer without an account."""
    if office.role is not Role.OFFICER:
        one.refuse("account", "没有填写账号", "只有经办人可以不填，凭邀请链接由本人建立账号")
    elif office.programmes or office.post is not Post.A:
        one.refuse("account", "没有填写账号", NO_ACCOUNT)
    if office.unit is None or one.problems:
        return None
    until = look.invitations.open_until(office.unit.id, person.name)
    if until is not None or look.invitations.was_used(office.unit.id, person.name):
        one.note = "已邀请，链接还没有使用；遗失的可在单位页面另发" if until else "已接受邀请"
        return None
    one.is_new = True
    one.compare({}, {"name": person.name, "role": office.words(look.names)})
    one.note = "生成邀请链接；手机、电子邮箱由本人建立账号时填写"
    return look.makings.invitation(one.row.number, person.name, office.unit)


def _require_apart(look: _Look, one: Judged, account: str, role: Role, held: set[Role]) -> None:
    """Refuse roles that one person never holds together, in the file or with what they hold."""
    roles = look.roles.setdefault(account, set())
    roles |= held | {role}
    if role in APART and roles >= APART:
        one.refuse("role", "同一人不能同时是系统管理员和审计员", "请授予另一人")
