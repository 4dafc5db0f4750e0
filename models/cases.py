"""Cases (申报件): what was declared, in which versions, with which files, and all that was done with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Document, closed
from models.batches import Batch
from models.files import StoredFile
from models.organisations import Organisation, OrganisationScoped
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class CaseState(StrEnum):
    """Where a case stands; `at_unit_id` says with whom.

    draft: being filled. submitted: waits to be checked by the unit it is at. returned: the applicant corrects it.
    passed: checked by the unit it is at, not forwarded yet. forwarded: with the office. refused, withdrawn: ended.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PASSED = "passed"
    FORWARDED = "forwarded"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDED = (CaseState.REFUSED, CaseState.WITHDRAWN)


class Source(StrEnum):
    """How a case came in: typed by the applicant, by an officer for it (代填), or from another platform."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    PLATFORM = "platform"


class ActKind(StrEnum):
    """What can be done with a case."""

    CREATED = "created"
    CHANNEL = "channel"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    IMPORTED = "imported"
    CHECKED = "checked"
    SITE_CHECK = "site_check"
    CREDIT = "credit"
    WAIVED = "waived"
    INTERNAL = "internal"
    PASSED = "passed"
    RETURNED = "returned"
    REFUSED = "refused"
    RANKED = "ranked"
    FORWARDED = "forwarded"
    RECALLED = "recalled"
    RECEIVED = "received"
    SEALED = "sealed"
    RELEASED = "released"


class Case(BatchScoped, BranchScoped, OrganisationScoped, Base):
    """One case. `unit_id` is its channel, the first unit on its way up; `at_unit_id` the unit it is with now.

    definition_revision: the revision of the batch that it was started under and keeps.
    claim: what makes it the applicant's only one while it counts ("91410300..." or "91410300.../enterprise"); None
        for drafts, ended cases and batches without such a limit. The database refuses the second one.
    values: answers by leaf, as typed; `revision` grows with each save.
    version_no: number of the last submitted version, 0 before the first.
    correct_by: when a returned case must be back; None when it is not returned.
    is_late: submitted by an extension or permit after the stage's own deadline.
    external_key: its number on the other platform.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("batch_id", "claim"),
        CheckConstraint("version_no >= 0", name="version_not_negative"),
        CheckConstraint("(state = 'forwarded') = (forwarded_at IS NOT NULL)", name="forwarded_has_time"),
        CheckConstraint("received_at IS NULL OR forwarded_at IS NOT NULL", name="received_was_forwarded"),
        Index("ix_cases_waiting", "batch_id", "at_unit_id", "state"),
        Index("ix_cases_state", "batch_id", "state", "category_key"),
    )

    at_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    definition_revision: Mapped[int]
    category_key: Mapped[str] = mapped_column(String(40))
    subtype_key: Mapped[str] = mapped_column(String(40), default="")
    modes: Mapped[list[str]] = mapped_column(Document, default=list)
    title: Mapped[str] = mapped_column(String(200), index=True, comment="name of the enterprise, project, platform")
    state: Mapped[CaseState] = mapped_column(closed(CaseState), default=CaseState.DRAFT)
    source: Mapped[Source] = mapped_column(closed(Source), default=Source.APPLICANT)
    claim: Mapped[str | None] = mapped_column(String(80))
    values: Mapped[dict[str, str]] = mapped_column(Document)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(80))
    version_no: Mapped[int] = mapped_column(default=0)
    submitted_at: Mapped[datetime | None] = mapped_column(index=True)
    is_late: Mapped[bool] = mapped_column(default=False)
    correct_by: Mapped[datetime | None]
    forwarded_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    received_by: Mapped[str] = mapped_column(String(80), default="")
    external_key: Mapped[str | None] = mapped_column(String(80))

    batch: Mapped[Batch] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys="Case.unit_id")
    at_unit: Mapped[Unit] = relationship(foreign_keys="Case.at_unit_id")
    organisation: Mapped[Organisation] = relationship()
    versions: Mapped[list[CaseVersion]] = relationship(order_by="CaseVersion.number", viewonly=True)

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class CasePart:
    """Mixin: rows of a case; `unit_id` is the case's channel, so that its whole branch sees them."""

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)


class CaseVersion(CasePart, BatchScoped, BranchScoped, OrganisationScoped, Base):
    """What was submitted at one moment; never changed again.

    values: answers by leaf, normalised. files: [{"slot", "file_id", "sha256", "name"}].
    statements: what was signed with it, as {"key", "text", "name", "at"}.
    fingerprint: SHA-256 over values, files and moment, as the receipt shows it.
    """

    __tablename__ = "case_versions"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    number: Mapped[int]
    definition_revision: Mapped[int]
    values: Mapped[dict[str, str]] = mapped_column(Document)
    files: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    statements: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[str] = mapped_column(String(80))
    fingerprint: Mapped[str] = mapped_column(String(64))


class CaseFile(CasePart, BatchScoped, BranchScoped, OrganisationScoped, Base):
    """A file in a slot; replacing or removing it ends the row, so every version stays.

    version_no: for a sealed scan, the version of the data that it shows; None for other papers.
    """

    __tablename__ = "case_files"

    slot_key: Mapped[str] = mapped_column(String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    version_no: Mapped[int | None]
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship()


class CaseAct(CasePart, BatchScoped, BranchScoped, OrganisationScoped, Base):
    """One line of a case's history.

    at: when it was done, which for a paper act entered later (补录) lies before `recorded_at`.
    by: who did it; recorded_by: who entered it. by_unit: the unit that acted, "" for the applicant.
    is_open: whether the applicant may see it. detail: plain values, shown in the order given.
    """

    __tablename__ = "case_acts"
    __table_args__ = (CheckConstraint("at <= recorded_at", name="not_before_it_happened"),)

    kind: Mapped[ActKind] = mapped_column(closed(ActKind))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    by_unit: Mapped[str] = mapped_column(String(120), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    version_no: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    is_open: Mapped[bool] = mapped_column(default=True)
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class CaseReturn(CasePart, BatchScoped, BranchScoped, OrganisationScoped, Base):
    """A return for correction, with everything said at once (一次性告知书).

    from_unit_id: the unit that returned it. to_unit_id: the unit that must act; None for the applicant.
    comments: sentence by leaf or slot. due_at: its own date. ended_at: when it was answered or called off.
    """

    __tablename__ = "case_returns"

    from_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    number: Mapped[int] = mapped_column(comment="of the case's returns, from 1")
    summary: Mapped[str] = mapped_column(Text)
    comments: Mapped[dict[str, str]] = mapped_column(Document)
    version_no: Mapped[int]
    returned_at: Mapped[datetime]
    returned_by: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    from_unit: Mapped[Unit] = relationship(foreign_keys="CaseReturn.from_unit_id")
