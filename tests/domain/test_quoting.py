"""Names in quotation marks: the marks that a name brings go inside as single ones."""

from __future__ import annotations

import pytest

from domain.quoting import quoted


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("成立日期", "“成立日期”"),
        ("“信用中国”失信被执行人", "“‘信用中国’失信被执行人”"),
        ("", "“”"),
    ],
)
def test_marks_do_not_stand_within_their_like(name: str, said: str) -> None:
    assert quoted(name) == said
