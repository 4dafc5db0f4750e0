"""The app as the composition root builds it."""

from __future__ import annotations

import pytest

from linxuan.app import create_app
from linxuan.database import open_database, prepare
from linxuan.settings import load_settings
from web.guard import endpoints


def test_every_address_of_the_product_says_who_may_call_it() -> None:
    """S01"""
    app = create_app(load_settings())

    assert [endpoint for endpoint, policy in endpoints(app) if policy is None] == []


def test_the_sign_in_page_of_a_demo_shows_its_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """S56"""
    monkeypatch.setenv("LINXUAN_DEMO", "1")
    chosen = load_settings()
    database = open_database(chosen)
    prepare(database, chosen)

    page = create_app(chosen, database).test_client().get("/sign-in", base_url=chosen.url).get_data(as_text=True)

    assert "linxuan-demo" in page
    for account in ("admin", "coordinator", "officer", "applicant", "expert", "auditor"):
        assert f'data-fill-value="{account}"' in page
    database.dispose()


def test_debug_and_testing_are_off_and_the_key_is_the_installations_own() -> None:
    """S56"""
    chosen = load_settings()
    app = create_app(chosen)

    assert (app.debug, app.testing, app.secret_key) == (False, False, chosen.secret())
