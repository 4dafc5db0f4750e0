"""单位资料: changed by the organisation or its unit; what was approved is asked about again when it changes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role, Subject, require
from domain.errors import Invalid, Problem
from models import Approval, Organisation
from models.lists import Entity
from services import audit
from services.extras.reading import check_form, named
from services.organisations.finding import get_organisation
from services.organisations.forms import fill, form_of, values_of

ASKED_AGAIN = frozenset({"credit_code", "kind"})
"""Who changes these is somebody else on paper; a change of name keeps the credit code and the approval."""
TAKEN = "不能改为这个统一社会信用代码，请核对；确属本单位的，请联系推荐单位"


def change(
    session: Session, organisation_id: int, values: Mapping[str, str], *, actor: Actor, now: datetime
) -> Organisation:
    """Change an organisation's data; a change of code or kind, or any after a refusal, is asked to be approved again.

    values: by key of `form_of`, and of additional fields by `PREFIX` and key; one of these that is not given stays.
    Every change is kept in the audit log with the value before.
    Raises NotFound, NotAllowed, Invalid with every problem, also when nothing was changed.
    """
    found = get_organisation(session, organisation_id, lock=True)
    action = Action.DECLARE if actor.role is Role.APPLICANT else Action.APPROVE_APPLICANT
    require(actor, action, Subject(unit_path=found.unit.path, organisation_id=found.id))
    form = form_of(found)
    checked, extra = check_form(session, Entity.ORGANISATION, form, values, before=found.extra)
    before, after = values_of(found, form) | named(found.extra), checked | named(extra)
    changed = [key for key in before | after if after.get(key) != before.get(key)]
    if not changed:
        raise Invalid([Problem("name", "", "没有改动，无须保存")])
    was = found.approval
    try:
        with session.begin_nested():
            fill(found, checked)
            found.extra = extra
    except IntegrityError:
        raise Invalid([Problem("credit_code", checked.get("credit_code", ""), TAKEN)]) from None
    if was is Approval.REFUSED or (was is Approval.APPROVED and ASKED_AGAIN & set(changed)):
        found.approval, found.decided_at, found.decided_by, found.reason = Approval.PENDING, None, "", ""
    session.flush()
    old = {"approval": was.value, **{key: before[key] for key in changed if key in before}}
    new = {"approval": found.approval.value, **{key: after[key] for key in changed if key in after}}
    what = f"申报单位“{found.name}”的资料"
    act = audit.Act(actor=actor, now=now, action=action, what=what, unit_id=found.unit_id, before=old, after=new)
    audit.record(session, act)
    return found
