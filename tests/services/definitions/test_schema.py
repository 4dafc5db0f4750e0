"""The JSON Schema of definitions."""

import jsonschema
import pytest

from services.definitions import dump, json_schema, read_yaml
from tests.support.definitions import small_batch

SCHEMA = json_schema()


def test_the_schema_itself_is_of_its_dialect() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"] == "linxuan 批次配置"
    assert jsonschema.Draft202012Validator.check_schema(SCHEMA) is None


def test_a_definition_for_people_fits_the_schema() -> None:
    assert jsonschema.validate(read_yaml(dump(small_batch())), SCHEMA) is None


@pytest.mark.parametrize("slip", [{"titel": "x"}, {"year": "2023"}, {"stages": {}}])
def test_a_slip_does_not_fit_the_schema(slip: dict[str, object]) -> None:
    read = read_yaml(dump(small_batch()))
    assert isinstance(read, dict)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read | slip, SCHEMA)


def test_fields_are_explained_by_the_words_of_their_class() -> None:
    stage = SCHEMA["$defs"]["Stage"]["properties"]

    assert stage["due"]["description"] == "None where the notice gives no date; such a stage ends by hand."
    assert SCHEMA["$defs"]["UnitEntry"]["properties"]["mobile"]["description"].startswith(
        "the office's known address"
    )
