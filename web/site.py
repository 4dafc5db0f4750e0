"""What the pages must know of the installation; the composition root fills it in, so no door reads a setting."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from models.session import Database

KEY = "linxuan"
BRAND = "遴选"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account that the sign-in page of a demo offers."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One installation.

    base_url: where people reach it, without a slash at the end. proxies: networks whose word on the client's address
    is taken. demo_accounts: empty unless this is a demo, as is demo_password.
    """

    database: Database
    base_url: str
    zone: ZoneInfo
    language: str
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    demo_accounts: tuple[DemoAccount, ...] = ()
    demo_password: str = ""

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the site over TLS."""
        return self.base_url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """Return the host names that a request may ask for (S17)."""
        host = urlsplit(self.base_url).hostname or ""
        name = f"[{host}]" if ":" in host else host
        return list(LOOPBACK) if name in LOOPBACK else [name]

    def client_address(self, peer: str | None, forwarded_for: str) -> str:
        """Return the address of a client.

        peer: who opened the connection. forwarded_for: the header's value, believed from a known proxy only; of
        several addresses the last is the one that the proxy itself saw (S62).
        """
        last = forwarded_for.rpartition(",")[2].strip()
        if peer and last and any(ip_address(peer) in network for network in self.proxies):
            try:
                return str(ip_address(last))
            except ValueError:
                return peer
        return peer or "-"


def attach(app: Flask, site: Site) -> None:
    """Give an app its site."""
    app.extensions[KEY] = site


def site_of(app: Flask) -> Site:
    """Return an app's site."""
    return cast(Site, app.extensions[KEY])


def current_site() -> Site:
    """Return the site of the app that answers the current request."""
    return site_of(current_app)
