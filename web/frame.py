"""What every template may use: name, navigation, person and addresses of assets (see templates/base.html)."""

import hashlib
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
    file = Path(current_app.static_folder or "") / path
    mark = f"?v={_fingerprint(file, file.stat().st_mtime_ns)}" if file.is_file() else ""
    return f"{current_app.static_url_path}/{quote(path)}{mark}"


@lru_cache(maxsize=256)
def _fingerprint(file: Path, changed_ns: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _variables() -> dict[str, object]:
    return {"brand": BRAND, "nav": Navigation(), "me": _me()}


def _me() -> Me | None:
    visitor = current.visitor()
    if visitor is None:
        return None
    switch = (Link("切换身份", MEMBERSHIP, "switch-horizontal"),)
    links = switch if visitor.choices > 1 else ()
    return Me(visitor.actor.name, visitor.role, visitor.unit, links, SIGN_OUT)
