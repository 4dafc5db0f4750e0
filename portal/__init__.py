"""The door for everyone but the office: public pages, to-do lists, answers, explanations, a unit's own page."""

from flask import Flask

from portal import contacts, duties, exemptions, files, public, units, work
from portal.accounts import BLUEPRINTS as ACCOUNTS
from portal.cases import BLUEPRINTS as CASES
from portal.nav import navigation
from portal.recommending import BLUEPRINTS as RECOMMENDING
from portal.reviews import BLUEPRINTS as REVIEWS
from services.files import Place
from web.nav import register_nav


def install(app: Flask, files_folder: Place) -> None:
    """Add the portal to an app. files_folder: where the bytes of uploaded files lie."""
    app.config[files.FOLDER] = files_folder
    for part in (public, work, duties, exemptions, contacts, units, files):
        app.register_blueprint(part.blueprint)
    for blueprint in (*ACCOUNTS, *CASES, *REVIEWS, *RECOMMENDING):
        app.register_blueprint(blueprint)
    register_nav(app, navigation)
