"""Cases as lists and figures: an applicant's own, an officer's branch, the coordinator's whole batch."""

from services.cases.reading.counting import Counts, Grid, UnitCounts, counts_by_unit
from services.cases.reading.lists import CaseLine, CasePage, Filter, case_list
from services.cases.reading.over_years import ModeLine, ModePage, who_chose
from services.cases.reading.own import OwnCase, OwnPage, my_cases
from services.cases.reading.twice import Declared, Duplicate, Duplicates, duplicates

__all__ = [
    "CaseLine",
    "CasePage",
    "Counts",
    "Declared",
    "Duplicate",
    "Duplicates",
    "Filter",
    "Grid",
    "ModeLine",
    "ModePage",
    "OwnCase",
    "OwnPage",
    "UnitCounts",
    "case_list",
    "counts_by_unit",
    "duplicates",
    "my_cases",
    "who_chose",
]
