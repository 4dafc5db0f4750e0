"""Installations served to real browsers, and the browsers of those who come."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page
from werkzeug.serving import make_server

from linxuan.database import open_database, prepare
from linxuan.settings import Settings
from models.session import Database

REFUSED, TAKEN = "status of 4", "status of 409"
"""What a browser says of an answer that is a refusal, and of one that tells what somebody else did meanwhile."""


class Come(Protocol):
    """A function that opens an empty page at a site, in a browser of somebody's own.

    token: of the session of who is signed in. options: of the browser's context, by Playwright's names.
    """

    def __call__(self, url: str, token: str = "", width: int = 1280, height: int = 900, **options: Any) -> Page: ...


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of this machine; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def installed(folder: Path, schema: Path) -> Iterator[tuple[Settings, Database]]:
    """Make a fresh installation; yield its settings and its database.

    folder: for its data, not there yet. schema: an empty SQLite file with the newest schema, to be copied.
    """
    settings = Settings(_env_file=None, data_dir=folder, secret_key="k" * 32)
    settings.data_dir.mkdir(parents=True)
    shutil.copy(schema, settings.data_dir / "linxuan.db")
    database = open_database(settings)
    try:
        prepare(database, settings)
        yield settings, database
    finally:
        database.dispose()


@contextmanager
def visiting(browser: Browser, forgives: str = TAKEN) -> Iterator[Come]:
    """Yield a function that lets somebody come; whatever a browser complains of in the end fails the test.

    forgives: what may stand in a message of the console that is no fault.
    """
    complaints: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error" and forgives not in said.text:
            complaints.append(said.text)

    with ExitStack() as contexts:

        def come(url: str, token: str = "", width: int = 1280, height: int = 900, **options: Any) -> Page:
            size: Any = {"width": width, "height": height}
            context = browser.new_context(viewport=size, locale="zh-CN", base_url=url, **options)
            contexts.enter_context(closing(context))
            if token:
                context.add_cookies([{"name": "linxuan", "value": token, "url": url}])
            page = context.new_page()
            page.on("console", note)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page

        yield come
    assert complaints == []
