"""Accounts: made by an administrator or the command line, found by account name, mobile or e-mail."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.forms import FORBIDDEN, MOBILE
from models import User
from notifications.address import BadAddress, normalise_address
from services.audit import Act, record
from services.identity import passwords, sessions
from services.identity.passwords import Policy
from services.identity.reach import require_over

ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
NAME_MAX = 80
NOT_IN_NUMBER = str.maketrans("", "", " -")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """A person to make an account for; mobile and e-mail are "" where unknown.

    password: None where there is none yet, and nobody can sign in before one is set.
    """

    account: str
    name: str
    password: str | None
    mobile: str = ""
    email: str = ""


def add_user(
    session: Session, new: NewUser, *, actor: Actor, now: datetime, policy: Policy = Policy.DENGBAO2
) -> User:
    """Make an account; it has no rights before a membership is granted. Raises NotAllowed, Invalid."""
    require_over(session, User(memberships=[]), actor=actor, action=Action.MANAGE_USERS)
    person, problems = checked_person(new)
    problems = problems or list(_taken(session, person))
    try:
        if new.password is not None:
            passwords.check(new.password, person.account, policy=policy)
    except Invalid as refusal:
        problems.extend(refusal.problems)
    if problems:
        raise Invalid(problems)
    user = User(
        account=person.account,
        name=person.name,
        mobile=person.mobile or None,
        email=person.email or None,
        password_hash=passwords.NOBODYS_HASH if new.password is None else passwords.hash_password(new.password),
        created_at=now,
    )
    session.add(user)
    session.flush()
    _record(session, user, "新建账号", actor=actor, now=now)
    return user


def set_password(
    session: Session, user_id: int, password: str, *, actor: Actor, now: datetime, policy: Policy = Policy.DENGBAO2
) -> None:
    """Give a person a new password and end every session of theirs; one's own needs no right to manage users.

    Raises NotAllowed, NotFound, Invalid.
    """
    user = _get(session, user_id)
    if actor.user_id != user.id:
        require_over(session, user, actor=actor, action=Action.MANAGE_USERS)
    passwords.check(password, user.account, policy=policy)
    user.password_hash = passwords.hash_password(password)
    sessions.end_sessions_of(session, user.id, now=now)
    _record(session, user, "更改密码", actor=actor, now=now)


def deactivate(session: Session, user_id: int, *, actor: Actor, now: datetime) -> None:
    """Switch an account off and end its sessions; nothing of it is deleted. Raises NotAllowed, NotFound, Conflict."""
    user = _get(session, user_id)
    require_over(session, user, actor=actor, action=Action.MANAGE_USERS)
    if actor.user_id == user.id:
        raise Conflict("不能停用自己的账号，请由另一位系统管理员办理。")
    user.is_active = False
    sessions.end_sessions_of(session, user.id, now=now)
    _record(session, user, "停用账号", actor=actor, now=now)


def find_by_sign_in_name(session: Session, typed: str) -> User | None:
    """Return the person with this account name, mobile or e-mail; None when there is none.

    The three never meet: an account name has no "@" and does not look like a mobile number.
    """
    name = unicodedata.normalize("NFKC", typed[:300]).strip().casefold()
    if FORBIDDEN.search(name):
        return None
    if "@" in name:
        fits = User.email == name
    elif MOBILE.match(name):
        fits = User.mobile == normal_mobile(name)
    else:
        fits = User.account == name
    return session.scalars(select(User).where(fits)).one_or_none()


def normal_mobile(typed: str) -> str:
    """Return the eleven digits of a mobile number typed with separators or a country code."""
    return typed.translate(NOT_IN_NUMBER).removeprefix("+").removeprefix("86")


def _get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这个用户。")
    return user


def checked_person(new: NewUser) -> tuple[NewUser, list[Problem]]:
    """Return the person in normal form, and everything wrong with them but that somebody has it already."""
    problems: list[Problem] = []
    account = unicodedata.normalize("NFKC", new.account).strip().casefold()
    name = new.name.strip()
    mobile = unicodedata.normalize("NFKC", new.mobile).strip()
    email = ""
    if not ACCOUNT.fullmatch(account) or MOBILE.match(account):
        allowed = "应为 2 至 60 个小写字母、数字或 . _ -，且不能是手机号"
        problems.append(Problem("account", new.account[:80], "账号格式不对", allowed))
    if not name or len(name) > NAME_MAX or FORBIDDEN.search(name) or "\n" in name:
        problems.append(Problem("name", name[:80], f"请填写姓名，最多 {NAME_MAX} 字，不含控制字符"))
    if mobile and not MOBILE.match(mobile):
        problems.append(Problem("mobile", mobile[:80], "手机号应为 11 位，以 13 至 19 开头"))
    if new.email.strip():
        try:
            email = normalise_address(new.email).lower()
        except BadAddress as refusal:
            problems.append(Problem("email", new.email[:80], str(refusal)))
    person = replace(new, account=account, name=name, mobile=normal_mobile(mobile), email=email)
    return person, problems


def _taken(session: Session, person: NewUser) -> Iterator[Problem]:
    given = (
        ("account", User.account, person.account, "这个账号已经有人使用"),
        ("mobile", User.mobile, person.mobile, "这个手机号已经登记在另一个账号下"),
        ("email", User.email, person.email, "这个电子邮箱已经登记在另一个账号下"),
    )
    for path, column, value, sentence in given:
        if value and session.scalars(select(User.id).where(column == value)).first() is not None:
            yield Problem(path, value, sentence)


def _record(session: Session, user: User, what: str, *, actor: Actor, now: datetime) -> None:
    what = f"{what}：{user.name}（{user.account}）"
    record(
        session, Act(actor=actor, now=now, action=Action.MANAGE_USERS, what=what, after={"is_active": user.is_active})
    )
