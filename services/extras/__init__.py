"""补充字段: fields that an office adds to units and organisations without code, and their values."""

from services.extras.reading import (
    MOST_FIELDS,
    NO,
    PREFIX,
    YES,
    all_fields,
    check_form,
    field_form,
    fields_of,
    named,
    read_values,
    read_with,
    shown_value,
    typed_values,
    with_fields,
)

__all__ = [
    "MOST_FIELDS",
    "NO",
    "PREFIX",
    "YES",
    "all_fields",
    "check_form",
    "field_form",
    "fields_of",
    "named",
    "read_values",
    "read_with",
    "shown_value",
    "typed_values",
    "with_fields",
]
