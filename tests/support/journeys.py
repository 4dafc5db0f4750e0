"""A served installation with a preset that runs at its time, and the pages of those who play a case in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from domain.access import Role
from domain.definition import Definition, Form
from domain.forms import Setting
from domain.instants import local_day
from linxuan.app import create_app
from linxuan.demo.examples import answers, credit_code
from models import Unit
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.expressions import evaluate
from tests.support.batches import running
from tests.support.people import PASSWORD, member, user
from tests.support.portal import set_time
from tests.support.preset_cases import confirmed
from tests.support.serving import installed, serving

EMPTY = """paths => {
  const isEmpty = input => (["checkbox", "radio"].includes(input.type) ? !input.checked : !input.value);
  const inputs = path => Array.from(document.getElementsByName(path)).filter(input => input.type !== "hidden");
  return paths.filter(path => inputs(path).every(isEmpty));
}"""
SAVED_MS = 20_000
"""How long a page may take to say that it has saved; the machine may be busy."""


@dataclass(frozen=True, slots=True)
class House:
    """A served installation whose batch runs.

    url: where it answers. now: at which moment its business stands; seconds pass as ever. context: the batch.
    """

    url: str
    database: Database
    context: BatchContext
    now: datetime

    @property
    def code(self) -> str:
        """Return the batch's code, as addresses name it."""
        return self.context.batch.code

    def unit(self, code: str) -> int:
        """Return the id of a unit."""
        with self.database.read(Scope()) as session:
            return session.scalars(select(Unit.id).where(Unit.code == code)).one()

    def officer(self, unit_code: str) -> str:
        """Make an officer of a unit; return the account, whose password is PASSWORD."""
        return self._person(Role.OFFICER, f"officer-{unit_code}", unit_id=self.unit(unit_code))

    def coordinator(self) -> str:
        return self.person(Role.COORDINATOR)

    def person(self, role: Role) -> str:
        """Make somebody in a role that belongs to no unit; return the account."""
        return self._person(role, role.value, unit_id=None)

    def _person(self, role: Role, account: str, **place: Any) -> str:
        with self.database.write(Scope()) as session:
            since = self.now - timedelta(days=30)
            member(session, user(session, account, name=f"{account} 经办"), role, valid_from=since, **place)
        return account

    def form(self, category: str) -> Form:
        """Return the form of a category."""
        return self.context.definition.form(category)

    def answers(self, category: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return answers by leaf that fill a category's form. given: as `linxuan.demo.examples.answers` takes it."""
        definition = self.context.definition
        on = local_day(self.now, definition.zone)
        setting = Setting(definition.year, definition.modes_of(category), evaluate, on)
        return answers(self.form(category), setting, {}, given)


@contextmanager
def served(folder: Path, schema: Path, definition: Definition, opens: datetime, now: datetime) -> Iterator[House]:
    """Serve a fresh installation whose only batch was published the day before it opened.

    folder: for its data. schema: an empty SQLite file with the newest schema, to be copied.
    """
    with installed(folder, schema) as (settings, database):
        with database.write(Scope()) as session:
            batch_id = running(session, confirmed(definition), opens - timedelta(days=1)).batch.id
            advance(session, batch_id, opens)
        set_time(database, f"{now.astimezone(definition.zone):%Y-%m-%d %H:%M}")
        with database.read(Scope()) as session:
            context = load(session, batch_id)
        with serving(create_app(settings, database)) as url:
            yield House(url, database, context, now)


# ---------- people at their pages ----------


def sign_in(page: Page, account: str, password: str = PASSWORD) -> None:
    """Sign in somebody who has an account."""
    page.goto("/sign-in")
    page.get_by_label("账号").fill(account)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_out(page: Page) -> None:
    """Leave by the menu behind one's name."""
    page.locator("[data-bs-toggle=dropdown]").last.click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(lambda url: "/sign-in" in url or url.endswith("/"))


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented applicant. unit: short name or name of the unit where it registers; number: makes its code."""

    name: str
    unit: str
    region: str
    number: int = 1
    industry: str = "C34"

    @property
    def mobile(self) -> str:
        """Return the number with which its person signs in."""
        return f"1380000{self.number:04d}"


def register(page: Page, house: House, firm: Firm) -> None:
    """Register a firm with its person, from the batch's public page on, and see that it is noted."""
    page.goto(f"/batches/{house.code}")
    page.get_by_role("link", name="登记申报单位").click()
    page.get_by_label("所在地的推荐单位").select_option(label=firm.unit)
    fields = {
        "统一社会信用代码": credit_code(firm.number),
        "单位名称": firm.name,
        "单位性质": "民营",
        "所属行业": firm.industry,
        "法定代表人": "张示例",
        "注册地址": f"{firm.region}示例路1号",
        "所在地区": firm.region,
        "成立日期": "2010-05-01",
        "姓名": "钱经办",
        "手机号": firm.mobile,
    }
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    choose(page, "kind", "企业")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password_again]").fill(PASSWORD)
    page.get_by_role("button", name="提交登记").click()
    expect(page.get_by_role("heading", name="登记已提交").first).to_be_visible()


