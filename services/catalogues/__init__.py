"""Catalogues of modes: read from a file, kept in versions, recognised in other texts, compared across notices."""

from services.catalogues.comparing import Carried, carry, same_modes, standard_table
from services.catalogues.finding import ChosenCase, cases_of_standard
from services.catalogues.reading import LoadedCatalogue, is_catalogue, load_catalogue, parse_catalogue
from services.catalogues.thresholds import thresholds
from services.catalogues.using import with_catalogue
from services.catalogues.versions import StoredCatalogue, catalogue_of, get_version, newest_versions, store_catalogue
from services.catalogues.witnesses import Recognition, Slip, SlipKind, find_recognised, normal, recognise

__all__ = [
    "Carried",
    "ChosenCase",
    "LoadedCatalogue",
    "Recognition",
    "Slip",
    "SlipKind",
    "StoredCatalogue",
    "carry",
    "cases_of_standard",
    "catalogue_of",
    "find_recognised",
    "get_version",
    "is_catalogue",
    "load_catalogue",
    "newest_versions",
    "normal",
    "parse_catalogue",
    "recognise",
    "same_modes",
    "standard_table",
    "store_catalogue",
    "thresholds",
    "with_catalogue",
]
