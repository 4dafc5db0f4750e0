"""The notices as definitions, with their texts and lists of units: data, read like any other definition."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
"""Holds one YAML file for each preset; `units/` and `notices/` lie beside them."""
