"""The exactly-once ledger: one row per moment that has been taken care of, and how it ran."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.plan import MomentKind
from domain.triage import Verdict
from models.base import Base, closed
from models.scoped import BatchScoped, BranchScoped
from models.units import Unit


class AppliedMoment(BatchScoped, Base):
    """A moment that needs no more care; written in the transaction that made its effects.

    key: `domain.plan.Moment.key`. at: when it was planned for. units: how many it concerned.
    """

    __tablename__ = "moments"
    __table_args__ = (
        UniqueConstraint("batch_id", "key"),
        CheckConstraint("verdict = 'applied' OR because <> ''", name="not_applied_says_why"),
    )

    key: Mapped[str] = mapped_column(String(160))
    stage_key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[MomentKind] = mapped_column(closed(MomentKind))
    at: Mapped[datetime]
    applied_at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(closed(Verdict))
    because: Mapped[str] = mapped_column(String(300), default="")
    units: Mapped[int] = mapped_column(default=0)


class PhoneDuty(BatchScoped, BranchScoped, Base):
    """A reminder that has no address to go to (待人工催办): somebody must call.

    key: what the mail's key would have been. done_at: when a 催办记录 settled it.
    """

    __tablename__ = "phone_duties"
    __table_args__ = (CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_has_person"),)

    key: Mapped[str] = mapped_column(String(520), unique=True)
    stage_key: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    person: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(200))
    because: Mapped[str] = mapped_column(String(200), default="")
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))

    unit: Mapped[Unit] = relationship()


class FlowRun(BatchScoped, Base):
    """How an advance of a batch ran: orchestrated by Prefect, or directly because Prefect was away."""

    __tablename__ = "flow_runs"

    started_at: Mapped[datetime]
    now: Mapped[datetime] = mapped_column(comment="the effective now that the run worked with")
    is_orchestrated: Mapped[bool]
    because: Mapped[str] = mapped_column(Text, default="")
    prefect_run_id: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160), default="")
    moments: Mapped[int] = mapped_column(default=0)
