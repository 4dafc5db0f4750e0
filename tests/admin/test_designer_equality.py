"""What is entered by the designer's forms equals what a YAML file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.access import SYSTEM
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.definitions.reading import from_canonical, load_file
from services.definitions.writing import canonical_json, dump
from services.designing.basics import Basics, blank
from tests.support.backoffice import Browser
from tests.support.designing import Typist
from tests.support.people import NOW

PRESETS = Path(__file__).parents[2] / "presets"


@pytest.mark.parametrize("name", ["miit-2023", "luoyang-2023"])
def test_a_definition_entered_by_the_forms_equals_its_file(
    coordinator: Browser, database: Database, name: str
) -> None:
    """S4-Bar 2: the same definition entered by the designer and by YAML is equal after `dump`."""
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
