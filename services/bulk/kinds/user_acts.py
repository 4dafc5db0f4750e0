"""What is done for people: accounts that nobody can open yet, memberships, links that work once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import ROLE_NAMES, Actor, Role
from models import Post, Unit
from services.bulk.outcome import Issued, Step
from services.identity.memberships import Grant, grant
from services.identity.users import NewUser, add_user
from services.organisations.inviting import Invitation, invite


@dataclass(frozen=True, slots=True)
class Office:
    """A role to hold. programmes: keys, none for all."""

    role: Role
    unit: Unit | None = None
    programmes: tuple[str, ...] = ()
    post: Post = Post.A

    @property
    def key(self) -> tuple[Role, int | None]:
        """Return what makes it one of a person's roles."""
        return self.role, self.unit.id if self.unit else None

    def words(self, names: dict[str, str]) -> str:
        """Return it in words. names: of programmes by key."""
        where = self.unit.name if self.unit else "全部单位"
        what = "、".join(names.get(key, key) for key in self.programmes) or "全部项目"
        post = "（B 岗）" if self.post is Post.B else ""
        return f"{ROLE_NAMES[self.role]}{post} · {where} · {what}"


class Makings:
    """Makes the steps for people; an account that one row makes is known to the rows behind it."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        self._session, self._actor, self._now = session, actor, now
        self._made: dict[str, int] = {}

    def account(self, number: int, person: NewUser, office: Office) -> Step:
        """Return the step that makes an account with a role, which nobody can open yet."""

        def run() -> None:
            user = add_user(self._session, person, actor=self._actor, now=self._now)
            self._made[person.account] = user.id
            self._grant(user.id, office)

        return Step(number, run)

    def role(self, number: int, user_id: int | None, account: str, office: Office) -> Step:
        """Return the step that gives a role to a known person, or to one whom an earlier row makes (None)."""
        return Step(number, lambda: self._grant(user_id or self._made[account], office))

    def invitation(self, number: int, name: str, unit: Unit) -> Step:
        """Return the step that invites an officer."""

        def run() -> Issued:
            wanted = Invitation(name=name, unit_id=unit.id)
            return Issued(number, name, unit.name, invite(self._session, wanted, actor=self._actor, now=self._now))

        return Step(number, run)

    def _grant(self, user_id: int, office: Office) -> None:
        wanted = Grant(
            user_id=user_id,
            role=office.role,
            unit_id=office.unit.id if office.unit else None,
            programmes=office.programmes,
            post=office.post,
        )
        grant(self._session, wanted, actor=self._actor, now=self._now)
