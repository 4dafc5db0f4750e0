"""The tables of linxuan, and what the database itself refuses."""

from models.admissions import Admission, AdmissionEnd
from models.audit import AuditEntry, AuditHead
from models.base import Base
from models.batches import Batch, BatchState, BatchUnit, BatchVersion, Programme
from models.cases import ActKind, Case, CaseAct, CaseFile, CaseReturn, CaseState, CaseVersion, Source
from models.contacts import CallNote, Contact
from models.designs import Design, DesignStep, RehearsalRun
from models.duties import Answer, Duty, Exemption, Extension, LatePermit
from models.files import StoredFile
from models.identity import Membership, Post, SignInFailure, User, WebSession
from models.ledger import AppliedMoment, FlowRun, PhoneDuty
from models.listing import case_branches, case_grams, case_lines
from models.lists import Entity, Extra, ExtraField, ExtraKind, SavedView
from models.organisations import Approval, ListedApplicant, Organisation, OrganisationKind
from models.outbox import Mail, MailAttempt, MailState
from models.recommending import Allotment, AllotmentMove, Dispatch, Place, Recommendation, UnitDate
from models.reviews import (
    CheckAnswer,
    CheckResult,
    CreditCheck,
    CreditResult,
    DecisionKind,
    InternalAct,
    Opinion,
    Outcome,
    RuleDecision,
    SiteCheck,
)
from models.scope import Scope
from models.stages import BatchCategory, BatchQuota, BatchStage
from models.system import DemoClock, Instance, Lease
from models.titles import Title, TitleAlias, TitleMove
from models.units import Unit
from models.upstream import Answered, BatchLink, CatalogueVersion, PlatformImport, UpstreamChange

__all__ = [
    "ActKind",
    "Admission",
    "AdmissionEnd",
    "Allotment",
    "AllotmentMove",
    "Answer",
    "Answered",
    "AppliedMoment",
    "Approval",
    "AuditEntry",
    "AuditHead",
    "Base",
    "Batch",
    "BatchCategory",
    "BatchLink",
    "BatchQuota",
    "BatchStage",
    "BatchState",
    "BatchUnit",
    "BatchVersion",
    "CallNote",
    "Case",
    "CaseAct",
    "CaseFile",
    "CaseReturn",
    "CaseState",
    "CaseVersion",
    "CatalogueVersion",
    "CheckAnswer",
    "CheckResult",
    "Contact",
    "CreditCheck",
    "CreditResult",
    "DecisionKind",
    "DemoClock",
    "Design",
    "DesignStep",
    "Dispatch",
    "Duty",
    "Entity",
    "Exemption",
    "Extension",
    "Extra",
    "ExtraField",
    "ExtraKind",
    "FlowRun",
    "Instance",
    "InternalAct",
    "LatePermit",
    "Lease",
    "ListedApplicant",
    "Mail",
    "MailAttempt",
    "MailState",
    "Membership",
    "Opinion",
    "Organisation",
    "OrganisationKind",
    "Outcome",
    "PhoneDuty",
    "Place",
    "PlatformImport",
    "Post",
    "Programme",
    "Recommendation",
    "RehearsalRun",
    "RuleDecision",
    "SavedView",
    "Scope",
    "SignInFailure",
    "SiteCheck",
    "Source",
    "StoredFile",
    "Title",
    "TitleAlias",
    "TitleMove",
    "Unit",
    "UnitDate",
    "UpstreamChange",
    "User",
    "WebSession",
    "case_branches",
    "case_grams",
    "case_lines",
]
