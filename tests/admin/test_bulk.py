"""批量导入 in the backoffice: a template, a look that stores nothing, a confirmation that does what was shown."""

from __future__ import annotations

import io
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from admin.progress.doing import FOLDER
from domain.access import Role
from models import Admission, Contact, Unit, User
from models.scope import Scope
from models.session import Database
from services.bulk.columns import MOST_ROWS, What
from tests.support.backoffice import Browser, said, signed_in
from tests.support.bulk import book_of
from tests.support.filled import World

SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')
FILE = re.compile(r'name="file" value="([0-9a-f]{64})"')


@pytest.fixture
def app(app: Flask, tmp_path: Path) -> Flask:
    app.config[FOLDER] = tmp_path / "files"
    return app


def send(browser: Browser, what: What, content: bytes, name: str = "名单.xlsx") -> TestResponse:
    """Send a file to be looked at."""
    address = f"/admin/import/{what.value}"
    browser.get(address)
    # Encoded here: the test client would leave the temporary file of a large body open.
    parts = {"csrf_token": browser.csrf, "file": FileStorage(io.BytesIO(content), name)}
    boundary, body = encode_multipart(parts)
    return browser.http.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def look(browser: Browser, what: What, *rows: tuple[object, ...]) -> str:
    """Send rows and return the page that the answer leads to."""
    answer = send(browser, what, book_of(what, *rows))
    assert answer.status_code == 303, said(answer)
    place = urlsplit(answer.headers["Location"])
    return browser.text(f"{place.path}?{place.query}")


def confirm(browser: Browser, what: What, page: str) -> TestResponse:
    """Confirm what a page shows."""
    seen, file = SEEN.search(page), FILE.search(page)
    assert seen is not None and file is not None
    return browser.post(
        f"/admin/import/{what.value}/confirm", {"seen": seen[1], "file": file[1], "name": "名单.xlsx"}
    )


def names(database: Database) -> list[str]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(Unit.name).order_by(Unit.path)))


def test_rows_are_shown_then_imported(database: Database, world: World, coordinator: Browser) -> None:
    page = look(coordinator, What.UNITS, ("000001", "改名单位"), ("000009", "新的单位", "000001"), ("000002", ""))
    before = names(database)
    answer = confirm(coordinator, What.UNITS, page)

    assert all(word in page for word in ("添加 1", "变更 1", "未变 1", "第1单位", "改名单位", "确认导入"))
    assert before == ["第1单位", "第2单位", "第3单位"]
    assert answer.status_code == 303
    assert "导入完成：添加 1、变更 1、未变 1。" in coordinator.text("/admin/import/units")
    assert names(database) == ["改名单位", "新的单位", "第2单位", "第3单位"]


def test_a_wrong_row_leaves_no_button_and_a_forged_confirmation_stores_nothing(
    database: Database, world: World, coordinator: Browser
) -> None:
    page = look(coordinator, What.UNITS, ("000009", "新的单位"), ("000010", "坏的", "", "", "不是邮箱"))

    answer = confirm(coordinator, What.UNITS, page)

    assert "有 1 行有误" in page
    assert "确认导入" not in page
    assert answer.status_code == 422
    assert "第 3 行" in said(answer)
    assert len(names(database)) == 3


def test_what_changed_meanwhile_is_shown_again(database: Database, world: World, coordinator: Browser) -> None:
    page = look(coordinator, What.UNITS, ("000001", "改名单位"))
    with database.write(Scope()) as session:
        session.scalars(select(Unit).where(Unit.code == "000001")).one().short = "一"
        session.scalars(select(Unit).where(Unit.code == "000001")).one().name = "别人改的"

    answer = confirm(coordinator, What.UNITS, page)
    again = confirm(coordinator, What.UNITS, said(answer))

    assert answer.status_code == 409
    assert "预览之后数据有变动" in said(answer)
    assert "别人改的" in said(answer)
    assert again.status_code == 303
    assert names(database)[0] == "改名单位"


def test_a_long_preview_is_paged_and_narrowed(world: World, coordinator: Browser) -> None:
    rows = [(f"N{number:04d}", f"新单位{number}") for number in range(250)]

    answer = send(coordinator, What.UNITS, book_of(What.UNITS, *rows, ("000001", "")))
    place = urlsplit(answer.headers["Location"])
    first = coordinator.text(f"{place.path}?{place.query}")
    third = coordinator.text(f"{place.path}?{place.query}&page=3")
    same = coordinator.text(f"{place.path}?{place.query}&show=unchanged")

    assert first.count("<tr>") == 101
    assert "新单位249" in third and "新单位0<" not in third
    assert same.count("<tr>") == 2
    assert coordinator.get(f"{place.path}?{place.query}&page=x").status_code == 400


