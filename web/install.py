"""Puts the shared parts of the web doors into an app, in the one order that works."""

from flask import Flask

from web import cookies, healthz, sign_in
from web.babel import install_babel
from web.csrf import install_csrf
from web.door import install_door
from web.errors import install_errors
from web.filters import install_filters
from web.frame import install_frame
from web.guard import install_guard
from web.headers import install_headers
from web.site import Site, attach

# A request with its attachments, and its text alone: a long application must not be refused (K4).
REQUEST_BYTES = 64 * 1024 * 1024
FORM_BYTES = 8 * 1024 * 1024


def install_web(app: Flask, site: Site) -> None:
    """Prepare an app for its doors: who asks is known before rights are checked, and these before a form is read."""
    attach(app, site)
    app.config.update(
        TRUSTED_HOSTS=site.hosts,
        MAX_CONTENT_LENGTH=REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
    )
    cookies.configure(app, site)
    install_headers(app, https=site.is_https)
    install_babel(app, site)
    install_door(app)
    install_guard(app)
    install_csrf(app)
    install_errors(app)
    install_filters(app)
    install_frame(app)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(healthz.blueprint)
