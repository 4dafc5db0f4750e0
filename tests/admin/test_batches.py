"""Batches: definitions in and out, the head of a draft, deleting; and the programmes that they belong to."""

from __future__ import annotations

import io
import re

from sqlalchemy import select
from werkzeug.test import TestResponse

from models import Batch, BatchState, BatchVersion, Programme
from models.scope import Scope
from models.session import Database
from services.definitions.writing import dump
from tests.support.backoffice import Browser, draft_of, last_act, revision_of, said
from tests.support.batches import definition
from tests.support.filled import World, with_quotas


def upload(browser: Browser, text: str | bytes) -> TestResponse:
    content = text.encode() if isinstance(text, str) else text
    response = browser.post("/admin/batches/new/", {"file": (io.BytesIO(content), "batch.yaml")})
    # The test client writes what is large to a file and leaves it open.
    response.request.environ["wsgi.input"].close()
    return response


# ---------- definitions in and out


def test_a_definition_that_is_uploaded_becomes_a_draft(database: Database, coordinator: Browser) -> None:
    """S001-06: a batch is data; its notice needs no code."""
    response = upload(coordinator, dump(with_quotas(definition(2)), inline_units=True))

    assert response.status_code == 302
    with database.read(Scope()) as session:
        batch = session.scalars(select(Batch)).one()
        assert (batch.code, batch.state, batch.revision) == ("batch-2023", BatchState.DRAFT, 1)
    assert last_act(database).action == "edit_definition"
    assert last_act(database).actor == "coordinator-0先生"


def test_what_is_downloaded_is_the_same_definition_again(
    database: Database, world: World, coordinator: Browser
) -> None:
    answer = coordinator.get("/admin/batches/yaml/", id=world.draft)

    assert answer.headers["Content-Disposition"] == "attachment; filename=draft-2024.yaml"
    assert upload(coordinator, answer.get_data()).status_code == 302
    assert revision_of(database, world.draft) == 1


def test_every_problem_of_a_file_is_listed_with_its_place(world: World, coordinator: Browser) -> None:
    text = dump(with_quotas(definition(2), code="Bad Code", title="x"), inline_units=True)

    response = upload(coordinator, text.replace("2023-03-20", "2023-03-01").replace("province", "provinces", 1))

    assert response.status_code == 422
    assert re.search("配置检查：[2-9] 处有误，未保存", said(response))
    assert "<code>code</code>" in said(response)
    assert "代号不合规则" in said(response)


NO_DEFINITIONS = [
    (b"\xff\xfe", "文件不是 UTF-8 编码"),
    (b"a: [", "YAML 写法有误"),
    (b"a: &x [1]\nb: *x\n", "没有这一项"),
    (b"code: !!python/object/apply:os.system [id]", "不接受 YAML 标签"),
    (b"", "应为一份批次定义"),
    (b"x" * 2_100_000, "文件过大"),
    (b"code: a\0b", "控制字符"),
]


def test_a_file_that_is_no_definition_is_refused_in_words(database: Database, coordinator: Browser) -> None:
    """S37, S40"""
    for content, sentence in NO_DEFINITIONS:
        response = upload(coordinator, content)

        assert response.status_code == 422
        assert sentence in said(response)
        with database.read(Scope()) as session:
            assert session.scalars(select(Batch.id)).all() == []


def test_no_file_at_all_is_refused(coordinator: Browser) -> None:
    assert "请填写配置文件" in said(coordinator.post("/admin/batches/new/", {}))


def test_a_published_batch_is_not_overwritten_by_a_file(
    database: Database, world: World, coordinator: Browser
) -> None:
    response = upload(coordinator, dump(with_quotas(definition(2)), inline_units=True))

    assert response.status_code == 409
    assert "已发布，定义不能直接修改" in said(response)


def test_a_code_that_another_programme_uses_is_refused(database: Database, world: World, stranger: Browser) -> None:
    """S05: also for somebody who cannot see that batch."""
    foreign = with_quotas(definition(2), code="draft-2024")
    own = dump(foreign, inline_units=True).replace("key: fwxzz", "key: other")

    response = upload(stranger, own)

    assert response.status_code == 409
    assert "范围之外使用" in said(response)
    assert draft_of(database, world.draft).programme.key == "fwxzz"


def test_a_programme_that_is_not_ones_own_is_refused(world: World, stranger: Browser) -> None:
    """S05"""
    response = upload(stranger, dump(with_quotas(definition(2), code="new-one"), inline_units=True))

    assert response.status_code == 422
    assert "这个项目不在您负责的范围内" in said(response)


# ---------- the head of a draft


def head_form(**changes: str) -> dict[str, str]:
    people = {
        "office_contacts-0-name": "朱丹",
        "office_contacts-0-phone": "010-58113937",
        "office_contacts-0-role": "",
    }
    return {
        "revision": "1",
        "title": "新标题",
        "document_number": "〔2024〕1号",
        "document_issued_on": "2024-01-31",
        "office_name": "某司",
        "office_email": "office@ministry.example",
        "office_published_email": "",
        "office_address": "某路1号",
        "office_site": "",
        **people,
        **changes,
    }


