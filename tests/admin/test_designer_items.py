"""Items of a definition on the designer's pages: values, parts, lists, evidence, and what is refused."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from domain.definition import Definition, Mark
from models.session import Database
from tests.support.backoffice import Browser, beside, said
from tests.support.designing import Typist, errors_of
from tests.support.filled import World

DRAFT = "/admin/progress/draft-2024/design"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def typist(coordinator: Browser, database: Database, world: World) -> Typist:
    return Typist(coordinator, database, "draft-2024")


def copy(one: Typist) -> Definition:
    return one.working().definition


def test_what_is_typed_wrongly_is_told_beside_its_field_and_kept(typist: Typist) -> None:
    """S4-2: typed errors beside the field in Chinese, typed values kept."""
    answer = typist.post("at/stages.contacts", {"title": "新名称", "due": "yes", "due.on": "三月二十日"})

    assert answer.status_code == 422 and typist.step() == 0
    assert beside("请填写日期，例：2023-03-20", answer)
    assert 'value="三月二十日"' in said(answer) and 'value="新名称"' in said(answer)
    assert "没有保存，所填内容都还在" in said(answer)


def test_an_optional_part_is_there_or_not(typist: Typist) -> None:
    typist.done("at/stages.contacts", {"due": "no"})
    assert copy(typist).stages[0].due is None

    hidden = typist.post("at/stages.contacts", {"due": "no", "due.on": "2023-03-20"})
    assert hidden.status_code == 422 and "请选“有”" in said(hidden)

    typist.done("at/stages.contacts", {"due": "yes", "due.on": "2023-03-20", "due.at": "17:00"})
    due = copy(typist).stages[0].due
    assert due is not None and due.at == "17:00" and due.working_days is None


def test_a_form_of_declarations_is_asked_of_declarations_alone(typist: Typist, coordinator: Browser) -> None:
    """S4-1: and what another kind of stage has of it can be seen and taken away."""
    assert 'name="form"' not in coordinator.text(f"{DRAFT}/at/stages.contacts")

    typist.done("at/stages.contacts", {"kind": "declare"})
    assert "各类别共用的申报表" in coordinator.text(f"{DRAFT}/at/stages.contacts")
    typist.done("at/stages.contacts", {"form": "contact"})
    typist.done("at/stages.contacts", {"kind": "publish"})
    assert 'name="form"' in coordinator.text(f"{DRAFT}/at/stages.contacts")
    typist.done("at/stages.contacts", {"form": ""})
    assert copy(typist).stages[0].form is None
    assert 'name="form"' not in coordinator.text(f"{DRAFT}/at/stages.contacts")


def test_groups_of_questions_are_ticked(typist: Typist, coordinator: Browser) -> None:
    """Issue 4, point 2: no key is typed where something there is meant."""
    place = "at/forms.contact"
    assert 'type="checkbox" name="one_of" value="0|email"' in coordinator.text(f"{DRAFT}/{place}")

    typist.done(place, {"one_of": ["", "0|phone", "0|email", "1|name", "1|fax"]})
    assert copy(typist).form("contact").one_of == (("phone", "email"), ("name", "fax"))
    page = coordinator.text(f"{DRAFT}/{place}")
    assert "第 1 组：联系电话、电子邮箱" in page and "添加一组" in page
    assert re.findall(r'value="(\d\|\w+)" checked', page) == ["0|phone", "0|email", "1|name", "1|fax"]

    typist.done(place, {"one_of": ["", "1|name", "1|fax"]})
    assert copy(typist).form("contact").one_of == (("name", "fax"),)
    typist.done(place, {"one_of": [""]})
    assert copy(typist).form("contact").one_of == ()


def test_an_item_is_added_with_a_key_of_its_own(typist: Typist, coordinator: Browser) -> None:
    """S4-2: keys are generated when adding, or typed and validated, and a new label keeps them."""
    page = coordinator.text(f"{DRAFT}/add/categories")
    assert page.index('name="name"') < page.index('name="key"')
    assert "（不填则用 category-1）" in page and "添加申报类别" in page
    assert "不填则自动编号" in coordinator.text(f"{DRAFT}/add/stages")
    typist.done("add/categories", {"key": "", "name": "示范平台"})
    typist.done("add/categories", {"key": "city", "name": "示范城市"})
    assert [one.key for one in copy(typist).categories] == ["enterprise", "category-1", "city"]

    for key, sentence in (("city", "同一处已有同名的一项"), ("two words", "代号以小写"), ("a.b", "代号以小写")):
        refused = typist.post("add/categories", {"key": key, "name": "重复"})
        assert refused.status_code == 422 and beside(sentence, refused)
        assert 'value="重复"' in said(refused)

    typist.done("at/categories.city", {"name": "示范城市（改名）", "key": "town"})
    assert [(one.key, one.name) for one in copy(typist).categories][2] == ("city", "示范城市（改名）")


def test_usual_reminders_are_added_in_one_step_as_inferred(typist: Typist, coordinator: Browser) -> None:
    """S4-3: a set of reminders has a name, and comes as a proposal that a person changes."""
    before = copy(typist).ladders
    page = coordinator.text(f"{DRAFT}/part/ladders")
    assert "添加这套提醒" in page and "截止前 5 个工作日 09:00" in page
    assert "截止后 1 个工作日 09:00（主办处室）" in page

    typist.done("ladders/usual")
    added = copy(typist).ladders[-1]
    assert (added.key, added.name, len(added.steps)) == ("ladder-1", "常用提醒", 5) and typist.step() == 1
    page = coordinator.text(f"{DRAFT}/part/ladders")
    assert "各次提醒均为推定" in page and ">常用提醒</a>" in page and "推定未确认 6" in page
    assert '<option value="ladder-1">常用提醒</option>' in coordinator.text(f"{DRAFT}/at/stages.contacts")
    own = coordinator.text(f"{DRAFT}/at/ladders.ladder-1")
    assert 'value="常用提醒"' in own and "推定" in own and "添加这些提醒" not in own
    marked = [item.mark for item in copy(typist).evidence if item.path.startswith("ladders.ladder-1.steps.")]
    assert marked == [Mark.INFERRED] * 5

    typist.done("remove/ladders.ladder-1.steps.before-2")
    assert "截止前 2 个工作日 09:00" in coordinator.text(f"{DRAFT}/at/ladders.ladder-1")
    typist.done("ladders/usual", {"ladder": "ladder-1"})
    assert [step.days for step in copy(typist).ladders[-1].steps] == [-5, -2, -1, 0, 1]
    for _ in range(3):
        typist.done("undo")
    assert copy(typist).ladders == before
    assert {typist.post("ladders/usual", {"ladder": key}).status_code for key in ("gone", "", "a b")} == {404}


def test_items_change_places_and_go(typist: Typist) -> None:
    for key in ("one", "two", "three"):
        typist.done("add/modes", {"key": key, "name": key})

    def keys() -> list[str]:
        return [mode.key for mode in copy(typist).modes]

    typist.done("move/modes.three", {"way": "up"})
    assert keys() == ["one", "three", "two"]
    typist.done("move/modes.one", {"way": "down"})
    assert keys() == ["three", "one", "two"]
    typist.done("move/modes.three", {"to": "2"})
    assert keys() == ["one", "two", "three"]
    typist.done("move/modes.one", {"way": "up"})
    assert keys() == ["one", "two", "three"]
    typist.done("remove/modes.two")
    assert keys() == ["one", "three"]
    assert typist.post("remove/modes.two").status_code == 404
    assert typist.post("move/modes.one", {"way": "sideways"}).status_code == 400
    typist.done("undo")
    assert keys() == ["one", "two", "three"]


def test_two_people_of_one_name_are_told_apart(typist: Typist, coordinator: Browser) -> None:
    typist.done("add/office.contacts", {"name": "李敏", "phone": "010-60000001", "role": "网站"})

    typist.done(f"at/{'office.contacts.李敏#2'}", {"phone": "010-60000002"})

    assert [one.phone for one in copy(typist).office.contacts] == ["010-68205191", "010-60000002"]
    moved = typist.post("at/office.contacts.李敏#2", {"name": "李敏敏"})
    assert moved.location == f"{DRAFT}/at/{quote('office.contacts.李敏敏')}"
    assert coordinator.get(moved.location).status_code == 200


def test_a_reference_is_chosen_among_what_is_there(typist: Typist) -> None:
    unknown = typist.post("at/quotas.enterprise", {"classes": ["", "pigeon"]})
    assert unknown.status_code == 422 and "请从列出的各项中选择" in said(unknown)

    typist.done("add/quotas", {"category": "enterprise", "classes": ["", "province"], "limit": "3"})
    typist.done("remove/unit_classes.province")

    page = said(typist.browser.get(f"{DRAFT}/at/quotas.quota-1"))
    assert "province（已不存在）" in page
    typist.done("at/quotas.quota-1", {"classes": ["", "province"], "limit": "4"})
    assert copy(typist).quotas[-1].classes == ("province",)


def test_a_value_is_vouched_for(typist: Typist, coordinator: Browser) -> None:
    """S4-3: every value with evidence shows its sentence beside it; inferred ones are open."""
    assert "登记原文依据" in coordinator.text(f"{DRAFT}/part/basics")
    silent = typist.post("vouch/title", {"mark": "stated", "quote": "", "note": ""})
    assert silent.status_code == 422 and "照抄原文" in errors_of(silent)

    typist.done("vouch/title", {"mark": "stated", "quote": "关于开展示范遴选的通知", "note": ""})
    typist.done("vouch/stages.contacts.due.on", {"mark": "inferred", "quote": "", "note": "没有写明"})
    typist.done("vouch/stages.contacts.form", {"mark": "inferred", "quote": "见附件", "note": "附件缺"})

    marks = {item.path: (item.mark, item.quote) for item in copy(typist).evidence}
    assert marks["title"] == (Mark.STATED, "关于开展示范遴选的通知")
    assert marks["stages.contacts.form"] == (Mark.INFERRED, "见附件")
    assert "关于开展示范遴选的通知" in coordinator.text(f"{DRAFT}/part/basics")
    assert "推定未确认 2" in coordinator.text(DRAFT)
    listed = coordinator.text(f"{DRAFT}/part/evidence", mark="inferred")
    assert "附件缺" in listed and "关于开展示范遴选的通知" not in listed
    typist.done("unvouch/title")
    assert "title" not in {item.path for item in copy(typist).evidence}
    assert typist.post("unvouch/title").status_code == 422
    assert typist.post("vouch/nowhere.at.all", {"mark": "inferred"}).status_code == 404


PATHS = [
    "at/nowhere",
    "at/stages.nowhere",
    "at/stages.contacts.due.on.x",
    "at/stages.contacts.__class__",
    "at/stages.0",
    "at/..",
    "at/title.x",
    "at/units_file",
    "at/evidence.0",
    "add/title",
    "add/stages.contacts",
    "add/evidence",
    "add/stages.contacts.declare.forms",
    "vouch/evidence",
    "part/nothing",
    "mend/0123",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_leads_nowhere_is_not_found(typist: Typist, coordinator: Browser, path: str) -> None:
    """S4-bad input: paths that do not exist."""
    assert coordinator.get(f"{DRAFT}/{path}").status_code == 404
    assert typist.post(path, {"title": "x", "fix": "0"}).status_code in {404, 409}
    assert typist.step() == 0


def test_a_place_leads_to_its_page_and_field(coordinator: Browser, world: World) -> None:
    leads = {
        "title": "part/basics#at-title",
        "office.email": "part/basics#at-office.email",
        "stages": "part/stages#at-stages",
        "stages.contacts.due.on": "at/stages.contacts#at-due.on",
        "ladders.contacts.steps": "at/ladders.contacts#at-steps",
    }
    for path, page in leads.items():
        assert coordinator.get(f"{DRAFT}/at/{path}").location == f"{DRAFT}/{page}"


def test_what_a_browser_should_never_send_changes_nothing(typist: Typist) -> None:
    """S4-bad input: unknown fields, wrong types, a megabyte, HTML in titles."""
    big = typist.post("part/basics", {"title": "字" * 350_000})
    assert big.status_code == 422 and "最多 2000 字" in said(big)
    assert typist.post("part/basics", {"year": "两千"}).status_code == 422
    assert typist.post("part/basics", {"issuer.level": "galaxy"}).status_code == 422
    assert typist.post("part/basics", {"timezone": "../../etc/passwd"}).status_code == 422
    typist.done("part/basics", {"code": "other", "programme.key": "other", "stages": "x", "evidence": "y"})
    assert typist.step() == 0
    assert typist.browser.post(f"{DRAFT}/part/basics", {"title": "x"}).status_code == 400
    assert typist.browser.post(f"{DRAFT}/part/basics", {"title": "x", "step": "-1"}).status_code == 400
    assert typist.post("part/basics", {"title": "x"}, step=999).status_code == 409

    typist.done("part/basics", {"title": EVIL})
    typist.done("at/stages.contacts", {"title": EVIL, "note": EVIL})
    for page in ("", "/part/basics", "/part/stages", "/at/stages.contacts", "/compare", "/revisions"):
        assert EVIL not in typist.browser.get(f"{DRAFT}{page}").get_data(as_text=True)


def test_an_expression_is_kept_as_typed_and_told_by_the_linter(typist: Typist, coordinator: Browser) -> None:
    form = {"key": "odd", "clause": "原文", "operator": "expression", "expression": "__import__('os').system('x')"}
    typist.done("add/rules", form)

    assert copy(typist).rules[0].expression == form["expression"]
    assert "错误" in coordinator.text(f"{DRAFT}/at/rules.odd")
    assert typist.post("save").status_code == 422


def test_nobody_else_reaches_a_working_copy(
    typist: Typist, stranger: Browser, officer: Browser, auditor: Browser, anonymous: Browser
) -> None:
    """S4-bad input: a working copy of a batch outside the coordinator's programmes."""
    pages = ("", "/part/basics", "/at/stages.contacts", "/compare", "/add/stages", "/vouch/title", "/revisions")
    for page in pages:
        assert stranger.get(f"{DRAFT}{page}").status_code == 404
        assert officer.get(f"{DRAFT}{page}").status_code == 403
        assert auditor.get(f"{DRAFT}{page}").status_code == 403
        assert anonymous.get(f"{DRAFT}{page}").status_code == 303
    stranger.get("/admin/")
    for page in ("undo", "save", "discard", "roll-back", "part/basics", "remove/stages.contacts"):
        answer = stranger.post(f"{DRAFT}/{page}", {"step": "0", "title": "x", "revision": "1"})
        assert answer.status_code == 404
    assert typist.step() == 0 and "设计" not in auditor.text("/admin/progress/draft-2024")


def test_a_part_that_was_left_alone_is_nobody_s_clash(typist: Typist) -> None:
    typist.done("at/stages.contacts", {"title": "同事改的", "due": "yes", "due.on": "2023-03-24"})

    form = {"title": "我改的", "due": "yes", "due.on": "2023-03-20", "due.at": "24:00"}
    clash = typist.post("at/stages.contacts", form, step=0)

    page = said(clash)
    assert clash.status_code == 409 and "有 1 处需要核对" in page
    assert 'value="我改的"' in page and 'value="2023-03-24"' in page
