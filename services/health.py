"""How the installation is: asked by a load balancer, a supervisor and people on the telephone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import AuditHead, Instance, Lease, Mail, MailState
from models.migrations.run import is_current
from models.session import READ_ONLY

WAITING = (MailState.PENDING, MailState.CLAIMED, MailState.SENDING, MailState.HELD)
WRONG = (MailState.UNCERTAIN, MailState.REFUSED)


class Status(StrEnum):
    """DOWN: no request can be answered. DEGRADED: pages work, but something else does not."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class LeaseView:
    """Who holds a role of which there is one, and for how many seconds more; negative when nobody does."""

    name: str
    owner: str
    seconds_left: int


@dataclass(frozen=True, slots=True)
class Health:
    """What was found. outbox: number of mails by state, for the states that are not final.

    instance_id: None before the database is set up. sentences: what is wrong, for people.
    """

    status: Status
    database: bool
    schema_current: bool
    instance_id: str | None
    is_demo: bool
    leases: tuple[LeaseView, ...]
    outbox: Mapping[str, int]
    audit_entries: int
    sentences: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return the JSON document of `linxuan health --json`."""
        return asdict(self)


def health(session: Session, now: datetime) -> Health:
    """Return how the installation is; the audit log's chain is not walked (`linxuan audit verify` does that).

    now: wall time. Raises SQLAlchemyError when the database does not answer; `down` tells that.
    """
    if not _is_schema_current(session):
        return down("数据库结构与程序版本不一致，请运行 linxuan migrate。", has_database=True)
    instance = session.get(Instance, 1)
    leases = tuple(
        LeaseView(lease.name, lease.owner, int((lease.until - now).total_seconds()))
        for lease in session.scalars(select(Lease).order_by(Lease.name))
    )
    counted = select(Mail.state, func.count()).where(Mail.state.in_(WAITING + WRONG)).group_by(Mail.state)
    mails = dict(session.execute(counted).all())
    outbox = {state.value: mails.get(state, 0) for state in WAITING + WRONG}
    sentences = []
    if not any(lease.seconds_left > 0 for lease in leases):
        sentences.append("没有时钟进程在运行，到期事项无人处理；请运行 linxuan run 或 linxuan clock。")
    if mails.get(MailState.UNCERTAIN):
        sentences.append(f"有 {mails[MailState.UNCERTAIN]} 封邮件不确定是否送达，见发件记录。")
    return Health(
        status=Status.DEGRADED if sentences else Status.OK,
        database=True,
        schema_current=True,
        instance_id=instance.instance_id if instance else None,
        is_demo=instance.is_demo if instance else False,
        leases=leases,
        outbox=outbox,
        audit_entries=session.scalars(select(func.coalesce(func.sum(AuditHead.entries), 0))).one(),
        sentences=tuple(sentences),
    )


def down(sentence: str, *, has_database: bool = False) -> Health:
    """Return the health of an installation that cannot answer."""
    return Health(Status.DOWN, has_database, False, None, False, (), {}, 0, (sentence,))


def _is_schema_current(session: Session) -> bool:
    return is_current(session.get_bind().engine.execution_options(**{READ_ONLY: True}))
