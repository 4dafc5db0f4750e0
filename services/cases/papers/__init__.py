"""The papers of a case: what each slot takes and holds, and the sealed scans that follow the printing."""

from services.cases.papers.attaching import Attached, Incoming, attach, remove
from services.cases.papers.giving import open_paper, small_picture
from services.cases.papers.slots import (
    PaperShown,
    SlotShown,
    current_files,
    may_print_for_seal,
    missing_papers,
    missing_scans,
    print_code,
    require_current_print,
    slots,
)

__all__ = [
    "Attached",
    "Incoming",
    "PaperShown",
    "SlotShown",
    "attach",
    "current_files",
    "may_print_for_seal",
    "missing_papers",
    "missing_scans",
    "open_paper",
    "print_code",
    "remove",
    "require_current_print",
    "slots",
    "small_picture",
]
