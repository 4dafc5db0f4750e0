"""A coordinator configures a batch from nothing, publishes it, and it runs: no file, no line of code."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from domain.definition import MailKind
from models import Batch, BatchState, Mail
from models.scope import Scope
from services.batches.advancing import advance
from tests.browser.journeys.conftest import Serve, Visit, serve, visit  # noqa: F401 - fixtures
from tests.support.batches import local
from tests.support.journeys import Firm, House, admitted, answer_yes, leaf, sign_in
from tests.support.portal import set_time
from tests.support.provinces import preset

OPENS, NOW = local("2023-03-06 09:00"), local("2023-03-20 10:00")
CODE, TITLE = "trial-2023", "关于开展2023年度试点遴选的通知"
DESIGN = f"/admin/progress/{CODE}/design"
DISTRICT = "410305"
FIRM = Firm("洛阳星辰轴承示例有限公司", "洛阳市涧西区工业和信息化主管部门", "涧西区")


def test_a_batch_is_configured_from_nothing_and_runs(serve: Serve, visit: Visit) -> None:  # noqa: F811 - fixtures
    """Issue's bar: three stages, quotas, a form with a year table and repeating rows, rules and ladders."""
    house = serve(preset("luoyang-2023"), OPENS, NOW)
    page = visit(house)
    sign_in(page, house.coordinator())

    begin_blank(page)
    who_recommends(page)
    what_is_selected(page)
    the_form(page)
    the_stages(page)
    the_routes(page)
    reminders(page)
    the_rule(page)
    publish(page)

    run_until(house, "2023-03-22 10:00")
    declares(house, visit)
    page.goto(f"/admin/progress/{CODE}")
    expect(page.locator("main")).to_contain_text("进行中")


def begin_blank(page: Page) -> None:
    page.goto("/admin/progress/new")
    page.get_by_role("link", name="空白批次").click()
    page.get_by_label("编号").first.fill(CODE)
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("年度").fill("2023")
    page.get_by_label("项目", exact=True).select_option(label="河南省服务型制造示范")
    page.get_by_label("印发机关", exact=False).first.fill("示例市工业和信息化局")
    page.get_by_label("印发机关的级别").select_option(label="市级")
    page.get_by_label("主办处室").fill("示例科")
    page.get_by_role("button", name="建立草稿").click()
    expect(page.get_by_text("下一步：填写“推荐单位与类别”")).to_be_visible()


def who_recommends(page: Page) -> None:
    """One class, and all units of the tree in it."""
    add(page, "unit_classes", {"at-key": "district", "at-name": "区级部门"})
    page.goto(f"{DESIGN}/part/units")
    page.locator("#add-class").select_option(label="区级部门")
    page.locator("form:has(#add-class)").get_by_role("button", name="添加").click()
    expect(page.get_by_text("已添加 9 个单位。")).to_be_visible()


def what_is_selected(page: Page) -> None:
    """One category, of which each unit may recommend two."""
    add(page, "categories", {"at-key": "enterprise", "at-name": "示范企业"})
    page.goto(f"{DESIGN}/part/quotas")
    page.get_by_role("textbox", name="区级部门", exact=False).first.fill("2")
    save(page)
    expect(page.locator("main")).to_contain_text("18")


def the_form(page: Page) -> None:
    """A name, a table of two years, and rows for customers."""
    page.goto(f"{DESIGN}/part/forms")
    page.locator("#new-form").fill("申报书")
    page.locator("#new-form-key").fill("application")
    page.get_by_role("button", name="添加").click()
    field(page, "企业名称", "name", "单行文字")
    field(page, "经营指标", "indicators", "年度指标表")
    page.get_by_label("年份", exact=True).fill("-2\n-1")
    save(page)
    piece(page, "行", "营业收入", "revenue", "金额")
    field(page, "主要客户", "customers", "可增行的表")
    piece(page, "列", "客户名称", "customer", "单行文字")


def the_stages(page: Page) -> None:
    """Declaring, checking and recommending, with their dates."""
    page.goto(f"{DESIGN}/part/stages")
    for kind, title in (("申报", "企业申报"), ("初审", "区级初审"), ("推荐报送", "推荐报送")):
        page.locator("#new-kind").select_option(label=kind)
        page.locator("#new-title").fill(title)
        page.get_by_role("button", name="添加", exact=True).click()
        expect(page.get_by_role("link", name=f"详细设置{title}")).to_be_visible()


def the_routes(page: Page) -> None:
    """When each stage opens and is due, and what it asks."""
    for title, opens, due in (
        ("企业申报", "2023-03-21", "2023-04-07"),
        ("区级初审", "2023-03-21", "2023-04-14"),
        ("推荐报送", "2023-03-21", "2023-04-21"),
    ):
        page.goto(f"{DESIGN}/part/stages")
        page.get_by_role("link", name=f"详细设置{title}").click()
        page.locator('[name="opens.on"]').fill(opens)
        page.locator('fieldset:has([name="due.on"])').last.get_by_label("有", exact=True).check()
        page.locator('[name="due.on"]').fill(due)
        if title == "企业申报":
            page.locator('[name="form"]').select_option(label="申报书")
        save(page)


