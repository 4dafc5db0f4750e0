"""What a demonstration starts with: presets, invented winners, and an account for each role."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import presets
from domain.access import SYSTEM, Actor, Role
from domain.definition import Definition
from linxuan.demo_accounts import ACCOUNTS, PASSWORD
from models import Batch, Unit, User
from models.scope import Scope
from models.session import Database
from services.batches.context import definition_of, get_batch
from services.batches.drafts import store_draft
from services.definitions.reading import load_file
from services.definitions.yaml_text import read_yaml
from services.files import Place, keep_templates
from services.identity.memberships import Grant, grant
from services.identity.passwords import Policy
from services.identity.users import NewUser, add_user
from services.rehearsal import Happening, read_scenario
from services.titles.registering import NewTitle, add_titles

FOLDER = Path(presets.__file__).parent
DISTRICT = "410305"
"""Unit of the account of a district's officer, in the batch whose cases are played."""
OFFICE = Actor("王主任（演示）", Role.COORDINATOR)


def definitions() -> list[Definition]:
    """Return every preset, those that are played first, otherwise in the order of their file names."""
    found = [load_file(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return sorted(found, key=lambda definition: not _scenario_file(definition).exists())


def scenario(definition: Definition) -> list[Happening]:
    """Return what people do in a preset's demonstration; nothing where it has none."""
    path = _scenario_file(definition)
    return read_scenario(path.read_text(encoding="utf-8"), definition) if path.exists() else []


def _scenario_file(definition: Definition) -> Path:
    return FOLDER / "demo" / f"{definition.code}-scenario.yaml"


def load_presets(database: Database, store: Place) -> list[str]:
    """Store every preset as a draft and fill the registry with invented winners; return the batches' codes.

    Drafts are dated at the beginning of their batch's year, because the story is played in its time.
    """
    with database.write(Scope()) as session:
        found = [keep_templates(definition, FOLDER, store) for definition in definitions()]
        batches = [store_draft(session, definition, actor=SYSTEM, now=_new_year(definition)) for definition in found]
        add_titles(session, _winners(batches[0]), actor=SYSTEM, now=_new_year(found[0]))
        return [batch.code for batch in batches]


def _new_year(definition: Definition) -> datetime:
    return datetime(definition.year, 1, 1, 9, tzinfo=definition.zone)


def _winners(batch: Batch) -> list[NewTitle]:
    rows = read_yaml((FOLDER / "demo" / "winners.yaml").read_text(encoding="utf-8"))
    assert isinstance(rows, list)  # noqa: S101 - our own file
    return [
        NewTitle(
            programme=batch.programme.key,
            batch_no=int(str(row["batch_no"])),
            category=str(row["category"]),
            holder=str(row["holder"]),
            unit=str(row["unit"]),
        )
        for row in rows
        if isinstance(row, dict)
    ]


def add_people(database: Database, code: str) -> None:
    """Make one account for each role; the officer's unit is one that the batch's scenario leaves silent.

    They begin with the batch's year, because the story is played in its time.
    """
    with database.write(Scope()) as session:
        definition = definition_of(session, get_batch(session, code))
        heard = {happening.unit for happening in scenario(definition)}
        silent = next(entry.code for entry in definition.units if entry.code not in heard)
        units = {"officer": silent, "district": DISTRICT}
        for account in ACCOUNTS:
            unit = session.scalars(select(Unit.id).where(Unit.code == units.get(account.name, ""))).one_or_none()
            _add(session, account.name, unit, _new_year(definition))


def account_of(session: Session, account: str) -> int | None:
    """Return the id of a demo account's person; None when there is none."""
    return session.scalars(select(User.id).where(User.account == account)).one_or_none()


NAMES = {
    "admin": "系统管理员",
    "coordinator": "王主任",
    "officer": "李经办",
    "district": "周经办",
    "applicant": "示例企业",
    "expert": "赵专家",
    "auditor": "孙审计",
}


def _add(session: Session, account: str, unit_id: int | None, since: datetime) -> None:
    role = Role.OFFICER if account == "district" else Role(account)
    person = NewUser(account=account, name=NAMES[account], password=PASSWORD, email=f"{account}@demo.example")
    user = add_user(session, person, actor=SYSTEM, now=since, policy=Policy.ASVS)
    # An applicant acts for the organisation that it registers in the story of a batch with cases.
    if role is not Role.APPLICANT:
        grant(session, Grant(user_id=user.id, role=role, unit_id=unit_id), actor=SYSTEM, now=since)
