"""A batch with as many cases as wanted, laid into an older schema in bulk and then brought up, as an update would."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import UnitEntry
from models import Unit
from models.scope import Scope
from models.session import Database
from tests.support.coordinating import office_batch, office_definition

PROVINCES = 31
CITIES = 12
FIRST = datetime(2023, 3, 6, 1, 0, tzinfo=UTC)
SECONDS = 20 * 24 * 3600
SHARES = {"submitted": 50, "forwarded": 20, "passed": 15, "draft": 10, "returned": 2, "refused": 1, "withdrawn": 2}
STATES = [state for state, share in SHARES.items() for _ in range(share)]
PLACES = "东南西北中高新平安永长兴华宁海江山河湖林"
TRADES = tuple(f"{one}{two}" for one in "轴刀模铸锻焊泵阀缸轮" for two in "承具件造压接管门体毂")
FREQUENT, RARE, MIDDLE, ABSENT = "智能", "稀土", TRADES[37], "量子"
RARE_EVERY = 50_000
ORGANISATION = (
    *("id", "unit_id", "name", "credit_code", "kind", "is_group", "nature", "industry", "legal_person", "address"),
    *("region", "phone", "email", "site", "registered_at", "approval", "decided_at", "decided_by", "reason", "extra"),
)
CASE = (
    *("id", "batch_id", "unit_id", "at_unit_id", "organisation_id", "definition_revision", "category_key"),
    *("subtype_key", "modes", "title", "state", "source", "values", "revision", "saved_at", "saved_by", "created_at"),
    *("created_by", "version_no", "submitted_at", "is_late", "forwarded_at", "received_by"),
)
ACT = (
    *("case_id", "batch_id", "unit_id", "organisation_id", "kind", "at", "by", "by_unit", "recorded_at"),
    *("recorded_by", "version_no", "note", "is_open", "detail"),
)
VALUES = json.dumps({f"leaf{number}": "某项内容" * 5 for number in range(12)}, ensure_ascii=False)


def lay_batch(session: Session) -> tuple[int, list[tuple[int, int | None]]]:
    """Publish a batch of PROVINCES with CITIES below each; return its id and every unit with the one above it."""
    units = [
        UnitEntry(
            code=f"{province:02d}0000", name=f"第{province}省", unit_class="city", email=f"p{province}@units.example"
        )
        for province in range(11, 11 + PROVINCES)
    ]
    units += [
        UnitEntry(
            code=f"{upper.code[:2]}{city:02d}00",
            name=f"{upper.name}第{city}市",
            unit_class="county",
            email=f"c{upper.code[:2]}{city}@units.example",
            upper=upper.code,
        )
        for upper in units
        for city in range(1, CITIES + 1)
    ]
    batch = office_batch(session, office_definition(units=tuple(units))).batch
    return batch.id, [
        (row.id, row.upper_id) for row in session.execute(select(Unit.id, Unit.upper_id).order_by(Unit.path))
    ]


def rows(batch_id: int, units: Sequence[tuple[int, int | None]], size: int) -> Iterator[tuple[Any, ...]]:
    """Yield (organisation, case, act) of each case; half lie in the first province, one city has few and one none."""
    dice = random.Random(7)
    cities = [unit for unit in units if unit[1] is not None]
    near, far = cities[:CITIES], cities[CITIES:-2]
    few = cities[-2]
    for number in range(1, size + 1):
        unit, upper = few if number % (size // 30 or 1) == 0 else dice.choice(near if number % 2 else far)
        state = dice.choice(STATES)
        at = (FIRST + timedelta(seconds=dice.randrange(SECONDS))).isoformat(" ")
        holder = upper if state in {"passed", "forwarded"} else unit
        word = RARE if number % RARE_EVERY == 0 else (FREQUENT if dice.random() < 0.5 else dice.choice(PLACES) * 2)
        place = "".join(dice.choices(PLACES, k=2))
        name = f"{place}{word}{dice.choice(TRADES)}{_in_characters(number)}有限公司"
        category = "city" if number % 5_000 == 0 else ("platform" if number % 5 == 0 else "enterprise")
        is_out = state not in {"draft", "withdrawn"}
        yield (
            (
                number,
                unit,
                name,
                f"91{number % 900000:06d}{number:09d}X",
                "enterprise",
                False,
                *([""] * 7),
                "",
                at,
                "approved",
                at,
                "",
                "",
                "{}",
            ),
            (
                *(number, batch_id, unit, holder, number, 1, category, "", '["sharing"]', name, state, "applicant"),
                *(VALUES, 1, at, "申报人", at, "申报人", int(is_out), at if is_out else None, False),
                *(at if state == "forwarded" else None, ""),
            ),
            (number, batch_id, unit, number, "submitted", at, "申报人", "", at, "申报人", 1, "", True, "{}")
            if is_out
            else None,
        )


def _in_characters(number: int) -> str:
    """Return a number in characters, as firms of one name are told apart: each pair of them is in few names."""
    return "".join(chr(0x4E00 + 97 * (number // 150**place % 150)) for place in range(3))


def put(database: Database, table: str, columns: Sequence[str], found: Iterable[tuple[Any, ...]]) -> None:
    """Write rows as fast as the database takes them."""
    names = ", ".join(f'"{name}"' for name in columns)
    with database.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        if database.engine.dialect.name == "sqlite":
            driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", found)  # noqa: S608 - names of this module
            return
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)


def lay(database: Database, size: int) -> tuple[int, list[tuple[int, int | None]]]:
    """Lay a batch of `size` cases into a database of the schema before the lists' own tables."""
    with database.write(Scope()) as session:
        batch_id, units = lay_batch(session)
    made = rows(batch_id, units, size)
    for _ in count():
        part = list(islice(made, 100_000))
        if not part:
            return batch_id, units
        put(database, "organisations", ORGANISATION, (row[0] for row in part))
        put(database, "cases", CASE, (row[1] for row in part))
        put(database, "case_acts", ACT, (row[2] for row in part if row[2] is not None))
    raise AssertionError