def approve(page: Page, firm: Firm) -> None:
    """Recognise a firm as the officer of its unit."""
    page.get_by_role("link", name="申报单位", exact=False).first.click()
    page.get_by_role("link", name=firm.name).click()
    page.get_by_role("button", name="认证", exact=True).click()
    expect(page.locator("main")).to_contain_text("已认证")


def admitted(house: House, firm: Firm, applicant: Page, officer: Page) -> None:
    """Register a firm and have it recognised by an officer of its unit, who is signed in; then it signs in."""
    register(applicant, house, firm)
    officer.goto("/work")
    approve(officer, firm)
    sign_in(applicant, firm.mobile)


def begin(page: Page, house: House, kind: str, title: str) -> str:
    """Begin a case of a category as it is called on the page; return its address."""
    page.goto(f"/batches/{house.code}/declare")
    page.get_by_label(kind).check()
    page.get_by_label("名称", exact=False).last.fill(title)
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/edit")
    return page.url.removesuffix("/edit")


# ---------- the form of a case ----------


def leaf(page: Page, path: str) -> Locator:
    """Return the inputs of a leaf."""
    return page.locator(f'[name="{path}"]:not([type=hidden])')


def choose(page: Page, path: str, text: str) -> None:
    """Give a leaf a value: tick it, choose it from a list, or type it."""
    found = leaf(page, path)
    if (found.first.get_attribute("type") or "") in {"checkbox", "radio"}:
        for one in text.split("\n"):
            page.locator(f'[name="{path}"][value="{one}"]').check()
    elif found.first.evaluate("element => element.tagName") == "SELECT":
        found.select_option(text)
    else:
        found.fill(text)


def fill(page: Page, values: Mapping[str, str]) -> None:
    """Give every leaf a value that is still empty on the page, from top to bottom as a person would."""
    for path in page.evaluate(EMPTY, list(values)):
        choose(page, path, values[path])


def expect_saved(page: Page) -> None:
    """Wait until the page says when the draft was saved, with nothing left to send."""
    page.locator("h1").click()
    expect(page.locator("[data-case-state]")).to_contain_text("已于", timeout=SAVED_MS)


def hand_in(page: Page) -> None:
    """Sign every statement and submit."""
    submit = page.get_by_role("button", name="提交", exact=True)
    expect(submit).to_be_visible()
    page.wait_for_load_state()
    for box in page.locator("form[data-confirm] input[type=checkbox]").all():
        box.check()
    submit.click()
    answer_yes(page)


def answer_yes(page: Page) -> None:
    """Say yes to what the page asks before it goes on."""
    page.locator("#lx-confirm [data-answer=yes]").click()
