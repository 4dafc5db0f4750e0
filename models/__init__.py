"""The tables of linxuan, and what the database itself refuses."""

from models.audit import AuditEntry, AuditHead
from models.base import Base
from models.batches import Batch, BatchState, BatchUnit, BatchVersion, Programme
from models.contacts import CallNote, Contact
from models.duties import Answer, Duty, Exemption, Extension, LatePermit
from models.files import StoredFile
from models.identity import Membership, Post, SignInFailure, User, WebSession
from models.ledger import AppliedMoment, FlowRun, PhoneDuty
from models.outbox import Mail, MailAttempt, MailState
from models.scope import Scope
from models.stages import BatchCategory, BatchQuota, BatchStage
from models.system import DemoClock, Instance, Lease
from models.titles import Title, TitleAlias, TitleMove
from models.units import Unit

__all__ = [
    "Answer",
    "AppliedMoment",
    "AuditEntry",
    "AuditHead",
    "Base",
    "Batch",
    "BatchCategory",
    "BatchQuota",
    "BatchStage",
    "BatchState",
    "BatchUnit",
    "BatchVersion",
    "CallNote",
    "Contact",
    "DemoClock",
    "Duty",
    "Exemption",
    "Extension",
    "FlowRun",
    "Instance",
    "LatePermit",
    "Lease",
    "Mail",
    "MailAttempt",
    "MailState",
    "Membership",
    "PhoneDuty",
    "Post",
    "Programme",
    "Scope",
    "SignInFailure",
    "StoredFile",
    "Title",
    "TitleAlias",
    "TitleMove",
    "Unit",
    "User",
    "WebSession",
]
