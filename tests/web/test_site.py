"""Whose word on a client's address is taken, and which hosts are ours."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest

from models.session import Database
from tests.web.conftest import site_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.5", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.5", "1.1.1.1, nonsense", "10.0.0.5"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "2001:db8::1", "2001:db8::1"),
        (None, "203.0.113.9", "-"),
    ],
)
def test_only_a_known_proxy_speaks_for_its_client(peer: str | None, forwarded: str, address: str) -> None:
    """S62"""
    site = replace(site_of(Database("sqlite://")), proxies=(ip_network("10.0.0.0/24"),))

    assert site.client_address(peer, forwarded) == address


@pytest.mark.parametrize(
    ("base_url", "hosts"),
    [
        ("https://lx.gov.example", ["lx.gov.example"]),
        ("http://10.1.2.3:8000", ["10.1.2.3"]),
        ("http://[2001:db8::1]:8000", ["[2001:db8::1]"]),
        ("http://127.0.0.1:8000", ["127.0.0.1", "localhost", "[::1]"]),
    ],
)
def test_only_the_host_of_the_base_url_is_ours(base_url: str, hosts: list[str]) -> None:
    """S17"""
    assert site_of(Database("sqlite://"), base_url).hosts == hosts
