"""How far an actor's rights over other people go: never beyond the actor's own branch and programmes."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.errors import NotAllowed
from models import Membership, Unit, User
from services.identity.programmes import ids_of


def require_reach(session: Session, membership: Membership, *, actor: Actor, action: Action) -> None:
    """Refuse an act on a membership that is wider than the actor's own. Raises NotAllowed."""
    require_reach_of(session, membership.unit_id, membership.programmes, actor=actor, action=action)


def require_reach_of(
    session: Session, unit_id: int | None, programmes: Sequence[str], *, actor: Actor, action: Action
) -> None:
    """Refuse to touch a membership in a unit and programmes that the actor does not hold. Raises NotAllowed.

    unit_id None means every unit, no programmes every programme: only who has all of them may give them.
    """
    require(actor, action)
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if actor.branch is not None:
        if unit is None:
            raise NotAllowed("只能管理本单位及下级单位人员的身份。", action=action.value)
        require(actor, action, Subject(unit_path=unit.path))
    if actor.programmes is not None:
        wanted = ids_of(session, programmes)
        if wanted is None or not wanted <= actor.programmes:
            raise NotAllowed("只能管理本人所负责项目的人员身份。", action=action.value)


def require_over(session: Session, user: User, *, actor: Actor, action: Action) -> None:
    """Refuse an act on a person who holds more than the actor. Raises NotAllowed."""
    require(actor, action)
    for membership in user.memberships:
        require_reach(session, membership, actor=actor, action=action)
