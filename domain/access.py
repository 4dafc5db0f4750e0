"""Who may do what: one table of roles and actions, one question for every path into the system.

Form, list, bulk action, import, API, command line and job all ask `require`. The window of time is asked apart, by
`domain.milestones.require_in_time`, because it depends on the duty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import NotAllowed


class Role(StrEnum):
    """What a membership makes a person."""

    ADMIN = "admin"
    COORDINATOR = "coordinator"
    OFFICER = "officer"
    APPLICANT = "applicant"
    EXPERT = "expert"
    AUDITOR = "auditor"
    SYSTEM = "system"


ROLE_NAMES: Mapping[Role, str] = {
    Role.ADMIN: "系统管理员",
    Role.COORDINATOR: "主办处室管理员",
    Role.OFFICER: "经办人",
    Role.APPLICANT: "申报单位",
    Role.EXPERT: "专家",
    Role.AUDITOR: "审计员",
    Role.SYSTEM: "系统",
}


class Action(StrEnum):
    """Everything that anybody can do; the values are what the audit log shows."""

    VIEW_BATCH = "view_batch"
    VIEW_PROGRESS = "view_progress"
    EDIT_DEFINITION = "edit_definition"
    CONFIRM_VALUE = "confirm_value"
    SIGN_REHEARSAL = "sign_rehearsal"
    PUBLISH_BATCH = "publish_batch"
    CHANGE_RUNNING = "change_running"
    PAUSE_BATCH = "pause_batch"
    CLOSE_STAGE = "close_stage"
    EXTEND = "extend"
    ACCEPT_LATE = "accept_late"
    NOTE_CALL = "note_call"
    HAND_OVER = "hand_over"
    ANSWER = "answer"
    EXEMPT = "exempt"
    MANAGE_PROGRAMMES = "manage_programmes"
    MANAGE_UNITS = "manage_units"
    MANAGE_CONTACTS = "manage_contacts"
    MANAGE_TITLES = "manage_titles"
    MANAGE_USERS = "manage_users"
    VIEW_MAIL = "view_mail"
    DECIDE_MAIL = "decide_mail"
    VIEW_AUDIT = "view_audit"
    VIEW_CASE = "view_case"
    DECLARE = "declare"
    DECLARE_FOR = "declare_for"
    APPROVE_APPLICANT = "approve_applicant"
    LIST_APPLICANT = "list_applicant"
    REVIEW = "review"
    WAIVE_RULE = "waive_rule"
    RECOMMEND = "recommend"
    ALLOT = "allot"
    SET_UNIT_DATE = "set_unit_date"
    DISPATCH = "dispatch"
    RECEIVE = "receive"
    IMPORT_CASES = "import_cases"
    ANSWER_UPSTREAM = "answer_upstream"
    MANAGE_CATALOGUES = "manage_catalogues"
    MANAGE_FIELDS = "manage_fields"
    ARRANGE_LISTS = "arrange_lists"
    EXPORT_LIST = "export_list"
    ADVANCE = "advance"
    MOVE_DEMO_CLOCK = "move_demo_clock"


_COORDINATES = frozenset(
    {
        Action.VIEW_BATCH,
        Action.VIEW_PROGRESS,
        Action.EDIT_DEFINITION,
        Action.CONFIRM_VALUE,
        Action.SIGN_REHEARSAL,
        Action.PUBLISH_BATCH,
        Action.CHANGE_RUNNING,
        Action.PAUSE_BATCH,
        Action.CLOSE_STAGE,
        Action.EXTEND,
        Action.ACCEPT_LATE,
        Action.NOTE_CALL,
        Action.HAND_OVER,
        Action.MANAGE_PROGRAMMES,
        Action.MANAGE_UNITS,
        Action.MANAGE_CONTACTS,
        Action.MANAGE_TITLES,
        Action.VIEW_MAIL,
        Action.DECIDE_MAIL,
        Action.MOVE_DEMO_CLOCK,
        Action.VIEW_CASE,
        Action.DECLARE_FOR,
        Action.APPROVE_APPLICANT,
        Action.LIST_APPLICANT,
        Action.WAIVE_RULE,
        Action.ALLOT,
        Action.SET_UNIT_DATE,
        Action.RECEIVE,
        Action.IMPORT_CASES,
        Action.ANSWER_UPSTREAM,
        Action.MANAGE_CATALOGUES,
        Action.MANAGE_FIELDS,
        Action.ARRANGE_LISTS,
        Action.EXPORT_LIST,
    }
)
WHOLE = frozenset({Action.MANAGE_FIELDS})
"""What holds for all units at once, and is therefore for nobody who sees a branch alone."""

ALLOWED: Mapping[Role, frozenset[Action]] = {
    Role.ADMIN: _COORDINATES | {Action.MANAGE_USERS},
    Role.COORDINATOR: _COORDINATES,
    Role.OFFICER: frozenset(
        {
            Action.VIEW_BATCH,
            Action.VIEW_PROGRESS,
            Action.ANSWER,
            Action.EXEMPT,
            Action.MANAGE_CONTACTS,
            Action.VIEW_CASE,
            Action.DECLARE_FOR,
            Action.APPROVE_APPLICANT,
            Action.REVIEW,
            Action.WAIVE_RULE,
            Action.RECOMMEND,
            Action.ALLOT,
            Action.SET_UNIT_DATE,
            Action.DISPATCH,
        }
    ),
    Role.APPLICANT: frozenset({Action.VIEW_BATCH, Action.VIEW_CASE, Action.DECLARE}),
    Role.EXPERT: frozenset({Action.VIEW_BATCH}),
    Role.AUDITOR: frozenset(
        {
            Action.VIEW_BATCH,
            Action.VIEW_PROGRESS,
            Action.VIEW_CASE,
            Action.VIEW_MAIL,
            Action.VIEW_AUDIT,
            Action.ARRANGE_LISTS,
            Action.EXPORT_LIST,
        }
    ),
    Role.SYSTEM: frozenset(Action),
}
"""An administrator of the system does not read the audit log; that is the auditor's alone (三员分立)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in one chosen membership.

    user_id: None for the system itself.
    branch: path of the unit whose branch they see ("/440000/"); None sees all units.
    programmes: ids of the programmes they work in; None works in all.
    organisation_id: the applicant they act for; None for everybody else.
    """

    name: str
    role: Role
    user_id: int | None = None
    branch: str | None = None
    programmes: frozenset[int] | None = None
    organisation_id: int | None = None


SYSTEM = Actor("系统", Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on: a programme's thing, a unit's, an applicant's; None where it does not matter."""

    programme_id: int | None = None
    unit_path: str | None = None
    organisation_id: int | None = None


ANYTHING = Subject()


def may(actor: Actor, action: Action, subject: Subject = ANYTHING) -> bool:
    """Tell whether the actor may do this to the subject."""
    if action not in ALLOWED[actor.role] or (action in WHOLE and actor.branch is not None):
        return False
    if (
        subject.programme_id is not None
        and actor.programmes is not None
        and subject.programme_id not in actor.programmes
    ):
        return False
    if actor.role is Role.APPLICANT and subject.organisation_id is not None:
        return subject.organisation_id == actor.organisation_id
    if subject.unit_path is not None and actor.branch is not None:
        return subject.unit_path.startswith(actor.branch)
    return True


def require(actor: Actor, action: Action, subject: Subject = ANYTHING) -> None:
    """Refuse what the actor may not do. Raises NotAllowed."""
    if not may(actor, action, subject):
        raise NotAllowed(
            f"{ROLE_NAMES[actor.role]}“{actor.name}”没有此项权限。如有需要，请联系主办处室管理员。",
            action=action.value,
        )
