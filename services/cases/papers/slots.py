"""The slots of a case: what each takes, what it holds, what it still lacks."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, object_session

from domain.definition import FileKind, Material, Seal
from domain.errors import Conflict, Problem
from domain.quoting import quoted
from models import CaseFile, CaseState
from services.cases.access import OPEN, CaseInHand
from services.files import kind_named

MOST_FILES = 20
"""What a slot takes without a number of its own."""
KIND_NAMES = {
    FileKind.PDF: "PDF",
    FileKind.OFD: "OFD",
    FileKind.IMAGE: "JPEG 或 PNG 图片",
    FileKind.WORD: "Word 文档（.docx）",
    FileKind.EXCEL: "Excel 表格（.xlsx）",
}
SEAL_NAMES = {Seal.NONE: "", Seal.APPLICANT: "申报单位公章", Seal.GOVERNMENT: "城市人民政府印章"}


@dataclass(frozen=True, slots=True)
class PaperShown:
    """A file of a slot. id: of its place in the case. is_current: it belongs to the version that counts now."""

    id: int
    name: str
    media_type: str
    size: int
    added_at: datetime
    added_by: str
    version_no: int | None
    is_current: bool
    is_picture: bool


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A slot with what it holds.

    seal: whose seal is wanted, in words; "" for none. is_open: it takes files now, for who fills in the case.
    missing: how many files it still lacks. sentence: what is missing, or why it is not open yet; "" when all is well.
    """

    material: Material
    seal: str
    kinds: str
    papers: tuple[PaperShown, ...]
    is_open: bool
    missing: int
    sentence: str


def materials_of(found: CaseInHand) -> tuple[Material, ...]:
    """Return the slots of a case, in the order of its form; none for a case of another platform."""
    return found.form.materials if found.form is not None else ()


def current_files(session: Session, case_id: int) -> list[CaseFile]:
    """Return the files that lie in the slots of a case, oldest first, sealed scans of older versions among them."""
    return list(
        session.scalars(
            select(CaseFile)
            .where(CaseFile.case_id == case_id, CaseFile.ended_at.is_(None))
            .options(joinedload(CaseFile.file))
            .order_by(CaseFile.id)
        )
    )


def slots(found: CaseInHand) -> list[SlotShown]:
    """Return every slot of a case with what it holds, for who may read the case."""
    files = current_files(session_of(found), found.case.id)
    return [
        _shown(found, material, [row for row in files if row.slot_key == material.key])
        for material in materials_of(found)
    ]


def missing_papers(found: CaseInHand, files: Collection[CaseFile]) -> Iterator[Problem]:
    """Yield what the slots of a submission lack; sealed scans are asked for after the check has passed."""
    for material in materials_of(found):
        lacking = _lacking(found, material, files) if material.seal is Seal.NONE else 0
        if lacking:
            yield Problem(f"materials.{material.key}", "", _sentence(material, lacking))


def missing_scans(found: CaseInHand) -> tuple[Problem, ...]:
    """Return which sealed scans of the current version are missing; asked when a case is forwarded."""
    files = current_files(session_of(found), found.case.id)
    return tuple(
        Problem(f"materials.{material.key}", "", _sentence(material, lacking))
        for material in materials_of(found)
        if material.seal is not Seal.NONE and (lacking := _lacking(found, material, files))
    )


def may_print_for_seal(found: CaseInHand) -> bool:
    """Tell whether the form to be sealed may be printed: only once the check has passed (S003-35)."""
    case = found.case
    is_checked = case.state in {CaseState.PASSED, CaseState.FORWARDED} or case.at_unit_id != case.unit_id
    return case.version_no > 0 and is_checked and case.state not in OPEN


def print_code(fingerprint: str) -> str:
    """Return the code that is printed on a form, by which a sealed copy is told to be of the stored version."""
    return "-".join(fingerprint[start : start + 4].upper() for start in (0, 4, 8))


def require_current_print(found: CaseInHand, code: str) -> None:
    """Refuse a printed form that does not show the version that counts now (S003-37, S004-33).

    Raises Conflict, naming the version that it does show.
    """
    wanted = code.strip().upper().replace("－", "-")
    numbers = [version.number for version in found.case.versions if print_code(version.fingerprint) == wanted]
    current = found.case.version_no
    if current in numbers:
        return
    if numbers:
        raise Conflict(
            f"这份盖章件印的是第 {numbers[0]} 版，数据已改为第 {current} 版。请重新打印、盖章后上传。",
            code="old_print",
        )
    raise Conflict("盖章件上的编码与本申报件的任何一版都不一致，请核对是否拿错。", code="foreign_print")


def session_of(found: CaseInHand) -> Session:
    """Return the session that a case was read in."""
    session = object_session(found.case)
    if session is None:
        raise RuntimeError("the case has left its session")
    return session


def _counted(found: CaseInHand, material: Material, files: Collection[CaseFile]) -> list[CaseFile]:
    """Return the files of a slot that count: of sealed scans only those of the current version."""
    number = None if material.seal is Seal.NONE else found.case.version_no
    return [row for row in files if row.slot_key == material.key and row.version_no == number]


def _lacking(found: CaseInHand, material: Material, files: Collection[CaseFile]) -> int:
    counted = len(_counted(found, material, files))
    if not material.required and not counted:
        return 0
    return max(0, material.min_count - counted)


def _sentence(material: Material, lacking: int) -> str:
    if material.seal is not Seal.NONE:
        return f"请上传当前版本的{quoted(material.label)}（加盖{SEAL_NAMES[material.seal]}）"
    if material.min_count > 1:
        have = material.min_count - lacking
        return f"{quoted(material.label)}至少 {material.min_count} 个，现有 {have} 个，还差 {lacking} 个"
    return f"请上传{quoted(material.label)}"


def _shown(found: CaseInHand, material: Material, files: list[CaseFile]) -> SlotShown:
    lacking = _lacking(found, material, files)
    closed = closed_because(found, material)
    counted = {row.id for row in _counted(found, material, files)}
    return SlotShown(
        material,
        SEAL_NAMES[material.seal],
        "、".join(KIND_NAMES[kind] for kind in material.kinds),
        tuple(_paper_shown(row, is_current=row.id in counted) for row in files),
        is_open=not closed,
        missing=lacking,
        sentence=closed
        if closed and material.seal is not Seal.NONE
        else _sentence(material, lacking)
        if lacking
        else "",
    )


def _paper_shown(row: CaseFile, *, is_current: bool) -> PaperShown:
    kind = kind_named(row.file.media_type)
    return PaperShown(
        row.id,
        row.file.name,
        row.file.media_type,
        row.file.size,
        row.added_at,
        row.added_by,
        row.version_no,
        is_current,
        is_picture=kind is not None and kind.file_kind is FileKind.IMAGE,
    )


def closed_because(found: CaseInHand, material: Material) -> str:
    """Return why a slot takes nothing now, "" when it does."""
    case = found.case
    if material.seal is Seal.NONE:
        return "" if case.state in OPEN else "申报件不在填写或补正中，材料不能更换"
    if case.state is CaseState.FORWARDED:
        return "申报件已报送，盖章件不能更换"
    return "" if may_print_for_seal(found) else "审核通过后，下载打印、盖章，再上传扫描件"
