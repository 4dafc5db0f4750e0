"""Definitions in and out: YAML for people, canonical JSON for the database, and the checks between them."""

from services.definitions.evidence import confirm
from services.definitions.linting import lint_file, report
from services.definitions.reading import from_canonical, load_file, parse
from services.definitions.schema import json_schema
from services.definitions.writing import canonical_json, digest, dump
from services.definitions.yaml_text import read_yaml

__all__ = [
    "canonical_json",
    "confirm",
    "digest",
    "dump",
    "from_canonical",
    "json_schema",
    "lint_file",
    "load_file",
    "parse",
    "read_yaml",
    "report",
]
