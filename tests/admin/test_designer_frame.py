"""The designer's frame: outline, steps back and forth, revisions, comparison, findings with their fixes."""

from __future__ import annotations

import re

from domain.definition import Definition
from models.session import Database
from services.designing.parts import NO_QUOTATION, PARTS
from tests.support.backoffice import Browser, draft_of, revision_of, said
from tests.support.designing import Typist, errors_of
from tests.support.filled import World

DRAFT = "/admin/progress/draft-2024/design"


def typist(browser: Browser, database: Database) -> Typist:
    return Typist(browser, database, "draft-2024")


def copy(one: Typist) -> Definition:
    return one.working().definition


def test_the_outline_shows_every_part_and_what_comes_next(coordinator: Browser, world: World) -> None:
    """S4-1: an outline tells what is complete, what is missing, what is inferred."""
    page = coordinator.text(DRAFT)

    assert "下一步" in page and "与第 1 稿相同" in page
    names = ("基本信息", "类别与模式", "推荐单位与类别", "推荐名额", "申报条件", "表单", "材料", "环节与时间")
    for name in (*names, "审核推荐流程", "提醒规则", "邮件文本", "原文依据"):
        assert f"<strong>{name}</strong>" in page
    assert "未填（可不填）" in page and "完整" in page
    assert coordinator.get(f"{DRAFT}/part/pigeons").status_code == 404


def test_a_batch_without_any_quotation_says_so(coordinator: Browser, world: World) -> None:
    for place in (DRAFT, f"{DRAFT}/part/evidence"):
        assert NO_QUOTATION in coordinator.text(place)
    listed = coordinator.text(DRAFT).partition("<strong>原文依据</strong>")[2]
    assert "有提醒 1" in listed.partition("</a>")[0]


def test_each_part_leads_to_the_next_and_back(coordinator: Browser, world: World) -> None:
    """S4-1: a person goes through the parts in the outline's order."""
    at, seen = "basics", ["basics"]
    while found := re.search(r'href="([^"]+)" rel="next">', coordinator.text(f"{DRAFT}/part/{at}")):
        before, at = at, found[1].rpartition("/")[2]
        assert f'href="{DRAFT}/part/{before}" rel="prev">' in coordinator.text(f"{DRAFT}/part/{at}")
        seen.append(at)

    assert seen == [part.key for part in PARTS]
    page = coordinator.text(f"{DRAFT}/part/forms")
    assert "上一步：推荐名额" in page and "下一步：材料" in page
    assert "上一步：" not in coordinator.text(f"{DRAFT}/part/basics")
    assert 'rel="next"' not in coordinator.text(f"{DRAFT}/at/stages.contacts")


def test_a_change_is_a_step_that_is_undone_and_redone(coordinator: Browser, database: Database, world: World) -> None:
    """S4-1: drafts and undo; what runs does not change by it."""
    one = typist(coordinator, database)

    one.done("part/basics", {"title": "新标题"})
    page = coordinator.text(f"{DRAFT}/part/basics")
    assert "已存入工作稿：批次标题" in page and 'value="新标题"' in page
    assert "可撤销：批次标题" in page and "与第 1 稿有 1 处不同" in page and "存为第 2 稿" in page
    assert draft_of(database, world.draft).title == "下一年草稿"
    assert "工作稿中有尚未存稿的改动" in coordinator.text("/admin/progress/draft-2024/definition")

    one.done("undo", {"back": f"{DRAFT}/part/basics"})
    assert copy(one).title == "下一年草稿"
    assert "可重做：批次标题" in coordinator.text(DRAFT)
    one.done("redo")
    assert copy(one).title == "新标题"
    assert one.post("redo").status_code == 409
    assert one.post("undo", step=0).status_code == 409


def test_undoing_on_a_page_that_goes_away_leads_to_what_is_left(
    coordinator: Browser, database: Database, world: World
) -> None:
    one = typist(coordinator, database)
    one.done("ladders/usual")
    gone = one.post("undo", {"back": f"{DRAFT}/at/ladders.ladder-1.steps.before-5"})
    assert gone.status_code == 303 and gone.location.endswith("/design/at/ladders")

    one.done("forms", {"label": "申报书", "key": "report"})
    assert one.post("undo", {"back": f"{DRAFT}/forms/report"}).location.endswith("/design/part/forms")
    assert one.post("redo", {"back": f"{DRAFT}/forms/contact"}).location.endswith("/design/forms/contact")
    assert one.post("undo", {"back": "/nowhere/at/all"}).location.endswith("/draft-2024/design")


def test_what_is_sent_unchanged_is_no_step(coordinator: Browser, database: Database, world: World) -> None:
    one = typist(coordinator, database)

    one.done("part/basics", {"title": "下一年草稿", "region": ""})

    assert one.step() == 0 and not one.working().is_changed


def test_a_copy_without_errors_becomes_a_revision_and_any_is_taken_back(
    coordinator: Browser, database: Database, world: World
) -> None:
    """S4-1: compare two versions, roll back."""
    one = typist(coordinator, database)
    one.done("part/basics", {"title": "新标题"})
    one.done("save")
    assert revision_of(database, world.draft) == 2 and draft_of(database, world.draft).title == "新标题"

    one.done("at/stages.contacts", {"due": "yes", "due.on": "2023-03-24"})
    compared = coordinator.text(f"{DRAFT}/compare", old=1)
    assert "批次标题" in compared and "下一年草稿" in compared and "新标题" in compared
    assert "2023-03-20 周一" in compared and "2023-03-24 周五" in compared
    between = coordinator.text(f"{DRAFT}/compare", old=1, new=2)
    assert "2023-03-24" not in between
    assert coordinator.get(f"{DRAFT}/compare", old=9).status_code == 404

    one.done("roll-back", {"revision": "1"})
    due = copy(one).stages[0].due
    assert copy(one).title == "下一年草稿" and due is not None and str(due.on) == "2023-03-20"
    assert "恢复到第 1 稿" in coordinator.text(DRAFT)
    assert one.post("roll-back", {"revision": "7"}).status_code == 404
    one.done("undo")
    assert copy(one).title == "新标题"
    one.done("discard")
    assert copy(one).title == "新标题" and not one.working().is_changed


