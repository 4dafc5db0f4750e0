"""How an address is asked for rows of a house: with their keys in path and query, and in every field of a form."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from admin.install import VIEWS
from domain.access import Role
from tests.support.isolation import NEEDLE, House, World


@dataclass(frozen=True, slots=True)
class Probe:
    """One address. rows: the table that each part names a row of. fixed: other parts.

    is_quiet: even its owner reads nothing of a house there, with the planted rows.
    """

    rows: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    is_quiet: bool = False


def row(**tables: str) -> Probe:
    """Return an address that names a row of these tables."""
    return Probe(rows=tables)


def at(probe: Probe, **fixed: str) -> Probe:
    """Return an address with other parts, the same for everybody."""
    return replace(probe, fixed={**probe.fixed, **fixed})


def quiet(probe: Probe) -> Probe:
    """Return an address that shows no words of a house."""
    return replace(probe, is_quiet=True)


Table = Mapping[str, Probe | str]
TABLES = {f"admin_{path}": model.__tablename__ for _, model, path, *_ in VIEWS}
"""The backoffice's tables: each of their addresses is asked with `?id=` of the table's row."""
OF_EVERYBODY = frozenset(
    {"admin_programmes", "admin_batches", "admin_stages", "admin_quotas", "admin_units", "admin_audit"}
    | {"admin_flow_runs", "admin_catalogues", "admin_fields"}
)
"""Tables that hold no words of a house, or are the auditor's alone."""
SILENT_VIEWS = frozenset({"create_view", "ajax_lookup"})
SEARCHES = tuple(f"q={NEEDLE}&search={NEEDLE}&query={NEEDLE}&name={name}&page=0" for name in ("unit", "user"))
"""What every page that searches, or offers units or people while one types, is asked for."""


def probe_of(table: Table, endpoint: str) -> Probe | str | None:
    """Return what the table says of an endpoint; the backoffice's tables speak for themselves."""
    view, _, name = endpoint.rpartition(".")
    if endpoint in table or view not in TABLES:
        return table.get(endpoint)
    found = row(id=TABLES[view])
    return quiet(found) if view in OF_EVERYBODY or name in SILENT_VIEWS else found


def probed(app: Flask, table: Table, method: str) -> Iterator[tuple[Rule, Probe]]:
    """Yield every address that answers a method and is probed, in order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        found = probe_of(table, rule.endpoint)
        if isinstance(found, Probe) and method in (rule.methods or ()):
            yield rule, found


def addresses(world: World, rule: Rule, probe: Probe, house: House) -> list[str]:
    """Return a rule's addresses with the keys of a house, mixed with own ones; one for each act of a table."""
    keys = {name: house.ids.get(table, 0) for name, table in probe.rows.items()}
    parts: dict[str, Any] = {**probe.fixed, **keys}
    named: list[dict[str, Any]] = [parts]
    if len(probe.rows) > 1 and house is not world.one:
        # A part of one's own case under the key of a stranger's, and the other way round.
        own = {name: world.one.ids.get(table, 0) for name, table in probe.rows.items()}
        named += [{**parts, name: key} for name, key in own.items()]
    view = rule.endpoint.rpartition(".")[0]
    if "key" in rule.arguments and view in TABLES:
        acts = next(view_class.acts for view_class, _, path, *_ in VIEWS if f"admin_{path}" == view)
        named = [{**parts, "key": act.key} for act in acts]
    with world.app.test_request_context():
        return [str(world.app.url_for(rule.endpoint, **one, _external=False)) for one in named]


def strangers(world: World, role: Role) -> tuple[House, ...]:
    """Return the houses of which a person of the first one must see nothing: an applicant not even its neighbour."""
    return (world.two, world.three) if role is Role.APPLICANT else (world.two,)


def told(response: TestResponse) -> str:
    """Return all that an answer tells: headers, text, and the texts inside a workbook."""
    content = response.get_data()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return f"{response.headers}{content.decode('utf-8', 'replace')}"


def inside(response: TestResponse) -> str:
    """Return what a granted answer tells beside the frame, which names the person and their organisation."""
    if response.status_code != 200:
        return ""
    return re.sub(r"<!doctype html>.*?<main", "", told(response), flags=re.DOTALL | re.IGNORECASE)


def forged(house: House, probe: Probe) -> dict[str, Any]:
    """Return what a forged form sends: every field that could name a row, with the keys of a house."""
    keys = {name: str(key) for name, key in house.ids.items()}
    chosen = [keys.get(probe.rows.get("id", ""), keys["organisations"])]
    return {
        **{f"{name.removesuffix('s')}_id": key for name, key in keys.items()},
        **dict.fromkeys(("unit", "units", "upper", "to_unit", "to_unit_id", "from_unit_id"), keys["units"]),
        **dict.fromkeys(("user", "users", "to_user_id"), keys["users"]),
        **dict.fromkeys(("case", "cases", "case_ids", "order"), keys["cases"]),
        **dict.fromkeys(("file_id", "kept_file"), keys["files"]),
        **dict.fromkeys(("id", "ids", "rowid"), chosen),
        "membership": keys["memberships"],
        "answer": "approve",
        "action": "approve",
        "scope": "unit",
        "stage": "declare",
        "day": "2023-12-31",
        **dict.fromkeys(("reason", "name", "text", "summary", "note", "title"), "新写的内容"),
    }
