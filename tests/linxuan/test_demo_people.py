"""The people of the demonstration."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from domain.access import SYSTEM, Actor, Role
from linxuan.demo.data import ACCOUNTS, account_of, add_people
from models import User
from models.scope import Scope
from services.batches.drafts import store_draft
from services.mail.texts.trying import own_address
from tests.support.people import NOW
from tests.support.provinces import preset
from tests.support.serving import installed


def test_everybody_can_be_written_to_and_nobody_outside(tmp_path: Path, migrated_sqlite: Path) -> None:
    """A test mail to oneself is offered in the demonstration, and stays within its allow-list (*.example)."""
    with installed(tmp_path / "data", migrated_sqlite) as (_, database):
        with database.write(Scope()) as session:
            for code in ("luoyang-2023", "miit-2023"):
                store_draft(session, preset(code), actor=SYSTEM, now=NOW)
        add_people(database, "miit-2023")
        with database.read(Scope()) as session:
            addresses = session.scalars(select(User.email)).all()
            coordinator = Actor("王主任", Role.COORDINATOR, user_id=account_of(session, "coordinator"))
            own = own_address(session, coordinator)

    assert own == "coordinator@demo.example"
    assert len(addresses) == len(ACCOUNTS)
    assert all(address and address.endswith(".example") for address in addresses)
