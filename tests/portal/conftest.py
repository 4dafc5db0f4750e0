"""The portal over a running batch on 13 March 2023, a week before the first deadline."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.scope import Scope
from models.session import Database
from tests.support.evaluation import evaluating
from tests.support.portal import NOW, Browser, Portal, make_app, set_time


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> Portal:
    with database.write(Scope()) as session:
        evaluating(session)
    set_time(database, NOW)
    return Portal(make_app(database, tmp_path / "data"), database, tmp_path / "data" / "files")


@pytest.fixture
def officer(portal: Portal) -> Browser:
    """Return the browser of an officer of the first unit."""
    return portal.officer(1)
