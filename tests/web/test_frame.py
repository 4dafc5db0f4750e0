"""What every page carries: navigation, the person, addresses of assets."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from domain.access import Actor, Role
from models import Membership
from models.session import Database
from tests.web.conftest import Browser
from tests.web.test_sign_in import two_posts
from web.nav import NavItem, register_nav


def test_the_navigation_is_what_the_doors_supply_for_this_person_with_the_nearest_active(
    app: Flask, browser: Browser, database: Database
) -> None:
    two_posts(database)

    def work(actor: Actor) -> list[NavItem]:
        return [NavItem(label="工作台", href="/work", icon="home", badge=3)]

    def office(actor: Actor) -> list[NavItem]:
        if actor.role is not Role.COORDINATOR:
            return []
        return [
            NavItem(label="后台", href="/", icon="settings", section="管理"),
            NavItem(label="身份", href="/membership", icon="user"),
        ]

    register_nav(app, work)
    register_nav(app, office)
    browser.sign_in("zhang")
    page = browser.get("/membership").get_data(as_text=True)

    assert page.index("工作台") < page.index("后台")
    assert page.count('aria-current="page"') == 2  # the entry, and the last of the breadcrumbs
    assert '<a class="lx-nav-link is-active" href="/membership" aria-current="page">' in page
    assert '<span class="lx-nav-badge">3</span>' in page


def test_the_menu_names_the_person_and_offers_a_choice_only_to_who_has_one(
    app: Flask, browser: Browser, database: Database, coordinator: Membership
) -> None:
    two_posts(database)
    browser.sign_in("zhang")
    single = Browser(app)
    single.sign_in("wang")

    shown, plain = (each.get("/membership").get_data(as_text=True) for each in (browser, single))

    assert "zhang先生" in shown and "切换身份" in shown
    assert "wang先生" in plain and "切换身份" not in plain


def test_an_asset_carries_its_fingerprint_and_a_browser_may_keep_it(browser: Browser) -> None:
    page = browser.get("/sign-in").get_data(as_text=True)
    start = page.index("/static/app.js?v=")
    address = page[start : page.index('"', start)]

    with browser.get(address) as asset:
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_changed_asset_gets_another_address(app: Flask, tmp_path: Path) -> None:
    from web.frame import static_url

    app.static_url_path = "/static"
    app.static_folder = str(tmp_path)
    file = tmp_path / "名 字.css"
    with app.app_context():
        missing = static_url(file.name)
        file.write_text("a {}")
        first = static_url(file.name)
        file.write_text("b {}")
        second = static_url(file.name)

    assert missing == "/static/%E5%90%8D%20%E5%AD%97.css"
    assert len({missing, first, second}) == 3
