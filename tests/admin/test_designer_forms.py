"""The form designer: every act works by buttons alone, keys stay, and the preview is what the applicant will see."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask

from domain.access import Role
from domain.definition import Field, Form, Section
from models.scope import Scope
from models.session import Database
from services.designing.asking.spots import find
from services.designing.edits import Insert
from services.designing.working import Change, apply
from tests.support.backoffice import Browser, signed_in
from tests.support.batches import COORDINATOR, definition, local
from tests.support.case_forms import FORM
from tests.support.designing import Typist
from tests.support.filled import World
from tests.support.in_force import published, run_until
from tests.support.progress import set_clock

NOW = local("2023-03-14 10:00")
WHOLE = "forms/contact"


@pytest.fixture
def typist(coordinator: Browser, database: Database, world: World) -> Typist:
    return Typist(coordinator, database, "draft-2024")


def form_of(typist: Typist, key: str = "contact") -> Form:
    return typist.working().definition.form(key)


def test_a_form_is_made_from_nothing_by_buttons_alone(typist: Typist) -> None:
    """S4-2: sections, fields and tables without a script; identity is given once and shown small."""
    typist.done("forms", {"label": "申报书", "key": "report"})
    page = "forms/report"
    typist.done(f"{page}/add", {"what": "section", "label": "一、基本信息", "key": "basics"})
    into = "sections.basics.fields"
    typist.done(f"{page}/add", {"into": into, "kind": "text", "label": "企业名称", "key": "name"})
    typist.done(f"{page}/add", {"into": into, "kind": "choice", "label": "企业性质"})
    typist.done(f"{page}/add", {"into": into, "after": "name", "kind": "table", "label": "指标", "key": "figures"})
    typist.done(
        f"{page}/add", {"into": f"{into}.figures.fields", "kind": "money", "label": "营业收入", "key": "revenue"}
    )
    typist.done(f"{page}/add", {"into": into, "kind": "outline", "label": "正文", "key": "body"})
    typist.done(f"{page}/add", {"what": "part", "into": f"{into}.body.parts", "label": "主要做法"})
    typist.done(f"{page}/add", {"what": "material", "label": "营业执照"})
    typist.done(f"{page}/add", {"what": "check", "label": "请核对"})

    form = form_of(typist, "report")
    assert [field.key for field in form.sections[0].fields] == ["name", "figures", "choice", "body"]
    figures = form.field("figures")
    assert figures is not None and [row.key for row in figures.fields] == ["revenue"]
    assert (form.materials[0].label, form.checks[0].sentence) == ("营业执照", "请核对")
    shown = typist.browser.text(f"{typist.base}/{page}", at=f"{into}.figures")
    assert '<code class="lx-key">figures</code>' in shown and "改名、移动都不变" in shown


def test_rows_are_added_on_the_table_itself(typist: Typist) -> None:
    """S4-2: a table asks for its rows, one after the other; a guided text for its pieces."""
    for kind, word, inner, offered in (
        ("table", "行", "fields", ["integer", "text"]),
        ("rows", "列", "fields", ["date", "choice"]),
        ("outline", "段", "parts", []),
    ):
        typist.done(f"{WHOLE}/add", {"into": "fields", "kind": kind, "label": "某表", "key": kind})
        at, into = f"fields.{kind}", f"fields.{kind}.{inner}"
        asked = typist.browser.text(f"{typist.base}/{WHOLE}", at=at).split('id="inner"')[1].split("</section>")[0]
        assert f"添加{word}</button>" in asked and f'name="into" value="{into}"' in asked
        assert all(f'value="{one}"' in asked for one in offered) and 'value="outline"' not in asked

        sent = {"into": into, "stay": "1", **({"what": "part"} if kind == "outline" else {"kind": "text"})}
        for name in ("one", "two"):
            answer = typist.post(f"{WHOLE}/add", {**sent, "label": name, "key": f"{kind}_{name}"})
            assert answer.status_code == 303 and answer.location.endswith(f"?at={at}")
        typist.done(f"{WHOLE}/add", {**sent, "label": "between", "key": f"{kind}_new", "after": f"{kind}_one"})
        held = getattr(form_of(typist).field(kind), inner)
        assert [one.key for one in held] == [f"{kind}_one", f"{kind}_new", f"{kind}_two"]
        page = typist.browser.text(f"{typist.base}/{WHOLE}", at=f"{into}.{kind}_one")
        assert "放在“one”之后。" in page and "放在“某表”之后。" in page
    assert 'id="inner"' not in typist.browser.text(f"{typist.base}/{WHOLE}", at="fields.name")


def test_a_renamed_and_moved_question_keeps_its_key_and_its_rest(typist: Typist) -> None:
    """S4-2: fields keep their identity when renamed or moved."""
    first = form_of(typist).fields[0]
    at = f"fields.{first.key}"
    typist.done(WHOLE, {"at": at, "label": "新的名称"})
    typist.done(f"{WHOLE}/move", {"at": at, "way": "down"})

    form = form_of(typist)
    assert form.fields[1] == replace(first, label="新的名称")
    typist.done(f"{WHOLE}/move", {"at": at, "into": "fields", "before": form.fields[0].key})
    typist.done(f"{WHOLE}/copy", {"at": at})
    typist.done(f"{WHOLE}/remove", {"at": at})
    after = form_of(typist).fields
    assert after[0].key == f"{first.key}_1" and after[0].label == "新的名称（副本）"


def test_only_what_the_kind_uses_is_asked(typist: Typist) -> None:
    typist.done(f"{WHOLE}/add", {"into": "fields", "kind": "rows", "label": "投资方", "key": "investors"})
    page = typist.browser.text(f"{typist.base}/{WHOLE}", at="fields.investors")
    assert 'name="min_rows"' in page and 'name="max_chars"' not in page and 'name="choices"' not in page


def test_a_condition_is_chosen_from_the_questions_above(typist: Typist) -> None:
    typist.done(f"{WHOLE}/add", {"into": "fields", "kind": "choice", "label": "类型", "key": "kind"})
    typist.done(f"{WHOLE}/add", {"into": "fields", "kind": "text", "label": "原因", "key": "why"})
    page = typist.browser.text(f"{typist.base}/{WHOLE}", at="fields.why")
    assert "“类型”选了下列之一时" in page
    typist.done(WHOLE, {"at": "fields.kind", "label": "“信用中国”类型"})
    page = typist.browser.text(f"{typist.base}/{WHOLE}", at="fields.why")
    assert "“‘信用中国’类型”选了下列之一时" in page

    refused = typist.post(WHOLE, {"at": "fields.why", "when": "kind"})
    assert refused.status_code == 422 and "至少勾选一个" not in refused.get_data(as_text=True).split("lx-fd-when")[0]
    typist.done(WHOLE, {"at": "fields.why", "when": "kind", "when.kind": ["选项一", "strange"]})
    why = form_of(typist).field("why")
    assert why is not None and why.when is not None and why.when.any_of == ("选项一",)
    typist.done(WHOLE, {"at": "fields.why", "when": ""})
    assert form_of(typist).field("why") == Field(key="why", label="原因")


def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_lost(typist: Typist) -> None:
    at = f"fields.{form_of(typist).fields[0].key}"
    refused = typist.post(WHOLE, {"at": at, "label": "改了", "max_chars": "很多"})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "请填写整数" in page and 'value="很多"' in page and 'value="改了"' in page
    assert typist.post(f"{WHOLE}/add", {"into": "fields", "kind": "text", "label": ""}).status_code == 422
    assert typist.post(f"{WHOLE}/add", {"into": "fields.nowhere", "kind": "text", "label": "甲"}).status_code == 404


def test_two_people_at_one_question_are_told_both_values(typist: Typist) -> None:
    at = f"fields.{form_of(typist).fields[0].key}"
    typist.done(WHOLE, {"at": at, "help": "旧"})
    seen = typist.step()
    typist.done(WHOLE, {"at": at, "help": "他人的话"})
    clash = typist.post(WHOLE, {"at": at, "help": "我的话"}, step=seen)
    assert clash.status_code == 409
    assert "他人的话" in clash.get_data(as_text=True) and "我的话" in clash.get_data(as_text=True)


def test_an_expression_is_tried_and_nothing_is_stored(typist: Typist) -> None:
    """S4-2: the expression of a check is tried live on sample values."""
    typist.done(f"{WHOLE}/add", {"into": "fields", "kind": "integer", "label": "总数", "key": "total"})
    typist.done(f"{WHOLE}/add", {"what": "check", "label": "太少", "key": "few"})
    before = typist.step()
    sent = {"at": "checks.few", "expression": "total > 400", "try": "1", "try.total": "500"}
    page = typist.post(WHOLE, sent)
    assert page.status_code == 200 and "成立：核对通过" in page.get_data(as_text=True)
    answer = typist.browser.http.post(
        f"{typist.base}/{WHOLE}",
        data={"csrf_token": typist.browser.csrf, "step": "0", **sent, "try.total": "300"},
        headers={"Accept": "application/json"},
    )
    assert json.loads(answer.data)["names"] == [["total", "总数", "300"]]
    assert "不成立" in json.loads(answer.data)["sentence"]
    assert typist.step() == before


# ---------- the preview


def test_the_preview_is_what_the_applicant_sees_and_may_stand_in_our_own_frame_alone(typist: Typist) -> None:
    """S4-2: live preview on screen, empty and filled, and as it will be printed."""
    put(typist, FORM)
    page = f"{typist.base}/forms/{FORM.key}/preview"
    empty = typist.browser.get(page)
    assert "frame-ancestors 'self'" in empty.headers["Content-Security-Policy"]
    assert empty.headers["X-Frame-Options"] == "SAMEORIGIN"
    text = empty.get_data(as_text=True)
    assert 'id="leaf-name"' in text and "data-case-form" in text and "示例制造" not in text
    assert "示例制造有限公司" in typist.browser.text(page, filled="1")
    bare = typist.browser.text(page, look="paper").split("<main")[1]
    assert "lx-print-cover" in bare and "示例" not in bare and "空表" in bare
    paper = typist.browser.text(page, look="paper", filled="1")
    assert "lx-print-cover" in paper and "示例制造有限公司" in paper and "<input" not in paper.split("<main")[1]
    other = typist.browser.get(f"{typist.base}/forms/{FORM.key}")
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]


def test_a_window_of_its_own_shows_what_the_page_shows(typist: Typist) -> None:
    """S4-2: without scripts the link follows the address of the page; with them, the bar (tests/browser)."""
    put(typist, FORM)
    page = f"{typist.base}/forms/{FORM.key}"
    wanted = {"look": "paper", "filled": "1", "year": "2024"}
    links = [
        typist.browser.text(page, at="sections.basics.fields.name", **asked)
        .partition("data-apart")[0]
        .rpartition("<a ")[2]
        for asked in (wanted, {})
    ]
    assert all(f"{name}={value}" in links[0] for name, value in wanted.items())
    assert f'href="{page}/preview#field-name"' in links[1]


def test_the_preview_shows_what_is_typed_and_stores_nothing(typist: Typist) -> None:
    put(typist, FORM)
    step = typist.step()
    at = "sections.basics.fields.name"
    shown = typist.post(f"forms/{FORM.key}/preview", {"at": at, "label": "改成这样"})
    assert "改成这样" in shown.get_data(as_text=True)
    wrong = typist.post(f"forms/{FORM.key}/preview", {"at": at, "label": ""})
    assert "尚有错误" in wrong.get_data(as_text=True)
    gone = typist.post(f"forms/{FORM.key}/preview", {"at": "fields.gone"})
    assert gone.status_code == 200 and typist.step() == step


def test_the_form_of_a_collecting_stage_is_shown_as_officers_see_it(typist: Typist) -> None:
    text = typist.browser.text(f"{typist.base}/forms/contact/preview", filled="1")
    assert 'id="answer-name"' in text and "data-case-form" not in text


def test_two_hundred_questions_stay_fluent(typist: Typist) -> None:
    """S4-2: the page of a large form is drawn without a statement for each question."""
    fields = tuple(Field(key=f"f{number}", label=f"第 {number} 项") for number in range(200))
    form = Form(key="large", title="大表", sections=(Section(key="s", title="节", fields=fields),))
    put(typist, form)
    page = typist.browser.text(f"{typist.base}/forms/large", at="sections.s.fields.f100")
    assert page.count("data-drag") == 201
    assert page.count("<form") < 30


# ---------- a batch that runs


def test_what_is_filled_in_already_is_marked_and_narrowing_it_is_told(app: Flask, database: Database) -> None:
    """S4-2: destructive changes to a running batch are refused; the designer says so before."""
    batch_id = published(database, definition(3), local("2023-03-01 09:00"))
    run_until(database, batch_id, NOW)
    set_clock(database, NOW)
    browser = signed_in(app, database, Role.COORDINATOR, "coordinator", valid_from=local("2023-01-01 00:00"))
    typist = Typist(browser, database, "batch-2023")
    first = form_of(typist).fields[0]
    page = browser.text(f"{typist.base}/{WHOLE}", at=f"fields.{first.key}")
    assert "本项正在填报" in page and "下列改动不能变更生效" not in page

    typist.done(WHOLE, {"at": f"fields.{first.key}", "max_chars": "1"})
    assert "下列改动不能变更生效" in browser.text(f"{typist.base}/{WHOLE}", at=f"fields.{first.key}")


def put(typist: Typist, form: Form) -> None:
    """Put a whole form into the working copy."""
    working = typist.working()
    held = replace(working.definition, forms=(*working.definition.forms, form))
    change = Change([Insert("forms", find(held, f"forms.{form.key}").value)], working.step, "添加表")
    with typist.database.write(Scope()) as session:
        apply(session, typist.batch_id, change, actor=COORDINATOR, now=NOW)


def test_a_finding_of_the_form_itself_stands_in_its_settings(typist: Typist, coordinator: Browser) -> None:
    """S4-2: what belongs to no question is listed there, with the way to mend it; what does is only counted."""
    typist.done(f"{WHOLE}/add", {"what": "section", "label": "其他", "key": "more"})
    page = coordinator.text(f"{typist.base}/{WHOLE}")
    told = page.partition("收集反馈环节的表只有一页，不分部分，也不作表内核对")[2].partition("</li>")[0]
    assert "看怎样修正" in told
    assert "各项另有 1 条检查结果，左侧有数字的各项点开可见。" in page

    page = coordinator.text(f"{typist.base}/{WHOLE}?at=sections.more")
    assert "没有任何一项" in page and "各项另有" not in page


def test_a_step_that_leads_nowhere_is_not_offered(typist: Typist, coordinator: Browser) -> None:
    typist.done("forms", {"label": "申报书", "key": "report"})
    for section in ("first", "last"):
        typist.done("forms/report/add", {"what": "section", "label": section, "key": section})
        for name in ("a", "b"):
            new = {"into": f"sections.{section}.fields", "kind": "text", "label": name, "key": f"{section}_{name}"}
            typist.done("forms/report/add", new)

    def offered(at: str) -> list[bool]:
        page = coordinator.get(f"{typist.base}/forms/report?at={at}").get_data(as_text=True)
        buttons = [page.partition(f'title="{label}（')[2].partition("</button>")[0] for label in ("上移", "下移")]
        assert all(buttons)
        return ["disabled" not in button.partition(">")[0] for button in buttons]

    assert offered("sections.first") == [False, True]
    assert offered("sections.last") == [True, False]
    assert offered("sections.first.fields.first_a") == [False, True]
    assert offered("sections.first.fields.first_b") == [True, True]
    assert offered("sections.last.fields.last_b") == [True, False]
