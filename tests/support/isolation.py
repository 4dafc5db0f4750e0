"""Three houses (a unit's applicant, with everything that belongs to it) whose rows carry a word of their own.

`plant` fills every table that a unit or an applicant owns with rows of a house, from the smallest valid rows of
`tests.support.rows`: a table that is added there is planted here without a word more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import JSON, Column, Connection, Enum, String, Table, insert, select
from sqlalchemy.orm import Session

from domain.access import Role
from models import Base, Case, CaseState, Duty, Membership, Organisation, Unit
from models.scope import Scope
from models.scoped import BranchScoped
from models.session import Database
from services.batches.advancing import advance
from services.identity import sessions
from tests.support.batches import contact_form, contacts_stage, running
from tests.support.case_rows import credit_code
from tests.support.cases import NOW, OPENED, VALUES, case_definition
from tests.support.people import member, user
from tests.support.portal import Browser, make_app, set_time
from tests.support.rows import VALID

NEEDLE = "nadel"
"""Part of every planted text, to search for; what gives a house away is the word behind it."""
FIRST = ("titles", "files", "cases", "mails", "phone_duties", "case_versions")
LEFT = frozenset({"units", "batch_units", "duties", "organisations", "web_sessions"})
"""Tables that publishing and signing in fill."""
ONCE_A_UNIT = frozenset({"answers", "exemptions", "dispatches", "unit_dates", "allotments"})
"""Tables in which the first and the third house, which share a unit, share a row."""
BESIDE = ("mails", "mail_attempts", "title_aliases")
"""Tables of a unit that no mixin narrows."""
KEPT = frozenset({"media_type", "claim", "token_hash", "path", "cause", "quota_key", "post"})
CHANGED: Mapping[str, Mapping[str, Any]] = {
    "cases": {"state": CaseState.SUBMITTED.value, "version_no": 1, "submitted_at": NOW},
    "case_files": {"slot_key": "licence"},
    "mails": {"state": "uncertain", "raw": b"Subject: x\r\n\r\nx", "stage_key": "declare"},
    "contacts": {"mobile": None, "phone": "0371-65953693"},
    "admissions": {"role": "applicant"},
}
"""What a planted row needs beside the smallest valid one, so that pages have something to show."""


@dataclass
class House:
    """A unit's applicant with all that belongs to it.

    ids: of its row in each table. mark: in every text of it. held: membership of each role.
    """

    mark: str
    number: int
    unit: str
    unit_id: int = 0
    ids: dict[str, int] = field(default_factory=dict)
    held: dict[Role, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return what stands in every text."""
        return f"{NEEDLE} {self.mark}"


def houses() -> tuple[House, House, House]:
    """Return one house, one of another unit, and another one of the first unit."""
    return House("wortone", 1, "000001"), House("worttwo", 2, "000002"), House("wortthree", 3, "000001")


@dataclass(frozen=True)
class World:
    """The app over a batch in which each house has a row of everything."""

    app: Flask
    database: Database
    one: House
    two: House
    three: House
    batch_id: int

    def browser(self, house: House, role: Role) -> Browser:
        """Return a fresh browser of a house's person: officer, applicant, or administrator of its unit's branch."""
        with self.database.write(Scope()) as session:
            held = session.get_one(Membership, house.held[role])
            return Browser(self.app, sessions.start(session, held, now=datetime.now(UTC)))

    def rows_of(self, house: House) -> dict[str, list[str]]:
        """Return every row of a house, by table: that carries its word, or points at it."""
        own = {"organisation_id": house.ids["organisations"], "case_id": house.ids["cases"]}
        if house is self.two:
            own["unit_id"] = house.unit_id
        found: dict[str, list[str]] = {}
        with self.database.read(Scope()) as session:
            for table in Base.metadata.sorted_tables:
                # A session of one's own, and a failed try to begin one, change nothing of a house.
                if table.name in {"web_sessions", "sign_in_failures"}:
                    continue
                rows = [dict(row) for row in session.execute(select(table)).mappings()]
                texts = sorted(
                    repr(row)
                    for row in rows
                    if house.mark in repr(row) or any(row.get(name) == key for name, key in own.items())
                )
                if texts:
                    found[table.name] = texts
        return found


def build(database: Database, folder: Path) -> World:
    """Publish a batch with every kind of stage, plant the houses, and open the app on 13 March 2023."""
    base = case_definition()
    wanted = replace(base, stages=(contacts_stage(ladder=None), *base.stages), forms=(contact_form(), *base.forms))
    found = houses()
    with database.write(Scope()) as session:
        context = running(session, wanted)
        advance(session, context.batch.id, OPENED)
        for house in found:
            house.unit_id = session.scalars(select(Unit.id).where(Unit.code == house.unit)).one()
            plant(session, house, context.batch.id, context.batch.programme_id, folder / "files")
    set_time(database, "2023-03-13 09:00")
    return World(make_app(database, folder), database, *found, context.batch.id)


