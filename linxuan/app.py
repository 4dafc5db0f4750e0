"""Builds the web app: the shared parts, then the doors, then a last look that no address was left open."""

from pathlib import Path

from flask import Flask

import portal
import presets
from admin.designer.starting import PRESETS
from admin.install import install as install_backoffice
from linxuan.database import open_database
from linxuan.demo_accounts import ACCOUNTS, PASSWORD
from linxuan.settings import Settings
from models.session import Database
from web.guard import check_endpoints
from web.install import install_web
from web.site import Site

TOP = Path(__file__).resolve().parent.parent


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """Return the app of an installation.

    database: one that is open already; None to open the settings' own.
    Raises SettingsError; RuntimeError when an endpoint does not say who may call it.
    """
    app = Flask("linxuan", template_folder=str(TOP / "templates"), static_folder=str(TOP / "web" / "static"))
    app.secret_key = settings.secret()
    install_web(app, _site(settings, database or open_database(settings)))
    portal.install(app, settings.files)
    app.config[PRESETS] = presets.FOLDER
    install_backoffice(app)
    check_endpoints(app)
    return app


def _site(settings: Settings, database: Database) -> Site:
    return Site(
        database=database,
        base_url=settings.url,
        zone=settings.zone,
        language=settings.language.value,
        proxies=settings.proxies,
        demo_accounts=ACCOUNTS if settings.demo else (),
        demo_password=PASSWORD if settings.demo else "",
    )
