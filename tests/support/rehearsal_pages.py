"""The pages of rehearsals as a browser sends them: a draft on 20 February 2023, and the form that runs it."""

from __future__ import annotations

from datetime import date
from typing import Any

from werkzeug.test import TestResponse

from domain.access import SYSTEM
from domain.definition import Due
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.designing.edits import SetValues
from services.designing.working import Change, apply
from tests.support.backoffice import Browser, said
from tests.support.batches import COORDINATOR, contacts_stage, definition, local
from tests.support.progress import set_clock

SINCE = local("2023-01-01 00:00")
NOW = local("2023-02-20 10:00")
BASE = "/admin/progress/batch-2023/rehearsal"
ROW = {
    "act_at": "2023-03-08T10:00",
    "act_stage": "contacts",
    "act_who": "odd",
    "act_unit": "",
    "act_do": "answer",
    "act_due_at": "",
    "act_category": "",
    "act_count": "",
    "act_rest": "",
}


def stored_draft(database: Database) -> int:
    """Return the id of a draft with three units; it is 20 February 2023."""
    with database.write(Scope()) as session:
        batch_id = store_draft(session, definition(units=3), actor=SYSTEM, now=NOW).id
    set_clock(database, NOW)
    return batch_id


def run(browser: Browser, rows: list[dict[str, str]] | None = None, **form: Any) -> TestResponse:
    """Send the form with these rows of the scenario."""
    sent = {key: [row[key] for row in rows or []] for key in ROW}
    browser.get(BASE)
    return browser.post(f"{BASE}/run", {"source": "saved", "since": "", "until": "", **sent, **form})


def ran(browser: Browser, rows: list[dict[str, str]] | None = None, **form: Any) -> str:
    """Run a rehearsal and return the address of its page."""
    answer = run(browser, rows, **form)
    assert answer.status_code == 303, said(answer)
    return str(answer.headers["Location"])


def change_due(database: Database, day: date) -> None:
    with database.write(Scope()) as session:
        later = definition(units=3, stages=(contacts_stage(due=Due(on=day)),))
        store_draft(session, later, actor=SYSTEM, now=NOW)


def move_due(database: Database, batch_id: int, day: str, seen: int = 0) -> int:
    """Move the deadline of "contacts" in the working copy; return the step."""
    with database.write(Scope()) as session:
        edit = SetValues("stages.contacts", {"due": {"on": day}})
        change = Change(edits=[edit], seen=seen, what="截止日期")
        return apply(session, batch_id, change, actor=COORDINATOR, now=NOW).step
