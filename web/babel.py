"""The language of what libraries say: Chinese unless the installation is set to English."""

from flask import Flask
from flask_babel import Babel

from web.site import Site

LANGUAGES = ("zh_Hans_CN", "en")


def install_babel(app: Flask, site: Site) -> Babel:
    """Let Flask-Admin and WTForms speak the site's language and show its zone."""
    return Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone=site.zone.key,
        locale_selector=lambda: site.language,
        timezone_selector=lambda: site.zone.key,
    )
