"""Who is known already: accounts by their names, memberships, and invitations that were sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.access import Actor, Role
from models import Admission, AdmissionEnd, Membership, User
from services.bulk.lookups import Programmes, Units
from services.identity.users import NewUser


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the actor's rights over people go. keys: of the programmes that are the actor's, None for all."""

    actor: Actor
    units: Units
    keys: frozenset[str] | None

    @classmethod
    def of(cls, actor: Actor, units: Units, programmes: Programmes) -> "Reach":
        """Return the reach of an actor, whose session sees these units and programmes."""
        if actor.programmes is None:
            return cls(actor, units, None)
        own = (programme.key for programme in programmes.by_id.values() if programme.id in actor.programmes)
        return cls(actor, units, frozenset(own))

    def holds(self, unit_id: int | None, keys: Iterable[str]) -> bool:
        """Tell whether a membership there is not wider than the actor's own."""
        wanted = frozenset(keys)
        unit = self.units.by_id.get(unit_id or 0)
        branch = self.actor.branch
        is_near = branch is None or (unit is not None and unit.path.startswith(branch))
        return is_near and (self.keys is None or bool(wanted and wanted <= self.keys))

    def knows(self, user: User) -> bool:
        """Tell whether the actor may know of a person: by one membership, or because there is none yet."""
        return not user.memberships or any(self.holds(one.unit_id, one.programmes) for one in user.memberships)


class People:
    """Accounts by each of their names, with what they hold."""

    def __init__(self, session: Session, wanted: Iterable[NewUser]) -> None:
        accounts, mobiles, emails = set[str](), set[str](), set[str]()
        for person in wanted:
            accounts.add(person.account)
            mobiles.add(person.mobile)
            emails.add(person.email)
        found = select(User).where(or_(User.account.in_(accounts), User.mobile.in_(mobiles), User.email.in_(emails)))
        self._by_name: dict[str, User] = {}
        for user in session.scalars(found.options(selectinload(User.memberships).joinedload(Membership.unit))):
            for name in (user.account, user.mobile, user.email):
                if name:
                    self._by_name[name] = user

    def fitting(self, person: NewUser) -> list[User]:
        """Return the accounts that have one of a person's names; more than one is a contradiction."""
        found = (self._by_name.get(name) for name in (person.account, person.mobile, person.email) if name)
        return list({user.id: user for user in found if user is not None}.values())


def in_force(user: User, now: datetime) -> Iterator[Membership]:
    """Yield what a person holds now, or will."""
    return (one for one in user.memberships if one.valid_until is None or one.valid_until > now)


class Invitations:
    """Invitations of officers by unit and name: those that can still be used, and those that were."""

    def __init__(self, session: Session, unit_ids: Iterable[int], now: datetime) -> None:
        found = (
            select(Admission)
            .options(joinedload(Admission.user).selectinload(User.memberships))
            .where(
                Admission.role == Role.OFFICER,
                Admission.token_hash.is_not(None),
                Admission.organisation_id.is_(None),
                Admission.unit_id.in_(unit_ids),
            )
        )
        self._open: dict[tuple[int, str], datetime] = {}
        self._used: set[tuple[int, str]] = set()
        for one in session.scalars(found):
            if one.outcome is None and one.expires_at is not None and one.expires_at > now:
                self._open[one.unit_id, one.name] = one.expires_at
            elif one.outcome is AdmissionEnd.ACCEPTED and one.user is not None and one.user.is_active:
                held = ((member.role, member.unit_id) for member in in_force(one.user, now))
                if (Role.OFFICER, one.unit_id) in held:
                    self._used.add((one.unit_id, one.name))

    def open_until(self, unit_id: int, name: str) -> datetime | None:
        """Return until when an invitation can be used; None when there is none."""
        return self._open.get((unit_id, name))

    def was_used(self, unit_id: int, name: str) -> bool:
        """Tell whether somebody invited under this name is an officer of the unit now."""
        return (unit_id, name) in self._used