def plant(session: Session, house: House, batch_id: int, programme_id: int, files: Path) -> None:
    """Give a house a person of each role and one row in every table that a unit or an applicant owns."""
    house.ids |= {"units": house.unit_id, "batches": batch_id, "programmes": programme_id}
    organisation = _organisation(session, house)
    house.ids["organisations"] = organisation.id
    for role, place in (
        (Role.OFFICER, {"unit_id": house.unit_id}),
        (Role.APPLICANT, {"organisation_id": organisation.id}),
        (Role.ADMIN, {"unit_id": house.unit_id}),
    ):
        person = user(
            session, f"{house.mark}{role.value}"[:60], name=house.text, email=f"{role}.{house.mark}@x.example"
        )
        held = member(session, person, role, valid_from=OPENED, **place)
        house.held[role] = held.id
        house.ids.setdefault("users", person.id)
        house.ids.setdefault("memberships", held.id)
    house.ids["duties"] = session.scalars(
        select(Duty.id).where(Duty.unit_id == house.unit_id, Duty.stage_key == "contacts")
    ).one()
    for table in _planted():
        if table.name not in ONCE_A_UNIT or house.number != 3:
            _put(session.connection(), table, house)
    content = house.text.encode()
    digest = hashlib.sha256(content).hexdigest()
    files.mkdir(parents=True, exist_ok=True)
    (files / digest).write_bytes(content)
    case = session.get_one(Case, house.ids["cases"])
    case.values = {**VALUES["enterprise"], "name": house.text, "code": credit_code(house.number), "body": house.text}
    session.flush()


def _organisation(session: Session, house: House) -> Organisation:
    row = {**VALID["organisations"], "approval": "pending"}
    made = Organisation(**row)
    for name in ("name", "nature", "industry", "legal_person", "address", "region"):
        setattr(made, name, house.text)
    made.unit_id, made.credit_code, made.phone = house.unit_id, credit_code(house.number), "0371-65953693"
    made.email = f"org.{house.mark}@x.example"
    session.add(made)
    session.flush()
    return made


def _planted() -> Iterator[Table]:
    """Yield the tables to plant, those that others point at first."""
    owned = {cls.__tablename__ for cls in BranchScoped.__subclasses__()} | set(BESIDE)
    tables = {table.name: table for table in Base.metadata.sorted_tables if table.name in owned - LEFT}
    yield from (tables[name] for name in FIRST)
    yield from (table for name, table in tables.items() if name not in FIRST)


def _put(connection: Connection, table: Table, house: House) -> None:
    row = {column.name: _value(table, column, house) for column in table.c if _is_filled(table, column)}
    row |= CHANGED.get(table.name, {})
    done = connection.execute(insert(table).values(**row))
    house.ids[table.name] = done.inserted_primary_key[0] if done.inserted_primary_key else 0


def _is_filled(table: Table, column: Column[Any]) -> bool:
    if column.primary_key:
        return False
    return column.name in VALID[table.name] or column.name == "organisation_id" or _is_words(column)


def _is_words(column: Column[Any]) -> bool:
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    is_apart = column.name.endswith("_key") or column.name in KEPT | {"external_key", "mobile", "message_id"}
    return is_text and not column.foreign_keys and not is_apart and column.default is not None


def _value(table: Table, column: Column[Any], house: House) -> Any:
    """Return what a planted row holds: keys of the house's own rows, its word in every text, else the valid value."""
    given = VALID[table.name].get(column.name)
    if column.foreign_keys:
        return house.ids[next(iter(column.foreign_keys)).column.table.name]
    own = _own_values(table, house)
    if column.name in own:
        return own[column.name]
    if isinstance(column.type, JSON):
        return {"name": house.text} if column.name in {"values", "comments"} else given
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    if not is_text or column.name.endswith("_key") or column.name in KEPT:
        return given
    return f"{table.name} {house.text}"[: column.type.length or 400] if column.name == "key" else house.text


def _own_values(table: Table, house: House) -> dict[str, Any]:
    """Return the values that have a form of their own, or make a state that the row is not in, by column."""
    given = VALID[table.name]
    kept = {name: given.get(name, "") for name in ("mobile", "phone", "decided_by", "filed_by", "done_by")}
    return {
        **kept,
        "number": house.number if table.name == "places" else given.get("number", "0371-65953693"),
        "credit_code": credit_code(house.number),
        "claim": credit_code(house.number),
        "sha256": hashlib.sha256(house.text.encode()).hexdigest(),
        "size": len(house.text),
        "token_hash": hashlib.sha256(house.mark.encode()).hexdigest(),
        "fingerprint": hashlib.sha256(house.mark.encode()).hexdigest(),
        "email": f"{table.name}.{house.mark}@x.example",
        "address": f"{table.name}.{house.mark}@x.example",
    }
