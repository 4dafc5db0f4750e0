"""What every template may use: name, navigation, person and addresses of assets (see templates/base.html)."""

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from flask import Flask, current_app

from web import current
from web.nav import Navigation
from web.site import BRAND

MEMBERSHIP = "/membership"
SIGN_OUT = "/sign-out"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the person's menu."""

    label: str
    href: str
    icon: str


@dataclass(frozen=True, slots=True)
class Me:
    """The signed-in person as the frame shows them."""

    name: str
    role: str
    unit: str | None
    links: tuple[Link, ...]
    sign_out_href: str


def install_frame(app: Flask) -> None:
    """Give the frame's variables to every template of an app."""
    app.jinja_env.globals["static_url"] = static_url
    app.context_processor(_variables)


def static_url(path: str) -> str:
    """Return the address of an asset, with its fingerprint, so that a browser may keep it for good.

    Made without the map of addresses, which is not there for a request to a foreign host.
    """
    folder, file = current_app.static_folder or "", f"{current_app.static_folder}/{path}"
    try:
        changed_ns = os.stat(file).st_mtime_ns  # noqa: PTH116 - a Path takes longer than the question
    except OSError:
        changed_ns = None
    return _address(folder, path, current_app.static_url_path or "", changed_ns)


@lru_cache(maxsize=256)
def _address(folder: str, path: str, url_path: str, changed_ns: int | None) -> str:
    """Return an asset's address. changed_ns: when it changed; None for a file that there is not."""
    mark = "" if changed_ns is None else f"?v={hashlib.sha256(Path(folder, path).read_bytes()).hexdigest()[:12]}"
    return f"{url_path}/{quote(path)}{mark}"


def _variables() -> dict[str, object]:
    return {"brand": BRAND, "nav": Navigation(), "me": _me()}


def _me() -> Me | None:
    visitor = current.visitor()
    if visitor is None:
        return None
    switch = (Link("切换身份", MEMBERSHIP, "switch-horizontal"),)
    links = switch if visitor.choices > 1 else ()
    return Me(visitor.actor.name, visitor.role, visitor.unit, links, SIGN_OUT)
