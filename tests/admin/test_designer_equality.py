"""What is entered by the designer's forms equals what a YAML file says."""

from __future__ import annotations

from pathlib import Path

from domain.access import SYSTEM
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.definitions.reading import from_canonical, load_file
from services.definitions.writing import canonical_json, dump
from services.designing.beginning.basics import Basics, blank
from tests.support.backoffice import Browser
from tests.support.designing import Typist
from tests.support.people import NOW

PRESETS = Path(__file__).parents[2] / "presets"


NAMES = {"sqlite": "miit-2023", "postgresql": "luoyang-2023"}
"""Some three hundred forms are sent for each, so each file is entered into one kind of database."""


def test_a_definition_entered_by_the_forms_equals_its_file(coordinator: Browser, database: Database) -> None:
    """S4-Bar 2: the same definition entered by the designer and by YAML is equal after `dump`."""
    name = NAMES[database.engine.dialect.name]
    file = load_file(PRESETS / f"{name}.yaml")
    wanted = from_canonical(canonical_json(file))
    first = Basics(
        code=file.code,
        title="新批次",
        year=2000,
        programme=file.programme,
        issuer=file.issuer,
        office="某处",
    )
    with database.write(Scope()) as session:
        store_draft(session, blank(first), actor=SYSTEM, now=NOW)
    typist = Typist(coordinator, database, file.code)

    typist.enter(wanted)

    assert dump(typist.working().definition) == dump(wanted)
