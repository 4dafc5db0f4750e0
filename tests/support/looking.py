"""Every page of the backoffice by its address, and what is gravely wrong with it: axe-core, scrolling sideways."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from admin.install import VIEWS
from models import Base, Case, RehearsalRun, Unit
from models.scope import Scope
from models.session import Database

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
GRAVE = """results => results.violations.filter(found => ["serious", "critical"].includes(found.impact))
  .map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 160)).slice(0, 3).join(" | ")}`)"""
SIDEWAYS = "() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"
STICKS_OUT = """() => Array.from(document.querySelectorAll(".card :is(input, select, textarea, .btn, p, table, ul)"))
  .filter(part => {
    const box = part.getBoundingClientRect(), card = part.closest(".card");
    if (!box.width || box.right <= card.getBoundingClientRect().right + 1) return false;
    for (let up = part.parentElement; up && up !== card; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return false;
    return true;
  }).slice(0, 3).map(part => `sticks out of its card: ${part.outerHTML.slice(0, 160)}`)"""
TOO_WIDE = """() => Array.from(document.querySelectorAll(".table-responsive"))
  .filter(box => innerWidth >= 1280 && box.scrollWidth > box.clientWidth + 1)
  .map(box => `a table is too wide by ${box.scrollWidth - box.clientWidth}: ${box.innerText.slice(0, 60)}`)"""
SHOTS = os.environ.get("LINXUAN_SHOTS")
"""A folder for pictures of every page that is looked at, for a person to leaf through."""
REFUSED = 409
"""A page that says why something cannot be changed is a page, too."""
NO_PAGES = re.compile(r"lookup|\.xlsx$|/template$|/yaml/?$|/progress/$|/preview$")
"""Addresses that answer with a file, with data for a script, or lead elsewhere."""


def faults(page: Page, address: str) -> list[str]:
    """Return what is gravely wrong with a page."""
    answer = page.goto(address)
    if answer is None or answer.status not in {200, REFUSED}:
        return [f"{address} answers {answer.status if answer else 'nothing'}"]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(f"options => axe.run(document, options).then({GRAVE})", RULES)
    width = page.evaluate(SIDEWAYS)
    if width:
        found.append(f"scrolls sideways by {width}")
    found += page.evaluate(STICKS_OUT) + page.evaluate(TOO_WIDE)
    if SHOTS:
        size = page.viewport_size or {"width": 0}
        name = re.sub(r"\W+", "-", address).strip("-") or "home"
        page.screenshot(path=Path(SHOTS) / f"{size['width']}-{name}.png", full_page=True)
    return [f"{address} {one}" for one in found]


def addresses(app: Flask, database: Database, values: Mapping[str, Any]) -> list[str]:
    """Return the address of every page of the backoffice.

    values: for the variables of addresses, by name; rows of tables are found by themselves. Under an endpoint stand
    values for it alone, with "?" for its query; None leaves it out, for a house that has no such row.
    """
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    firsts = _first_rows(database)
    found = []
    for rule in rules:
        if not rule.rule.startswith("/admin/") or "GET" not in (rule.methods or ()) or NO_PAGES.search(rule.rule):
            continue
        if rule.endpoint in values and values[rule.endpoint] is None:
            continue
        table = rule.endpoint.partition(".")[0]
        if rule.rule.endswith(("/details/", "/edit/")):
            found += [f"{rule.rule}?id={firsts[table]}"] if table in firsts else []
        elif rule.endpoint.endswith(".act_view"):
            continue  # one form for all acts; its fields differ by act and are opened by the tests of each
        else:
            own = values.get(rule.endpoint) or {}
            found += [f"{one}{own.get('?', '')}" for one in _filled(rule.rule, rule.arguments, {**values, **own})]
    return found


def _filled(rule: str, names: set[str], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a rule with its variables filled in; once for each of several values of its last one."""
    several = [name for name in names if isinstance(values[name], tuple)]
    for value in values[several[0]] if several else ("",):
        address = rule
        for name in names:
            chosen = value if name in several else values[name]
            address = re.sub(rf"<(?:\w+:)?{name}>", str(chosen), address)
        yield address


def _first_rows(database: Database) -> dict[str, str]:
    """Return, by the endpoint of each table of the backoffice, how its first row is addressed."""
    found = {}
    with database.read(Scope()) as session:
        for _, model, path, *_ in VIEWS:
            row = session.scalars(select(model).order_by(model.id).limit(1)).one_or_none()
            if row is not None:
                found[f"admin_{path}"] = _address(path, row)
    return found


def _address(path: str, row: Base) -> str:
    """Return how a row is named in an address; stages and quotas go by their stable keys."""
    if path == "stages":
        return f"{row.batch_id}.{row.key}"  # type: ignore[attr-defined]  # a stage
    if path == "quotas":
        return f"{row.batch_id}.{row.key}.{row.class_key}"  # type: ignore[attr-defined]  # a quota
    return str(row.id)


def first_ids(database: Database) -> dict[str, int]:
    """Return the first unit, case and kept rehearsal, which addresses name; those that there are."""
    with database.read(Scope()) as session:
        wanted = {"unit_id": Unit, "case_id": Case, "run_id": RehearsalRun}
        ids = {name: session.scalar(select(table.id).order_by(table.id).limit(1)) for name, table in wanted.items()}
    return {name: value for name, value in ids.items() if value is not None}