def test_dropping_a_copy_asks_first_without_scripts_too(
    coordinator: Browser, database: Database, world: World
) -> None:
    """What cannot be undone is asked on a page of its own, which names what is lost."""
    one = typist(coordinator, database)
    assert "工作稿没有改动" in coordinator.text(f"{DRAFT}/discard")
    one.done("part/basics", {"title": "新标题"})

    page = coordinator.text(DRAFT)
    assert f'href="{DRAFT}/discard"' in page and f'action="{DRAFT}/discard"' not in page
    asked = coordinator.text(f"{DRAFT}/discard")
    assert "将丢弃的改动" in asked and "批次标题" in asked and "不能恢复" in asked
    assert f'action="{DRAFT}/discard"' in asked and copy(one).title == "新标题"

    one.done("discard")
    assert copy(one).title == "下一年草稿"
    assert "已放弃改动" in coordinator.text(DRAFT)


def test_a_copy_with_errors_is_kept_and_no_revision(coordinator: Browser, database: Database, world: World) -> None:
    """S4-4: errors are listed with links to their places when a save is refused."""
    one = typist(coordinator, database)
    one.done("remove/forms.contact")

    refused = one.post("save")

    assert refused.status_code == 422 and revision_of(database, world.draft) == 1
    assert "还不能存稿" in said(refused)
    assert f'href="{DRAFT}/at/stages.contacts#at-collect.form"' in said(refused)
    assert not copy(one).forms
    assert "有错误 1" in coordinator.text(DRAFT)


def test_what_is_said_of_several_stages_is_said_once(coordinator: Browser, database: Database, world: World) -> None:
    """S4-1: one line for a deadline without a time of day, with the way to each stage."""
    one = typist(coordinator, database)
    one.done("stages/add", {"kind": "publish", "title": "公示"})
    for key in ("contacts", "publish"):
        due = {"due": "yes", "due.on": "2023-03-20", "due.at": "24:00"}
        one.done(f"at/stages.{key}", due)
    one.done("save")

    for path in ("/design", "/design/part/stages", "/definition"):
        page = coordinator.text(f"/admin/progress/draft-2024{path}")
        assert page.count("没有写明截止时刻") == 1 and "「反馈联系人」、「公示」没有写明截止时刻" in page
        assert all(f"/stages.{key}#at-due.at" in page for key in ("contacts", "publish"))


def test_a_finding_offers_its_fix_which_is_worked_out_on_the_server(
    coordinator: Browser, database: Database, world: World
) -> None:
    """S4-4: each finding links to the place and offers a fix."""
    one = typist(coordinator, database)
    one.done("at/stages.contacts", {"due": "yes", "due.on": "2023-03-25"})
    page = coordinator.text(f"{DRAFT}/part/stages")
    found = re.search(r"/design/(mend/[0-9a-f]{20})", page)
    assert found is not None and "周六" in page
    offered = coordinator.text(f"{DRAFT}/{found[1]}")
    label = re.search(r'name="label" value="([^"]+)"', offered)
    assert label is not None

    wrong = one.post(found[1], {"fix": "0", "label": "把一切都删去"})
    assert wrong.status_code == 409
    one.done(found[1], {"fix": "0", "label": label[1]})

    due = copy(one).stages[0].due
    assert due is not None and due.on is not None and due.on.isoformat() != "2023-03-25"
    assert coordinator.get(f"{DRAFT}/{found[1]}").status_code == 404
    assert one.post(found[1], {"fix": "0", "label": label[1]}).status_code == 409


def test_two_coordinators_work_on_one_copy(coordinator: Browser, database: Database, world: World) -> None:
    """S4-bad input: two coordinators editing the same draft: other values merge, the same one is told with both."""
    one = typist(coordinator, database)
    one.done("part/basics", {"title": "甲的标题"})

    merged = one.post("part/basics", {"title": "下一年草稿", "region": "洛阳市辖区"}, step=0)
    assert merged.status_code == 303
    assert (copy(one).title, copy(one).region) == ("甲的标题", "洛阳市辖区")

    clash = one.post("part/basics", {"title": "乙的标题", "region": "", "year": "2024"}, step=0)
    page = said(clash)
    assert clash.status_code == 409
    assert "甲的标题" in errors_of(clash) and 'value="乙的标题"' in page and 'value="2024"' in page
    assert 'value="洛阳市辖区"' in page
    step = re.search(r'name="step" value="([0-9]+)"', page)
    assert step is not None
    again = one.post("part/basics", {"title": "乙的标题", "region": "洛阳市辖区"}, step=int(step[1]))
    assert again.status_code == 303 and copy(one).title == "乙的标题"


def test_a_published_batch_leads_to_its_consequences(coordinator: Browser, database: Database, world: World) -> None:
    running = Typist(coordinator, database, "batch-2023")
    running.done("part/basics", {"title": "改了的标题"})

    page = coordinator.text("/admin/progress/batch-2023/design")

    assert "/admin/progress/batch-2023/change" in page and "存为第" not in page
    assert running.post("save").status_code == 409
