"""A batch on the day after its first deadline, and acts on its pages as a browser sends them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from models import Unit
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from tests.support.backoffice import Browser, make_app
from tests.support.batches import local
from tests.support.progress import rich, set_clock

SINCE = local("2023-01-01 00:00")
OPENING = local("2023-03-06 09:00")
NOW = local("2023-03-21 10:00")
BASE = "/admin/progress/batch-2023"


def overdue_app(database: Database, folder: Path) -> Flask:
    """Return the backoffice over a batch whose first stage is overdue for three units; it is 21 March 2023."""
    with database.write(Scope()) as session:
        batch = rich(session, units=3, titles=2).batch
        advance(session, batch.id, OPENING)
        advance(session, batch.id, NOW)
    set_clock(database, NOW)
    made = make_app(database)
    made.config["LINXUAN_FILES"] = folder / "files"
    return made


def unit_id(database: Database, number: int = 1) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Unit.id).where(Unit.code == f"{number:06d}")).one()


def rows(database: Database, table: type[Any]) -> list[Any]:
    """Return all rows of a table, in the order in which they were made."""
    with database.read(Scope()) as session:
        return list(session.scalars(select(table).order_by(table.id)))


def do(browser: Browser, act: str, form: dict[str, Any], **query: object) -> tuple[int, str]:
    """Open an act's page and send its form; return the status, and the page or where it leads."""
    browser.get(f"{BASE}/{act}", **query)
    answer = browser.post(f"{BASE}/{act}", form, **query)
    return answer.status_code, answer.headers.get("Location", "") or answer.get_data(as_text=True)
