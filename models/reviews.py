"""What units find out and decide about a case; an applicant sees none of these rows."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, closed
from models.cases import CasePart
from models.files import StoredFile
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class CheckResult(StrEnum):
    """An officer's answer to a check item."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class CreditResult(StrEnum):
    """What a department said: nothing found, a hit, or nothing at all."""

    CLEAR = "clear"
    HIT = "hit"
    NO_REPLY = "no_reply"


class DecisionKind(StrEnum):
    """What was decided about a rule: lifted for this case, or explained ("原则上")."""

    WAIVED = "waived"
    EXPLAINED = "explained"


class Outcome(StrEnum):
    """A unit's opinion."""

    PASSED = "passed"
    RETURNED = "returned"
    REFUSED = "refused"


class CheckAnswer(CasePart, BatchScoped, BranchScoped, Base):
    """An officer's answer to one item of the check list, per unit that checks."""

    __tablename__ = "check_answers"
    __table_args__ = (UniqueConstraint("case_id", "by_unit_id", "item_key"),)

    by_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    item_key: Mapped[str] = mapped_column(String(80))
    result: Mapped[CheckResult] = mapped_column(closed(CheckResult))
    remark: Mapped[str] = mapped_column(Text, default="")
    version_no: Mapped[int]
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(String(80))


class SiteCheck(CasePart, BatchScoped, BranchScoped, Base):
    """A site check: when it took place, who went, what they found."""

    __tablename__ = "site_checks"

    by_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    held_on: Mapped[date]
    persons: Mapped[str] = mapped_column(String(200))
    findings: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))

    file: Mapped[StoredFile | None] = relationship()


class CreditCheck(CasePart, BatchScoped, BranchScoped, Base):
    """One department's reply about a case (信用联审); a hit waits for a decision with its reason."""

    __tablename__ = "credit_checks"
    __table_args__ = (
        UniqueConstraint("case_id", "department"),
        CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_has_person"),
    )

    department: Mapped[str] = mapped_column(String(120))
    result: Mapped[CreditResult] = mapped_column(closed(CreditResult), default=CreditResult.NO_REPLY)
    note: Mapped[str] = mapped_column(Text, default="")
    replied_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
    is_cleared: Mapped[bool] = mapped_column(default=False, comment="a hit that was decided not to stand in the way")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(80), default="")


class RuleDecision(CasePart, BatchScoped, BranchScoped, Base):
    """A rule lifted for one case, or a unit's reason for recommending against an "in principle"."""

    __tablename__ = "rule_decisions"
    __table_args__ = (UniqueConstraint("case_id", "rule_key", "kind"),)

    rule_key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[DecisionKind] = mapped_column(closed(DecisionKind))
    reason: Mapped[str] = mapped_column(Text)
    by_unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(80))


class Opinion(CasePart, BatchScoped, BranchScoped, Base):
    """A unit's opinion about one version of a case; the newest one of a unit holds."""

    __tablename__ = "opinions"

    by_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(closed(Outcome))
    text: Mapped[str] = mapped_column(Text, default="")
    version_no: Mapped[int]
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(80))

    by_unit: Mapped[Unit] = relationship(foreign_keys="Opinion.by_unit_id")


class InternalAct(BatchScoped, BranchScoped, Base):
    """A step inside an office before an act goes out; about one case, or (None) about the unit's whole forwarding.

    person: who did it. number: of the minutes or the paper. held_on: the day it took place.
    """

    __tablename__ = "internal_acts"

    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    by_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    stage_key: Mapped[str] = mapped_column(String(40))
    step_key: Mapped[str] = mapped_column(String(40))
    person: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80), default="")
    held_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(80))
