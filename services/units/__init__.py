"""The units that recommend, forward and answer: their tree, and what may be changed of it."""

from services.units.many import add_units, change_units
from services.units.rows import PATH_MAX, UNIT_FORM, Place
from services.units.tree import add_unit, change_unit, move_unit, set_active

__all__ = [
    "PATH_MAX",
    "UNIT_FORM",
    "Place",
    "add_unit",
    "add_units",
    "change_unit",
    "change_units",
    "move_unit",
    "set_active",
]
