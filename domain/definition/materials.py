"""The papers that belong to a case: slots with what they take, and the sealed scans that follow the printing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


class FileKind(StrEnum):
    """What a slot takes, told by the content of the file."""

    PDF = "pdf"
    OFD = "ofd"
    IMAGE = "image"
    WORD = "word"
    EXCEL = "excel"


class Seal(StrEnum):
    """Whose seal a scan bears: none, the applicant's (公章), or the city government's."""

    NONE = "none"
    APPLICANT = "applicant"
    GOVERNMENT = "government"


SCANS = (FileKind.PDF, FileKind.OFD, FileKind.IMAGE)
"""What "扫描件" takes unless a slot says other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A slot for files.

    required: False for "如有". min_count: fewest files in it (pictures: 10). max_count: most; None means 20.
    seal: for a scan of the printed form; it is asked for after the check has passed and belongs to one version of the
        data (changed data after printing invalidates it).
    link, steps: where the paper comes from and how to get it. template: file to fill in, beside the definition.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    label: str
    required: bool = True
    kinds: tuple[FileKind, ...] = SCANS
    min_count: int = 1
    max_count: int | None = None
    seal: Seal = Seal.NONE
    link: str = ""
    steps: str = ""
    template: str = ""
    note: str = ""
