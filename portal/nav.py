"""The portal's entries at the side, for those who answer for a unit."""

from collections.abc import Iterator

from flask import url_for

from domain.access import Action, Actor, Role, may
from portal.accounts.nav import account_entries
from portal.recommending import BLUEPRINTS as RECOMMENDING
from portal.reviews import BLUEPRINTS as REVIEWS
from portal.unit_batches import find_own_unit
from services.reviewing.owed import count_of_applicant
from services.worklist import count_owed
from web import current
from web.nav import NavItem

SECTION = "办理"
CASEWORK = frozenset(part.name for part in (*REVIEWS, *RECOMMENDING))
"""The pages on which officers check, rank and forward cases, whatever address they have."""


def navigation(actor: Actor) -> Iterator[NavItem]:
    """Yield the entries: what must be done, the own unit, and the batches that everybody may read."""
    if may(actor, Action.ANSWER):
        owed = count_owed(current.db(), now=current.now())
        yield NavItem(
            label="我的待办", href=url_for("work.home"), icon="checklist", section=SECTION, badge=owed or None
        )
    elif actor.role in {Role.APPLICANT, Role.EXPERT}:
        waiting = count_of_applicant(current.db(), actor=actor) if actor.role is Role.APPLICANT else 0
        yield NavItem(
            label="我的待办", href=url_for("work.home"), icon="checklist", section=SECTION, badge=waiting or None
        )
    unit = find_own_unit() if may(actor, Action.ANSWER) else None
    if unit is not None:
        if may(actor, Action.REVIEW):
            href = url_for("unit_cases.show", unit_id=unit.id)
            yield NavItem(label="申报件", href=href, icon="files", section=SECTION, blueprints=CASEWORK)
        href = url_for("units.show", unit_id=unit.id)
        yield NavItem(label="本单位进度", href=href, icon="building", section=SECTION)
        href = url_for("contacts.show", unit_id=unit.id)
        yield NavItem(label="联系人", href=href, icon="address-book", section=SECTION)
    if may(actor, Action.DECLARE):
        yield NavItem(label="我的申报", href=url_for("cases.mine"), icon="files", section=SECTION)
    yield from account_entries(actor)
    yield NavItem(label="公开的批次", href=url_for("public.batches"), icon="calendar-event", section="查阅")
