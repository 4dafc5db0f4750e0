"""`linxuan user` for applicants and units: an account of an organisation, and a link for every silent unit."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from linxuan.database import open_database
from linxuan.settings import load_settings
from models import Admission, Membership
from models.scope import Scope
from models.session import Database
from services.organisations.inviting import accept
from tests.linxuan.conftest import Run
from tests.support.accounts import person
from tests.support.batches import definition, running
from tests.support.case_rows import credit_code, organisation


def prepared(units: int = 3) -> Database:
    """Return the installation's database with a running batch and an applicant."""
    database = open_database(load_settings())
    with database.write(Scope()) as session:
        running(session, definition(units))
        organisation(session)
    return database


def test_an_account_of_an_applicant_is_made_on_the_command_line(migrated: Run) -> None:
    database = prepared()
    new = ("user", "add", "zhao", "--name", "赵六", "--role", "applicant", "--generate", "--organisation")

    unknown = migrated(*new, credit_code(9))
    made = migrated(*new, credit_code(1).lower())

    assert (unknown.exit_code, "没有这个统一社会信用代码的申报单位" in unknown.stderr) == (1, True)
    assert made.exit_code == 0
    assert "申报单位 · 第1制造公司" in made.stderr
    with database.read(Scope()) as session:
        assert session.scalars(select(Membership.organisation_id)).one() is not None
    database.dispose()


def test_only_applicants_act_for_an_organisation(migrated: Run) -> None:
    prepared().dispose()

    refused = migrated(
        "user",
        "add",
        "zhao",
        "--name",
        "赵六",
        "--role",
        "coordinator",
        "--generate",
        "--organisation",
        credit_code(),
    )

    assert (refused.exit_code, "只有“申报单位”的身份" in refused.stderr) == (1, True)


def test_every_unit_without_an_officer_gets_a_link_that_works(migrated: Run) -> None:
    """S000-04: nine units, nine links; used, each unit has an account, and a second call finds none left."""
    database = prepared(9)

    result = migrated("user", "invite", "batch-2023")

    assert (result.exit_code, "9 个单位" in result.stderr) == (0, True)
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [f"{number:06d}" for number in range(1, 10)]
    with database.write(Scope()) as session:
        for number, line in enumerate(lines, 1):
            accept(session, line[2].rpartition("/")[2], person(number), now=datetime.now(UTC))
    with database.read(Scope()) as session:
        assert len(set(session.scalars(select(Membership.unit_id)))) == 9
        assert all(row.outcome is not None for row in session.scalars(select(Admission)))
    assert migrated("user", "invite", "batch-2023").stdout == ""
    database.dispose()
