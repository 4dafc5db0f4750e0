"""Cases as lists and figures: an applicant's own, an officer's branch, the coordinator's whole batch."""

from services.cases.reading.asking import Filter, Order, Place, Seek, place_of
from services.cases.reading.counting import Counts, Grid, UnitCounts, counts_by_unit
from services.cases.reading.lines import CaseLine
from services.cases.reading.lists import CasePage, case_lines_of, case_list
from services.cases.reading.narrowing import branch_counts
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
    "Order",
    "OwnCase",
    "OwnPage",
    "Place",
    "Seek",
    "UnitCounts",
    "branch_counts",
    "case_lines_of",
    "case_list",
    "counts_by_unit",
    "duplicates",
    "my_cases",
    "place_of",
    "who_chose",
]
