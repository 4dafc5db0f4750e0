"""The entries at the side that lead to accounts: the own organisation, and those that a unit answers for."""

from collections.abc import Iterator

from flask import url_for

from domain.access import Action, Actor, Role, may
from services.organisations.queue import count_waiting
from web import current
from web.nav import NavItem

SECTION = "办理"


def account_entries(actor: Actor) -> Iterator[NavItem]:
    """Yield the applicant's own entry, or the officer's with the number that waits."""
    if actor.role is Role.APPLICANT and actor.organisation_id is not None:
        yield NavItem(label="单位账号", href=url_for("own.show"), icon="building", section=SECTION)
    elif actor.role is Role.OFFICER and may(actor, Action.APPROVE_APPLICANT):
        waiting = count_waiting(current.db())
        href = url_for("applicants.listing")
        yield NavItem(label="申报单位", href=href, icon="building", section=SECTION, badge=waiting or None)
