"""Putting a file into a slot and taking it out; what was replaced stays with the versions that it belongs to."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role, require
from domain.definition import Material, Seal
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.quoting import quoted
from models import ActKind, CaseFile, StoredFile
from services.cases.access import CaseInHand, filling, get_case, require_filler, require_open
from services.cases.acts import Done, Noted, note, record
from services.cases.papers.giving import paper_of
from services.cases.papers.slots import (
    KIND_NAMES,
    MOST_FILES,
    SEAL_NAMES,
    closed_because,
    current_files,
    materials_of,
    require_current_print,
)
from services.files import Place, Upload, as_store, checked, keep_file


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it arrives for a slot.

    replaces: the file of the slot whose place it takes; None for one more. code: for a sealed scan, the code printed
    on the form, if it was read; it must be that of the version that counts now.
    """

    slot: str
    name: str
    stream: IO[bytes]
    replaces: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that now lies in its slot. is_unscanned: it waits for the virus scan, and nobody can open it before."""

    row: CaseFile
    is_unscanned: bool


def attach(
    session: Session, case_id: int, incoming: Incoming, *, store: Place, actor: Actor, now: datetime
) -> Attached:
    """Put a file into a slot; the same bytes sent again, as by a retry, change nothing.

    Raises NotAllowed, NotFound; Conflict while the slot takes nothing; Invalid (path "materials.<slot>") for a file
    that is not taken or one too many.
    """
    found, material = _in_hand(session, case_id, incoming.slot, actor)
    _require_slot_open(found, material)
    if material.seal is not Seal.NONE and incoming.code:
        require_current_print(found, incoming.code)
    _require_kind(material, incoming)
    here = [row for row in current_files(session, case_id) if row.slot_key == material.key]
    number = found.case.version_no if material.seal is not Seal.NONE else None
    sha256 = _hash_of(incoming)
    same = [row for row in here if row.file.sha256 == sha256 and row.version_no == number]
    if not same:
        replaced = _replaced(material, here, number, incoming.replaces)
        stored = _stored(session, found, incoming, store, actor=actor, now=now)
        row = _added(session, found, material, stored, number)
        for old in replaced:
            old.ended_at = now
        _note(session, found, material, row, actor, now)
        same = [row]
    return Attached(same[0], is_unscanned=not as_store(store).is_free(sha256))


def remove(session: Session, case_id: int, paper_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a file out of its slot; versions that were submitted with it keep it.

    Raises NotAllowed, NotFound; Conflict while the slot may not be changed.
    """
    paper = paper_of(session, case_id, paper_id)
    found, material = _in_hand(session, case_id, paper.slot_key, actor)
    _require_slot_open(found, material)
    if paper.ended_at is None:
        paper.ended_at = now
        before = {"slot": material.label, "file": paper.file.name}
        note(session, found.case, Noted("移除材料", filling(actor), now, before), actor=actor)


def _require_slot_open(found: CaseInHand, material: Material) -> None:
    if material.seal is Seal.NONE:
        require_open(found)
    because = closed_because(found, material)
    if because:
        raise Conflict(f"{quoted(material.label)}现在不能上传：{because}。")


def _in_hand(session: Session, case_id: int, slot: str, actor: Actor) -> tuple[CaseInHand, Material]:
    """Return the case, locked, and the slot; a sealed scan may also be put in by the unit that the case is with."""
    found = get_case(session, case_id, actor=actor, action=Action.VIEW_CASE, lock=True)
    material = next((item for item in materials_of(found) if item.key == slot), None)
    if material is None:
        raise NotFound("申报书没有这一项材料。")
    if material.seal is Seal.NONE or actor.role is Role.APPLICANT:
        require_filler(found, actor)
        return found, material
    require(actor, filling(actor), found.subject)
    if actor.branch not in {None, found.case.unit.path, found.case.at_unit.path}:
        raise NotAllowed(f"盖章件由申报单位或“{found.case.at_unit.name}”上传。")
    return found, material


def _require_kind(material: Material, incoming: Incoming) -> None:
    """Refuse a file by its content before anything of it is kept. Raises Invalid."""
    path = f"materials.{material.key}"
    try:
        kind, _ = checked(incoming.stream)
    except Invalid as refusal:
        raise _placed(refusal, path) from None
    if kind.file_kind not in material.kinds:
        allowed = "、".join(KIND_NAMES[item] for item in material.kinds)
        sentence = f"{quoted(material.label)}不接收{kind.name}"
        raise Invalid([Problem(path, kind.name, sentence, f"可以上传：{allowed}")])


def _placed(refusal: Invalid, path: str) -> Invalid:
    """Return a refusal of a file as one of its slot."""
    return Invalid(Problem(path, item.value, item.sentence, item.allowed) for item in refusal.problems)


def _hash_of(incoming: Incoming) -> str:
    incoming.stream.seek(0)
    digest = hashlib.sha256(incoming.stream.read()).hexdigest()
    incoming.stream.seek(0)
    return digest


def _replaced(material: Material, here: list[CaseFile], number: int | None, replaces: int | None) -> list[CaseFile]:
    """Return what the new file takes the place of: the one it names, and scans of older versions.

    Raises Conflict, Invalid when there is no room.
    """
    replaced = [row for row in here if row.id == replaces or row.version_no != number]
    if replaces is not None and replaces not in {row.id for row in here}:
        raise Conflict("要替换的文件已经不在，请刷新页面后重试。")
    most = material.max_count or MOST_FILES
    if len(here) - len(replaced) >= most:
        sentence = f"{quoted(material.label)}最多 {most} 个文件"
        raise Invalid([Problem(f"materials.{material.key}", "", sentence, "请先移除，再上传")])
    return replaced


def _stored(
    session: Session, found: CaseInHand, incoming: Incoming, store: Place, *, actor: Actor, now: datetime
) -> StoredFile:
    upload = Upload(found.case.unit_id, incoming.name, incoming.stream)
    try:
        return keep_file(session, upload, store, actor=actor, now=now, organisation_id=found.case.organisation_id)
    except Invalid as refusal:
        raise _placed(refusal, f"materials.{incoming.slot}") from None


def _added(
    session: Session, found: CaseInHand, material: Material, stored: StoredFile, number: int | None
) -> CaseFile:
    """Put a kept file into the slot, as of when it was kept."""
    case = found.case
    row = CaseFile(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        slot_key=material.key,
        file=stored,
        version_no=number,
        added_at=stored.stored_at,
        added_by=stored.stored_by,
        ended_at=None,
    )
    session.add(row)
    session.flush()
    return row


def _note(
    session: Session, found: CaseInHand, material: Material, row: CaseFile, actor: Actor, now: datetime
) -> None:
    if material.seal is Seal.NONE:
        after = {"slot": material.label, "file": row.file.name, "sha256": row.file.sha256}
        note(session, found.case, Noted("上传材料", filling(actor), now, {}, after), actor=actor)
        return
    detail = {"slot": material.label, "file": row.file.name, "seal": SEAL_NAMES[material.seal]}
    unit = "" if actor.role is Role.APPLICANT else found.case.at_unit.name
    record(
        session, found.case, Done(ActKind.SEALED, filling(actor), now, now, by_unit=unit, detail=detail), actor=actor
    )
