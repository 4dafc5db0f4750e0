"""Definitions out: what is written reads back as the same definition."""

import json
from dataclasses import is_dataclass, replace
from datetime import date
from enum import EnumMeta
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.definition import Definition, Field, Mark
from services.definitions import canonical_json, digest, dump, from_canonical, read_yaml
from services.definitions.reading import parse_unchecked
from tests.support.definitions import changed, small_batch

SMALL = small_batch()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(str.strip)
TRICKY = st.sampled_from(
    ["18:00", "yes", "null", "~", "010", "089", "1e3", "2023-03-20", "- a", "a: b", "#", "一\n二", "''"]
)


def anything(hint: Any, inside: Any = None) -> st.SearchStrategy[Any]:
    """Return a strategy for any value that a field of this type can hold; what lies in itself does so once."""
    if hint is inside:
        return st.builds(hint, key=TEXT, label=TRICKY)
    if get_origin(hint) is UnionType:
        return st.one_of(*(anything(given, inside) for given in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(anything(get_args(hint)[0], inside), max_size=1).map(tuple)
    if isinstance(hint, EnumMeta):
        return st.sampled_from(list(hint))
    if is_dataclass(hint):
        own = {name: kind for name, kind in get_type_hints(hint).items() if not name.startswith("_")}
        return st.builds(hint, **{name: anything(kind, hint) for name, kind in own.items()})
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT | TRICKY,
        int: st.integers(-(10**9), 10**9),
        float: st.integers(-(10**9), 10**9).map(lambda number: number / 100),
        bool: st.booleans(),
        date: st.dates(),
        type(None): st.none(),
    }
    return plain[hint]


DEFINITIONS = anything(Definition).map(lambda definition: replace(definition, units_file=None, catalogue_file=None))
PATIENT = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@given(DEFINITIONS)
@PATIENT
def test_what_is_dumped_reads_back_as_the_same_definition(definition: Definition) -> None:
    assert parse_unchecked(read_yaml(dump(definition)), base_dir=None) == definition


@given(DEFINITIONS)
@PATIENT
def test_the_canonical_text_reads_back_and_is_written_the_same_again(definition: Definition) -> None:
    text = canonical_json(definition)

    assert from_canonical(text) == definition
    assert canonical_json(from_canonical(text)) == text


@given(TEXT | TRICKY)
def test_any_text_survives_as_text(text: str) -> None:
    form = changed(SMALL, "forms.contact.fields.name", help=text)

    assert parse_unchecked(read_yaml(dump(form)), base_dir=None) == form


def test_yaml_for_people_leaves_out_defaults_and_keeps_the_order_of_the_classes() -> None:
    text = dump(changed(SMALL, "stages.recommend", note="一行\n又一行"))

    assert text.startswith("code: small-2023\ntitle: 2023 年示范平台推荐\nyear: 2023\n\nprogramme:\n  key: small\n")
    assert (
        "  - key: recommend\n"
        "    kind: recommend\n"
        "    title: 推荐报送\n"
        "    opens:\n"
        "      after: [contacts]\n"
        "    due:\n"
        "      on: 2023-05-31\n"
        "      at: '18:00'\n"
        "    note: |-\n"
        "      一行\n"
        "      又一行\n"
    ) in text
    assert "timezone" not in text
    assert "&" not in text


def test_another_reader_of_yaml_finds_the_same_values() -> None:
    """Texts that look like numbers are quoted, so that no reader takes 18:00 for 1080 minutes."""
    read = yaml.safe_load(dump(SMALL))

    assert read["stages"][0]["due"] == {True: date(2023, 3, 20), "at": "18:00"}, "older readers take `on` for a truth"
    assert [unit["code"] for unit in read["units"]] == ["010100", "010200"]


def test_units_stay_in_their_file_unless_they_are_asked_for() -> None:
    from_file = replace(SMALL, units_file="units/two.yaml")

    assert "units_file: units/two.yaml" in dump(from_file)
    assert "甲市" not in dump(from_file)
    assert "units_file" not in dump(from_file, inline_units=True)
    assert parse_unchecked(read_yaml(dump(from_file, inline_units=True)), base_dir=None) == SMALL


def test_the_canonical_text_is_sorted_dense_and_complete() -> None:
    text = canonical_json(SMALL)
    read = json.loads(text)

    assert text == json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert read["timezone"] == "Asia/Shanghai"
    assert read["stages"][0]["due"] == {"on": "2023-03-20", "working_days": None, "at": "18:00"}


def test_the_digest_tells_definitions_apart_but_not_where_their_units_stood() -> None:
    assert len(digest(SMALL)) == 64
    assert digest(SMALL) == digest(replace(SMALL, units_file="units/two.yaml"))
    assert digest(SMALL) != digest(changed(SMALL, "quotas.platform", limit=4))
    assert digest(SMALL) != digest(changed(SMALL, "evidence.0", mark=Mark.CONFIRMED))


def test_an_enumerated_default_is_left_out_and_another_value_is_not() -> None:
    form = changed(SMALL, "forms.contact", fields=(Field(key="a", label="甲"),), one_of=())

    assert "kind: text" not in dump(form)
