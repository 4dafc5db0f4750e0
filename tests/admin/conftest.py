"""The backoffice over filled tables, and one browser for each kind of person who may enter it."""

from __future__ import annotations

import pytest
from flask import Flask

from domain.access import Role
from models.session import Database
from tests.support.backoffice import Browser, make_app, programme_id, signed_in
from tests.support.filled import World, fill


@pytest.fixture
def app(database: Database) -> Flask:
    return make_app(database)


@pytest.fixture
def world(database: Database) -> World:
    return fill(database)


@pytest.fixture
def admin(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.ADMIN)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR)


@pytest.fixture
def auditor(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.AUDITOR)


@pytest.fixture
def officer(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.OFFICER)


@pytest.fixture
def stranger(app: Flask, database: Database, world: World) -> Browser:
    """Return the browser of a coordinator who works in the other programme alone."""
    assert programme_id(database, "other")
    return signed_in(app, database, Role.COORDINATOR, "stranger", programmes=["other"])


@pytest.fixture
def anonymous(app: Flask) -> Browser:
    return Browser(app, None)
