"""Domains that look misspelt."""

import pytest

from domain.lint.people.addresses import suspicion


@pytest.mark.parametrize(
    "address",
    [
        "a@miiit.gov.cn",
        "a@gxt.province.gov.con",
        "a@163.cmo",
        "a@province.gov",
        "a@province.gvo.cn",
        "A@MIIIT.GOV.CN",
    ],
)
def test_a_misspelt_domain_is_suspicious(address: str) -> None:
    """T7: the notice prints "miiit"."""
    assert suspicion(address)


@pytest.mark.parametrize(
    "address", ["a@miit.gov.cn", "a@126.com", "sxcyzc@126.com", "aaa@139.com", "a@www.example", "a@csoma.org.cn"]
)
def test_an_ordinary_domain_is_not_suspicious(address: str) -> None:
    assert suspicion(address) == ""
