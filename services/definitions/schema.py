"""The JSON Schema of definitions, for editors that complete and check while one types."""

import inspect
import re
from enum import StrEnum

from domain import definition as parts
from services.definitions.shapes import ADAPTER

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPLAINED = re.compile(r"^([a-z_]+(?:, [a-z_]+)*): (.+(?:\n {2,}.+)*)", re.MULTILINE)


def json_schema() -> dict[str, object]:
    """Return the schema (draft 2020-12), explained by the words of the classes."""
    schema = ADAPTER.json_schema()
    for name, described in (("Definition", schema), *schema["$defs"].items()):
        kind = getattr(parts, name)
        if issubclass(kind, StrEnum):
            continue
        for field, words in _explained(inspect.getdoc(kind) or "").items():
            if field in described["properties"]:
                described["properties"][field]["description"] = words
    return {"$schema": DIALECT, **schema, "title": "linxuan 批次配置"}


def _explained(doc: str) -> dict[str, str]:
    """Return the explanation of each field that a docstring names as "field: words"."""
    found = {}
    for match in EXPLAINED.finditer(doc):
        for field in match[1].split(", "):
            found[field] = " ".join(match[2].split())
    return found
