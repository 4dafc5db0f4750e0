"""`linxuan user`."""

import sys
from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import ROLE_NAMES, Role
from domain.errors import Invalid, Problem
from linxuan.commands.shared import installation, operator
from models import Post, Unit
from models.scope import Scope
from services.batches.context import get_batch
from services.identity import passwords
from services.identity.memberships import Grant, grant, title_of
from services.identity.users import NewUser, add_user
from services.organisations.finding import by_credit_code
from services.organisations.inviting import Invitation, invite, units_without_officer
from web.clock import effective_now

ROLES = {role.value: name for role, name in ROLE_NAMES.items() if role is not Role.SYSTEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for on the command line; the texts are "" where left out."""

    account: str
    name: str
    role: str
    unit: str
    organisation: str
    programme: tuple[str, ...]
    post: str
    mobile: str
    email: str
    password_stdin: bool
    generate: bool


@click.group(help="账号。")
def user() -> None:
    """Group what is done with accounts."""


@user.command(help="新建账号 ACCOUNT，并授予一个身份。")
@click.argument("account")
@click.option("--name", required=True, help="姓名")
@click.option("--role", type=click.Choice(list(ROLES)), required=True, help="身份：" + "、".join(ROLES.values()))
@click.option("--unit", default="", metavar="CODE", help="所属单位的代码")
@click.option("--organisation", default="", metavar="CODE", help="所属申报单位的统一社会信用代码")
@click.option("--programme", multiple=True, metavar="KEY", help="所负责的项目，可写多次；不写为全部")
@click.option("--post", type=click.Choice([post.value for post in Post]), default=Post.A.value, help="A 岗或 B 岗")
@click.option("--mobile", default="", help="手机号")
@click.option("--email", default="", help="电子邮箱")
@click.option("--password-stdin", is_flag=True, help="从标准输入读取密码")
@click.option("--generate", is_flag=True, help="生成密码，并在标准输出上显示一次")
def add(**given: Any) -> None:
    """Make an account with one membership. Raises Invalid, Conflict."""
    asked = Asked(**given)
    password = _password(asked)
    person = NewUser(
        account=asked.account, name=asked.name, password=password, mobile=asked.mobile, email=asked.email
    )
    with installation() as here, here.database.write(Scope()) as session:
        now, actor = effective_now(session), operator()
        made = add_user(session, person, actor=actor, now=now)
        wanted = Grant(
            user_id=made.id,
            role=Role(asked.role),
            unit_id=_unit_id(session, asked.unit),
            organisation_id=_organisation_id(session, asked.organisation),
            programmes=asked.programme,
            post=Post(asked.post),
        )
        membership = grant(session, wanted, actor=actor, now=now)
        done = f"已建立账号 {made.account}：{title_of(membership)}。"
    click.echo(done, err=True)
    if asked.generate:
        click.echo(password)


@user.command(
    name="invite", help="为批次 BATCH 中还没有经办人的推荐单位各生成一个邀请链接（7 天内有效，只能用一次）。"
)
@click.argument("batch")
def invite_officers(batch: str) -> None:
    """Print code, name and link of each unit of a batch for which nobody can sign in. Raises NotFound."""
    with installation() as here, here.database.write(Scope()) as session:
        now, actor = effective_now(session), operator()
        units = units_without_officer(session, get_batch(session, batch).id, now=now)
        lines = [
            (unit, invite(session, Invitation(name=f"{unit.name}经办人"[:80], unit_id=unit.id), actor=actor, now=now))
            for unit in units
        ]
        shown = [f"{unit.code}\t{unit.name}\t{here.settings.url}/invitations/{token}" for unit, token in lines]
    for line in shown:
        click.echo(line)
    click.echo(f"已为 {len(shown)} 个单位生成邀请链接。", err=True)


def _password(asked: Asked) -> str:
    if asked.password_stdin == asked.generate:
        raise click.UsageError("请在 --password-stdin 和 --generate 中选择一个。")
    return passwords.generate() if asked.generate else sys.stdin.readline().rstrip("\r\n")


def _unit_id(session: Session, code: str) -> int | None:
    """Return the id of a unit by its code; None without one. Raises Invalid for an unknown one."""
    if not code:
        return None
    found = session.scalars(select(Unit.id).where(Unit.code == code)).one_or_none()
    if found is None:
        raise Invalid([Problem("unit", code, "没有这个代码的单位")])
    return found


def _organisation_id(session: Session, code: str) -> int | None:
    """Return the id of an applicant by its credit code; None without one. Raises Invalid for an unknown one."""
    if not code:
        return None
    found = by_credit_code(session, code)
    if found is None:
        raise Invalid([Problem("organisation", code[:80], "没有这个统一社会信用代码的申报单位")])
    return found.id
