"""Confirming inferred values."""

import pytest

from domain.definition import Definition, Evidence, Mark
from domain.errors import Invalid
from services.definitions import confirm
from tests.support.definitions import small_batch

DUE_AT = Evidence(path="stages.contacts.due.at", mark=Mark.INFERRED, note="没有时刻")
LIMIT = Evidence(path="quotas.platform.limit", mark=Mark.INFERRED, quote="若干", note="没有数目")
TITLE = Evidence(path="title", mark=Mark.STATED, quote="推荐")


@pytest.fixture
def batch() -> Definition:
    return small_batch(evidence=(DUE_AT, LIMIT, TITLE))


def test_a_confirmed_value_bears_the_name_and_keeps_its_words(batch: Definition) -> None:
    confirmed = confirm(batch, ["quotas.platform.limit"], by=" 王明 2023-03-01 ")

    assert confirmed.evidence == (
        DUE_AT,
        Evidence(
            path="quotas.platform.limit",
            mark=Mark.CONFIRMED,
            quote="若干",
            note="没有数目",
            confirmed_by="王明 2023-03-01",
        ),
        TITLE,
    )
    assert confirmed.unconfirmed == (DUE_AT,)


def test_all_inferred_values_can_be_confirmed_together(batch: Definition) -> None:
    confirmed = confirm(batch, [item.path for item in batch.unconfirmed], by="王明")

    assert confirmed.unconfirmed == ()


@pytest.mark.parametrize(
    ("paths", "by", "refused"),
    [
        (["year"], "王明", ["year"]),
        (["title"], "王明", ["title"]),
        (["title", "year", "stages.contacts.due.at"], "王明", ["title", "year"]),
        (["stages.contacts.due.at"], "  ", ["by"]),
    ],
)
def test_only_inferred_values_are_confirmed_and_by_somebody(
    batch: Definition, paths: list[str], by: str, refused: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        confirm(batch, paths, by=by)

    assert [problem.path for problem in caught.value.problems] == refused