def test_the_head_of_a_draft_is_changed_with_the_people_to_ask(
    database: Database, world: World, coordinator: Browser
) -> None:
    second = {
        "office_contacts-7-name": "李敏",
        "office_contacts-7-phone": "010-68205191",
        "office_contacts-9-name": " ",
    }
    response = coordinator.post("/admin/batches/edit/", head_form(**second), id=world.draft)

    assert response.status_code == 302, said(response)
    draft = draft_of(database, world.draft)
    assert (draft.title, draft.document.number) == ("新标题", "〔2024〕1号")
    assert [(person.name, person.phone) for person in draft.office.contacts] == [
        ("朱丹", "010-58113937"),
        ("李敏", "010-68205191"),
    ]
    assert "朱丹" in coordinator.text("/admin/batches/details/", id=world.draft)


def test_a_wrong_address_of_the_office_is_refused_beside_its_field(world: World, coordinator: Browser) -> None:
    response = coordinator.post("/admin/batches/edit/", head_form(office_email="office@"), id=world.draft)

    assert response.status_code == 422
    assert re.search(r'id="office_email-error".*电子邮箱格式不对', said(response))


def test_rows_that_only_look_like_rows_are_none(world: World, coordinator: Browser) -> None:
    """S22"""
    strange = {"office_contacts-²-name": "x", "office_contacts-99999999999-name": "y", "office_contacts--1-name": "z"}

    assert coordinator.post("/admin/batches/edit/", head_form(**strange), id=world.draft).status_code == 302


# ---------- deleting


def test_a_draft_is_deleted_with_its_revisions(database: Database, world: World, coordinator: Browser) -> None:
    response = coordinator.post("/admin/batches/delete/", {"id": world.draft})

    assert response.status_code == 302
    with database.read(Scope()) as session:
        assert session.get(Batch, world.draft) is None
        assert session.scalars(select(BatchVersion).where(BatchVersion.batch_id == world.draft)).all() == []
    assert last_act(database).what == "删除批次“下一年草稿”的草稿"


def test_a_published_batch_is_not_deleted(database: Database, world: World, coordinator: Browser) -> None:
    coordinator.post("/admin/batches/delete/", {"id": world.running})

    assert "已发布，不能删除" in coordinator.text("/admin/batches/")
    with database.read(Scope()) as session:
        assert session.get(Batch, world.running) is not None


def test_what_cannot_be_changed_shows_no_button_for_it(world: World, coordinator: Browser) -> None:
    text = coordinator.text("/admin/batches/")

    assert f"edit/?id={world.draft}" in text
    assert f"edit/?id={world.running}" not in text
    assert f'data-delete-key="{world.draft}"' in text
    assert f'data-delete-key="{world.running}"' not in text
    assert 'id="delete"' not in coordinator.text("/admin/batches/details/", id=world.running)


# ---------- programmes


def test_a_programme_is_added_and_renamed(database: Database, coordinator: Browser) -> None:
    coordinator.post("/admin/programmes/new/", {"key": "jiangjie", "name": "工业设计"})
    with database.read(Scope()) as session:
        key = session.scalars(select(Programme.id)).one()
    coordinator.post("/admin/programmes/edit/", {"name": "国家级工业设计中心", "key": "changed"}, id=key)

    with database.read(Scope()) as session:
        programme = session.scalars(select(Programme)).one()
        assert (programme.key, programme.name) == ("jiangjie", "国家级工业设计中心")
    assert last_act(database).changes == {"before": {"name": "工业设计"}, "after": {"name": "国家级工业设计中心"}}


BAD_PROGRAMMES = [
    ({"key": "Bad Key", "name": "x"}, "代号不合规则"),
    ({"key": "fwxzz", "name": "x"}, "这个代号已属于另一个项目"),
    ({"key": "new", "name": "另一项目"}, "已有同名的项目"),
    ({"key": "new", "name": "a\0b"}, "不可见的控制字符"),
    ({"key": "new", "name": "长" * 200}, "最多 120 字"),
]


def test_a_programme_that_cannot_be_is_refused_beside_its_field(world: World, coordinator: Browser) -> None:
    """S23"""
    for form, sentence in BAD_PROGRAMMES:
        response = coordinator.post("/admin/programmes/new/", form)

        assert response.status_code == 422
        assert re.search(rf'class="lx-error"[^>]*>.*{sentence}', said(response))


def test_a_coordinator_of_some_programmes_adds_none(world: World, stranger: Browser) -> None:
    response = stranger.post("/admin/programmes/new/", {"key": "new", "name": "新项目"})

    assert response.status_code == 403
    assert "不能新增项目" in said(response)
