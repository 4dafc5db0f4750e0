"""Places in a definition by stable keys."""

from datetime import date

import pytest

from domain.definition.paths import item_name, lookup
from tests.support.definitions import small_batch

SMALL = small_batch()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", SMALL.title),
        ("stages.contacts.due.on", date(2023, 3, 20)),
        ("units.010200.name", "乙市工业和信息化局"),
        ("office.contacts.王明.phone", "010-60000001"),
        ("mails.reminder@contacts.subject", "请反馈联系人"),
        ("evidence.0.quote", "于3月20日前反馈"),
        ("forms.contact.one_of.0.1", "email"),
        ("document.issued_on", None),
        ("stages", SMALL.stages),
    ],
)
def test_a_path_leads_to_its_value(path: str, value: object) -> None:
    assert lookup(SMALL, path) == value


@pytest.mark.parametrize(
    "path", ["", "nothing", "stages.visit", "stages.0", "title.x", "stages.contacts.", "__class__"]
)
def test_a_path_to_nothing_is_a_key_error(path: str) -> None:
    with pytest.raises(KeyError):
        lookup(SMALL, path)


def test_an_item_without_any_name_is_called_by_its_number() -> None:
    assert item_name({}, 3) == "3"
    assert item_name({"key": 5, "name": "甲"}, 3) == "甲"
    assert item_name({"kind": "digest", "stage": None}, 0) == "digest"
