"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from sqlalchemy import select

from linxuan.cli import COMMANDS
from linxuan.database import open_database
from linxuan.settings import load_settings
from models import AuditEntry, Membership, Programme, Unit, User
from models.scope import Scope
from models.session import Database
from services.identity import passwords
from tests.linxuan.conftest import Run

TOP = Path(__file__).resolve().parents[2]


def opened() -> Database:
    return open_database(load_settings())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_explains_itself(run: Run, name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")

    assert isinstance(getattr(import_module(module), attribute), click.Command)
    shown = run(name, "--help")
    assert (shown.exit_code, "Usage:" in shown.stdout) == (0, True)


def test_help_lists_every_command_without_loading_one(folder: Path) -> None:
    code = (
        "import sys; from linxuan.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'pydantic', 'flask', 'prefect'} & set(sys.modules)))"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=TOP, check=True).stdout

    assert shown.splitlines()[-1] == "[]"
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_the_module_is_the_same_as_the_command(folder: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "linxuan", "--version"], capture_output=True, text=True, cwd=TOP, check=True
    )

    assert shown.stdout.split()[-1].count(".") == 2


@pytest.mark.parametrize("arguments", [["unknown"], ["health", "--wrong"], ["user", "add"], ["user", "add", "a"]])
def test_wrong_use_ends_with_two(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_migrating_twice_is_harmless_and_leaves_stdout_alone(run: Run) -> None:
    results = [run("migrate"), run("migrate")]

    assert [(result.exit_code, result.stdout) for result in results] == [(0, ""), (0, "")]


def test_a_command_before_the_database_is_set_up_is_refused_with_what_to_do(run: Run) -> None:
    """F50"""
    result = run("audit", "verify", "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "linxuan migrate" in result.stderr


def test_health_prints_one_document_and_ends_with_one_only_when_down(run: Run) -> None:
    down, table = run("health", "--json"), run("health")
    run("migrate")
    up = run("health", "--json")

    assert (down.exit_code, json.loads(down.stdout)["status"]) == (1, "down")
    assert (table.exit_code, "不可用" in table.stdout) == (1, True)
    assert (up.exit_code, json.loads(up.stdout)["status"]) == (0, "degraded")
    assert json.loads(up.stdout)["outbox"]["pending"] == 0


def test_health_of_a_database_that_is_away_is_a_document_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """F36"""
    monkeypatch.setenv("LINXUAN_DATABASE_URL", "sqlite:////nowhere/at/all.db")

    result = run("health", "--json")

    assert (result.exit_code, json.loads(result.stdout)["database"]) == (1, False)


def test_an_account_is_made_with_its_membership_and_the_log_says_who_did_it(migrated: Run) -> None:
    """I8"""
    database = opened()
    with database.write(Scope()) as session:
        session.add(Unit(code="410000", name="河南省工信厅", path="/410000/"))
        session.add(Programme(key="fwxzz", name="服务型制造"))

    result = migrated(
        "user", "add", "li.min", "--name", "李敏", "--role", "officer", "--unit", "410000", "--programme", "fwxzz",
        "--post", "B", "--mobile", "13812345678", "--email", "li@gov.example", "--password-stdin",
        stdin="Xy-12345-z\n",
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (0, "")
    assert "经办人（B 岗） · 河南省工信厅" in result.stderr
    with database.read(Scope()) as session:
        person = session.scalars(select(User)).one()
        held = session.scalars(select(Membership)).one()
        actors = {entry.actor for entry in session.scalars(select(AuditEntry))}
    assert (person.mobile, person.email) == ("13812345678", "li@gov.example")
    assert passwords.is_right(person.password_hash, "Xy-12345-z")
    assert (held.role.value, held.programmes, held.post.value) == ("officer", ["fwxzz"], "B")
    assert len(actors) == 1 and actors.pop().startswith("命令行（")
    database.dispose()


def test_a_generated_password_is_all_that_stdout_holds_and_it_works(migrated: Run) -> None:
    result = migrated("user", "add", "wang", "--name", "王主任", "--role", "coordinator", "--generate")

    database = opened()
    with database.read(Scope()) as session:
        person = session.scalars(select(User)).one()
    assert passwords.is_right(person.password_hash, result.stdout.removesuffix("\n"))
    database.dispose()


@pytest.mark.parametrize(
    ("more", "stdin", "words"),
    [
        (["--role", "officer", "--unit", "999"], "Xy-12345-z", "没有这个代码的单位"),
        (["--role", "officer"], "Xy-12345-z", "经办人必须属于一个推荐单位"),
        (["--role", "coordinator"], "short", "密码至少"),
        (["--role", "coordinator", "--programme", "gone"], "Xy-12345-z", "没有这个项目"),
    ],
)
def test_a_refused_account_leaves_nothing_behind(migrated: Run, more: list[str], stdin: str, words: str) -> None:
    result = migrated("user", "add", "wang", "--name", "王主任", "--password-stdin", *more, stdin=stdin)

    assert (result.exit_code, result.stdout, words in result.stderr) == (1, "", True)
    database = opened()
    with database.read(Scope()) as session:
        assert session.scalars(select(User)).all() == []
        assert session.scalars(select(AuditEntry)).all() == []
    database.dispose()


@pytest.mark.parametrize("flags", [[], ["--generate", "--password-stdin"]])
def test_a_password_comes_from_exactly_one_place(migrated: Run, flags: list[str]) -> None:
    assert migrated("user", "add", "wang", "--name", "王", "--role", "coordinator", *flags).exit_code == 2


def test_a_log_that_was_tampered_with_is_found_out(migrated: Run) -> None:
    """S65"""
    migrated("user", "add", "wang", "--name", "王主任", "--role", "coordinator", "--generate")
    whole = migrated("audit", "verify", "--json")
    database = opened()
    with database.write(Scope()) as session:
        session.scalars(select(AuditEntry)).first().what = "nothing"  # type: ignore[union-attr]  # there are two

    broken, shown = migrated("audit", "verify", "--json"), migrated("audit", "verify")

    assert (whole.exit_code, json.loads(whole.stdout)) == (
        0,
        {"entries": 2, "is_whole": True, "broken_at": None, "because": ""},
    )
    assert (broken.exit_code, json.loads(broken.stdout)["broken_at"]) == (1, 1)
    assert (shown.exit_code, "不完整" in shown.stdout) == (1, True)
    database.dispose()
