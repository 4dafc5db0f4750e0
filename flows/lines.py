"""One connection to the mail host and its way through the waiting mails.

A line has one mail at a time between `begin` and `record`, so a crash leaves at most that one uncertain. The answer
to one mail and the beginning of the next are one commit.
"""

import logging
import random
from collections import Counter, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy.exc import OperationalError

from flows.pacing import Pace
from models.failpoints import failpoint
from models.session import Database
from notifications.handover import Outcome, Reply
from notifications.mailer import Mailer
from notifications.rate import backoff_seconds
from services.mail.claiming import Claim, Handed, begin, record
from services.mail.holding import Envelope

TRIES_TO_RECORD = 5
LONGEST_NAP_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """A mail that was handed over, and what the host said."""

    envelope: Envelope
    reply: Reply

    @property
    def handed(self) -> Handed:
        """Return what is recorded of it."""
        wait = backoff_seconds(self.envelope.attempt, random.random())  # noqa: S311 - spreads tries, guards nothing
        return Handed(self.reply.outcome.value, self.reply.code, self.reply.text, timedelta(seconds=wait))


@dataclass(frozen=True, slots=True)
class Outbox:
    """Where the marks of sending are written. how: the claim as of now. turn: held during a mark."""

    database: Database
    how: Callable[[], Claim]
    turn: AbstractContextManager[object]

    def mark(self, answered: Answered | None, following: Envelope | None, *, now: datetime) -> bytes | None:
        """Record an answer and begin another mail in one commit; return the bytes to hand over.

        None when nothing follows, or its claim was lost. A database that is held by others is asked again: an answer
        that is not recorded would have the mail sent twice.
        """
        for tries_left in reversed(range(TRIES_TO_RECORD)):
            try:
                return self._mark(answered, following, now)
            except OperationalError:
                if not tries_left:
                    raise
                logger.warning("the database is busy; %s more tries", tries_left)
        return None

    def _mark(self, answered: Answered | None, following: Envelope | None, now: datetime) -> bytes | None:
        with self.turn, self.database.mark() as session:
            how = self.how()
            if answered is not None:
                failpoint("send.before_record")
                record(session, answered.envelope.mail_id, answered.handed, how, now)
            raw = begin(session, following.mail_id, how) if following is not None else None
        if answered is not None:
            failpoint("send.recorded")
        return raw


class Line:
    """One connection, used by one thread at a time."""

    def __init__(self, outbox: Outbox, mailer: Mailer, *, pace: Pace, mail_from: str) -> None:
        self.mailer = mailer
        self._outbox = outbox
        self._pace = pace
        self._mail_from = mail_from
        self._nap = Event()

    def work(
        self, waiting: deque[Envelope], now: Callable[[], datetime], *, go_on: Callable[[], bool]
    ) -> Counter[Outcome]:
        """Hand over the waiting mails, sharing them with other lines, until none is left or the host needs a pause.

        Returns how many answers of each kind there were. go_on: asked before each mail.
        """
        counted: Counter[Outcome] = Counter()
        answered: Answered | None = None
        while waiting and go_on():
            if (wait := self._pace.wait_seconds()) > 0:
                self._settle(answered, now())
                answered = None
                self._nap.wait(min(wait, LONGEST_NAP_SECONDS))
                continue
            if self._pace.pause_seconds() > 0:
                break
            try:
                envelope = waiting.popleft()
            except IndexError:
                break  # another line was faster
            raw = self._outbox.mark(answered, envelope, now=now())
            answered = None
            if raw is not None:
                reply = self.mailer.send(raw, self._mail_from, envelope.address)
                failpoint("send.handed_over")
                self._pace.note(reply)
                counted[reply.outcome] += 1
                answered = Answered(envelope, reply)
        self._settle(answered, now())
        return counted

    def _settle(self, answered: Answered | None, now: datetime) -> None:
        """Record an answer that waits for it."""
        if answered is not None:
            self._outbox.mark(answered, None, now=now)
