"""Files that people hand in: kept under their own hash, told by their content, seen only with what they belong to.

The bytes are in the store for good before the row is written, so a row never lacks its file; bytes without a row are
swept away after a while.
"""

from services.files.content import LARGEST, checked
from services.files.housekeeping import Rescanned, rescan, sweep
from services.files.keeping import Damaged, Upload, bytes_of, keep_file, open_file, store_file
from services.files.kinds import ACCEPTED, DOCX, JPEG, KINDS, OFD, PDF, PNG, XLSX, Kind, clean_name, kind_named
from services.files.scanning import Scanner, Verdict, scan_line
from services.files.store import Place, Shelf, Store, Withheld, as_store, store_address
from services.files.templates import annex_name, keep_templates, open_annex, open_template, template_name
from services.files.thumbnails import thumbnail

__all__ = [
    "ACCEPTED",
    "DOCX",
    "JPEG",
    "KINDS",
    "LARGEST",
    "OFD",
    "PDF",
    "PNG",
    "XLSX",
    "Damaged",
    "Kind",
    "Place",
    "Rescanned",
    "Scanner",
    "Shelf",
    "Store",
    "Upload",
    "Verdict",
    "Withheld",
    "annex_name",
    "as_store",
    "bytes_of",
    "checked",
    "clean_name",
    "keep_file",
    "keep_templates",
    "kind_named",
    "open_annex",
    "open_file",
    "open_template",
    "rescan",
    "scan_line",
    "store_address",
    "store_file",
    "sweep",
    "template_name",
    "thumbnail",
]