@pytest.mark.parametrize("what", list(What))
def test_the_template_of_each_kind_is_a_workbook_that_says_what_to_fill_in(
    world: World, admin: Browser, what: What
) -> None:
    page = admin.text(f"/admin/import/{what.value}")
    answer = admin.http.get(f"/admin/import/{what.value}/template")

    assert "<strong>姓名</strong>" in page or "<strong>名称</strong>" in page
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    refused = send(admin, what, answer.get_data())
    assert refused.status_code == 422
    assert "没有要导入的行" in said(refused)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "没有选择文件"),
        (b"a,b\n1,2\n", "不是 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "旧版 Excel"),
        (b"x" * 21 * 1024 * 1024, "文件超过 20 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_on_the_page(
    world: World, coordinator: Browser, content: bytes, sentence: str
) -> None:
    answer = send(coordinator, What.UNITS, content)

    assert answer.status_code == 422
    assert sentence in said(answer)
    assert "什么也没有改动" in said(answer)


def test_a_file_that_was_swept_away_is_asked_for_again(world: World, coordinator: Browser) -> None:
    answer = coordinator.get("/admin/import/units/preview", file="0" * 64, name="x.xlsx")

    assert answer.status_code == 404


def test_links_of_invitations_are_shown_once(database: Database, world: World, admin: Browser) -> None:
    rows = (("", "张三", "13800000000", "", "经办人", "000001"), ("expert.one", "李四", "", "", "专家"))

    answer = confirm(admin, What.USERS, look(admin, What.USERS, *rows))

    found = re.findall(r"张三\t第1单位\t(http\S+/invitations/\S+)", said(answer))
    assert len(found) == 1
    with database.read(Scope()) as session:
        assert session.scalars(select(Admission.name)).all() == ["张三"]
        assert session.scalars(select(User.name).where(User.account == "expert.one")).all() == ["李四"]


def test_who_sees_which_pages(world: World, admin: Browser, coordinator: Browser, officer: Browser) -> None:
    """Users are for who manages them; officers and auditors have no business here."""
    assert "用户" in admin.text("/admin/import/")
    assert "/admin/import/users" not in coordinator.text("/admin/import/")
    assert [coordinator.get(f"/admin/import/{what.value}").status_code for what in What] == [200, 200, 200, 403]
    assert officer.get("/admin/import/contacts").status_code == 403
    assert coordinator.get("/admin/import/everything").status_code == 404


def test_a_limited_coordinator_imports_within_the_own_branch_and_programmes(
    app: Flask, database: Database, world: World
) -> None:
    """Neither the page nor the file tells anything of the others."""
    with database.read(Scope()) as session:
        own = session.scalars(select(Unit).where(Unit.code == "000001")).one()
        secret = session.scalars(
            select(Contact).where(Contact.unit_id != own.id, Contact.batch_id == world.running)
        ).first()
    assert secret is not None
    near = signed_in(app, database, Role.COORDINATOR, "near", unit_id=own.id)
    stranger = signed_in(app, database, Role.COORDINATOR, "far", programmes=["other"])

    page = look(
        near,
        What.CONTACTS,
        ("000002", "示范遴选 2023", "王五"),
        ("000001", "示范遴选 2023", "王五", "", "", "13800000000"),
    )
    foreign = look(stranger, What.CONTACTS, ("000001", "示范遴选 2023", "王五", "", "", "13800000000"))

    assert "没有这个单位" in page
    assert "变更 1" in page
    assert secret.name not in page and str(secret.email) not in page
    assert "没有这个批次" in foreign
    template = near.http.get("/admin/import/contacts/template").get_data()
    assert "第2单位" not in _texts(template)
    assert "第1单位" in _texts(template)


def _texts(content: bytes) -> str:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_too_many_rows_are_refused(world: World, coordinator: Browser) -> None:
    rows = [(f"N{number:05d}", f"新单位{number}") for number in range(MOST_ROWS + 1)]

    answer = send(coordinator, What.UNITS, book_of(What.UNITS, *rows))

    assert answer.status_code == 422
    assert f"一次最多导入 {MOST_ROWS} 行" in said(answer)
