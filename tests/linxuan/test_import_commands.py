"""`linxuan import`: what the backoffice does with a workbook, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from linxuan.database import open_database
from linxuan.settings import load_settings
from models import Title, Unit
from models.scope import Scope
from models.session import Database
from services.bulk.columns import What
from tests.linxuan.conftest import Run
from tests.support.batches import definition, running
from tests.support.bulk import book_of
from tests.support.filled import with_quotas


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return where a workbook goes."""
    return tmp_path / "表.xlsx"


def prepared() -> Database:
    """Return the installation's database with a running batch."""
    database = open_database(load_settings())
    with database.write(Scope()) as session:
        running(session, with_quotas(definition()))
    return database


def names(database: Database) -> list[str]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(Unit.name).order_by(Unit.path)))


def test_a_workbook_comes_in_once(migrated: Run, book: Path) -> None:
    database = prepared()
    book.write_bytes(book_of(What.UNITS, ("000001", "改名单位"), ("000009", "新的单位", "000001")))

    looked = migrated("import", "units", str(book), "--preview")
    before = names(database)
    first, again = migrated("import", "units", str(book)), migrated("import", "units", str(book))

    assert looked.stdout.splitlines() == [
        "第 2 行\t变更\t第1单位\t名称 第1单位 → 改名单位",
        "第 3 行\t添加\t新的单位\t代码 000009；名称 新的单位；上级单位 改名单位",
    ]
    assert before == ["第1单位", "第2单位", "第3单位"]
    assert (first.exit_code, first.stdout) == (0, "")
    assert "导入完成：添加 1、变更 1。" in first.stderr
    assert "导入完成：未变 2。" in again.stderr
    assert names(database) == ["改名单位", "新的单位", "第2单位", "第3单位"]
    database.dispose()


def test_a_wrong_row_keeps_all_out_and_is_named(migrated: Run, book: Path) -> None:
    database = prepared()
    book.write_bytes(
        book_of(What.TITLES, ("fwxzz", 1, "示范企业", "甲", "000001"), ("fwxzz", 1, "示范企业", "乙", "9"))
    )

    refused = migrated("import", "titles", str(book))
    told = migrated("import", "titles", str(book), "--json")

    assert refused.exit_code == 1
    assert "没有导入任何数据：添加 1、有误 1。" in refused.stderr
    assert "第 3 行 所在单位: 没有这个单位（现为 9）" in refused.stderr
    assert told.exit_code == 1
    document = json.loads(told.stdout)
    assert (document["done"], document["counts"]["refused"]) == (False, 1)
    assert document["rows"][1]["problems"][0]["column"] == "所在单位"
    with database.read(Scope()) as session:
        assert session.scalars(select(Title)).all() == []
    database.dispose()


def test_officers_are_invited_by_links_on_stdout(migrated: Run, book: Path) -> None:
    database = prepared()
    book.write_bytes(book_of(What.USERS, ("", "张三", "", "", "经办人", "000001")))

    invited = migrated("import", "users", str(book))

    assert invited.exit_code == 0, invited.stderr
    name, unit, link = invited.stdout.strip().split("\t")
    assert (name, unit) == ("张三", "第1单位")
    assert "/invitations/" in link
    database.dispose()


def test_a_template_is_written_and_never_over_a_file(migrated: Run, book: Path) -> None:
    prepared().dispose()

    written = migrated("import", "contacts", str(book), "--template")
    over = migrated("import", "contacts", str(book), "--template")
    empty = migrated("import", "contacts", str(book))

    assert written.exit_code == 0
    assert book.read_bytes().startswith(b"PK")
    assert (over.exit_code, "文件已存在" in over.stderr) == (2, True)
    assert (empty.exit_code, "没有要导入的行" in empty.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("everything", "x.xlsx"), "everything"), (("units", "missing.xlsx"), "文件读不出来"), (("units",), "FILE")],
)
def test_wrong_use_is_told(migrated: Run, arguments: tuple[str, ...], sentence: str) -> None:
    answer = migrated("import", *arguments)

    assert answer.exit_code == 2
    assert sentence in answer.stderr