def reminders(page: Page) -> None:
    """Two rungs before the deadline, for the stage in which units recommend."""
    add(page, "ladders", {"at-key": "all"})
    for days in ("-3", "-1"):
        add(page, "ladders.all.steps", {"at-days": days})
    page.goto(f"{DESIGN}/part/stages")
    page.get_by_role("link", name="详细设置推荐报送").click()
    page.locator('[name="ladder"]').select_option(index=1)
    save(page)


def the_rule(page: Page) -> None:
    """Last year's revenue is at least 20 million."""
    given = {
        "at-clause": "上年度营业收入不低于2000万元",
        "at-subject": "indicators.revenue.-1",
        "at-value": "2000",
    }
    add(page, "rules", given, {"operator": "at_least"})


def publish(page: Page) -> None:
    """Store the copy, confirm nothing, for nothing was inferred, and publish."""
    page.goto(DESIGN)
    page.get_by_role("button", name="存为第 2 稿").click()
    expect(page.get_by_text("已存为第 2 稿")).to_be_visible()
    page.goto(f"/admin/progress/{CODE}/definition")
    page.locator("#publish").get_by_role("button", name="发布").click()
    answer_yes(page)
    expect(page.get_by_text("批次已发布，按计划运行。")).to_be_visible()


def add(page: Page, path: str, given: Mapping[str, str], chosen: Mapping[str, str] | None = None) -> None:
    """Add an item to a list of the definition by its generic page."""
    page.goto(f"{DESIGN}/add/{path}")
    for field_id, text in given.items():
        page.locator(f'[id="{field_id}"]').fill(text)
    for name, value in (chosen or {}).items():
        page.locator(f'select[name="{name}"]').select_option(value, force=True)
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.get_by_text("已添加")).to_be_visible()


def field(page: Page, label: str, key: str, kind: str) -> None:
    """Add a question to the form: its name, then its kind from the palette."""
    name: Locator = page.locator("#add-label")
    expect(page.get_by_text("添加一项、分区、材料或核对")).to_be_visible()
    page.wait_for_load_state()
    if name.is_hidden():
        page.get_by_text("添加一项、分区、材料或核对").click()
    name.fill(label)
    page.locator("#add-key").fill(key)
    page.get_by_role("button", name=kind, exact=True).click()
    expect(page.get_by_text(f"已添加“{label}”")).to_be_visible()


def piece(page: Page, word: str, label: str, key: str, kind: str) -> None:
    """Add a row or column on the table that is shown."""
    page.locator("#row-label").fill(label)
    page.locator("#row-key").fill(key)
    page.locator("#row-kind").select_option(label=kind)
    page.get_by_role("button", name=f"添加{word}", exact=True).click()
    expect(page.get_by_text(f"已添加“{label}”")).to_be_visible()


def save(page: Page) -> None:
    """Save the form of a page, and wait for it to say so."""
    with page.expect_event("load"):
        page.get_by_role("button", name="保存到工作稿").first.click()
    expect(page.locator(".alert-danger, [role=alert]")).to_have_count(0)


def run_until(house: House, moment: str) -> None:
    """Let the batch run to a moment, and see that it opened and wrote to its units."""
    with house.database.write(Scope()) as session:
        batch = session.scalars(select(Batch).where(Batch.code == CODE)).one()
        assert batch.state is BatchState.RUNNING
        advance(session, batch.id, local(moment))
        kinds = set(session.scalars(select(Mail.kind).where(Mail.batch_id == batch.id)))
    assert MailKind.STAGE_OPENS in kinds
    set_time(house.database, moment)


def declares(house: House, visit: Visit) -> None:  # noqa: F811 - the fixture's type
    """See as an applicant that the form asks for the years before the batch's, and takes rows."""
    applicant, district = visit(house), visit(house)
    sign_in(district, house.officer(DISTRICT))
    admitted(house, FIRM, applicant, district)
    applicant.goto(f"/batches/{CODE}")
    expect(applicant.locator("main")).to_contain_text("企业申报")
    applicant.goto(f"/batches/{CODE}/declare")
    applicant.get_by_label("示范企业").check()
    applicant.get_by_role("button", name="开始填写").click()
    applicant.wait_for_url("**/edit")
    expect(leaf(applicant, "indicators.revenue.2021")).to_be_visible()
    expect(leaf(applicant, "indicators.revenue.2022")).to_be_visible()
    expect(leaf(applicant, "customers.0.customer")).to_be_visible()
