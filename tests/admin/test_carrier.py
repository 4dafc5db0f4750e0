"""Flask-Admin works on the request's own session: one scope, one transaction, one commit."""

from __future__ import annotations

import warnings

import pytest
from flask import Flask, g
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import select

from admin.carrier import RequestSession
from models import Programme, Unit
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser
from tests.support.filled import World


def test_the_carrier_is_the_session_of_each_request(app: Flask, database: Database) -> None:
    carrier = RequestSession()
    with database.read(Scope()) as first, database.read(Scope()) as second, app.app_context():
        g.db = first
        found = carrier()
        g.db = second

        assert found is first
        assert carrier() is second
        assert carrier.session is carrier
        assert carrier.registry.has()


def test_the_carrier_commits_nothing_and_opens_nothing(app: Flask, database: Database) -> None:
    carrier = RequestSession()
    with database.read(Scope()) as session, app.app_context():
        g.db = session

        with pytest.raises(RuntimeError, match="the door commits"):
            carrier.commit()
        with pytest.raises(RuntimeError, match="the door opens"):
            carrier.registry.set(session)
        carrier.remove()
        assert carrier() is session


def test_flask_admin_takes_the_carrier_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = ModelView(Programme, RequestSession(), name="x", endpoint="x")

    assert view.session is not None


def test_reading_a_list_leaves_the_database_as_it_was(database: Database, world: World, coordinator: Browser) -> None:
    with database.read(Scope()) as session:
        before = session.execute(select(Unit.id, Unit.name, Unit.path)).all()

    coordinator.text("/admin/units/")

    with database.read(Scope()) as session:
        assert session.execute(select(Unit.id, Unit.name, Unit.path)).all() == before


def test_a_refused_write_leaves_nothing_behind(database: Database, world: World, coordinator: Browser) -> None:
    """R7: the name was set before the reason against it was found."""
    with database.read(Scope()) as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()

    response = coordinator.post("/admin/units/edit/", {"name": "第2单位", "phone": "0371-65953693"}, id=unit_id)

    assert response.status_code == 422
    with database.read(Scope()) as session:
        unit = session.get_one(Unit, unit_id)
        assert (unit.name, unit.phone) == ("第1单位", None)
