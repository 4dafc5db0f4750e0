"""The portal over a small batch with cases, and browsers of applicants and officers."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from domain.definition import Definition
from models import Case, Organisation, Unit
from models.scope import Scope
from models.session import Database
from tests.support.batches import PUBLISHED, running
from tests.support.case_rows import organisation
from tests.support.cases import case_definition
from tests.support.people import token_of
from tests.support.portal import Browser, make_app, set_time

NOW = "2023-03-13 09:00"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class CasePortal:
    """The app with its database, and ways to come in."""

    app: Flask
    database: Database

    def applicant(self, number: int = 1, unit_code: str = "000001") -> Browser:
        """Return the browser of somebody who acts for the n-th organisation, made when it is not there."""
        with self.database.write(Scope()) as session:
            name = f"第{number}制造公司"
            known = session.scalars(select(Organisation).where(Organisation.name == name)).one_or_none()
            acting = known or organisation(session, number, unit_code)
            held = {"organisation_id": acting.id, "valid_from": PUBLISHED}
            token = token_of(session, f"applicant{number}", Role.APPLICANT, **held)
        return Browser(self.app, token)

    def officer(self, code: str = "000001") -> Browser:
        """Return the browser of an officer of a unit."""
        return self.of_unit(Role.OFFICER, f"officer{code}", code)

    def of_unit_again(self, code: str = "000001") -> Browser:
        """Return another officer of the same unit, who may go on with what the first one began."""
        return self.of_unit(Role.OFFICER, f"second{code}", code)

    def of_unit(self, role: Role, account: str, code: str | None = None) -> Browser:
        """Return the browser of a new person, in a unit or in none."""
        with self.database.write(Scope()) as session:
            unit_id = session.scalars(select(Unit.id).where(Unit.code == code)).one() if code else None
            token = token_of(session, account, role, unit_id=unit_id, valid_from=PUBLISHED)
        return Browser(self.app, token)

    def unit(self, code: str = "000001") -> int:
        with self.database.read(Scope()) as session:
            return session.scalars(select(Unit.id).where(Unit.code == code)).one()

    def case(self, case_id: int) -> Case:
        with self.database.read(Scope()) as session:
            return session.get_one(Case, case_id)


def case_portal(database: Database, folder: Path, wanted: Definition | None = None, now: str = NOW) -> CasePortal:
    """Return the whole app over a running batch with cases."""
    with database.write(Scope()) as session:
        running(session, wanted or case_definition())
    set_time(database, now)
    return CasePortal(make_app(database, folder), database)


def begun(portal: CasePortal, browser: Browser, kind: str = "enterprise/", unit_code: str = "000001") -> int:
    """Begin a case through the page; return its id."""
    browser.get("/batches/batch-2023/declare")
    answer = browser.post(
        "/batches/batch-2023/declare", {"kind": kind, "unit": portal.unit(unit_code), "title": "示范项目"}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    return int(answer.headers["Location"].split("/")[2])


def pdf(name: str = "营业执照.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name
