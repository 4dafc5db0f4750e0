"""The sender: from the outbox to the mail host, round by round, every step committed on its own."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from flows.lines import Line, Outbox
from flows.pacing import Pace
from models import MailState
from models.failpoints import failpoint
from models.scope import Scope
from models.session import Database
from notifications.account import SmtpAccount
from notifications.address import Mailbox
from notifications.handover import Outcome
from notifications.mailer import YagmailMailer
from services.mail.claiming import Claim, claim, release_lapsed, store
from services.mail.composing import Composed, Sender, Stopped, compose
from services.mail.holding import Envelope, envelopes, give_back, has_work, keep
from web.clock import wall_now

ROUND = 200
MAILS_PER_LINE = 4
"""Below so many mails for each, another connection costs more than it brings."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How this installation sends.

    per_minute: mails a minute to the host; 0 for no limit. lease: how long a claim outlives its sender's last sign of
    life. uncertain_rest: before the second try of a mail that may have been delivered (rule R5).
    """

    account: SmtpAccount
    sender: Sender
    per_minute: float = 0.0
    connections: int = 4
    lease: timedelta = timedelta(seconds=15)
    uncertain_rest: timedelta = timedelta(minutes=10)
    holds_uncertain: bool = False


@dataclass(slots=True)
class Drained:
    """What became of the mails that were ready.

    ok, retry, refused, uncertain: answers of the host. stopped: no longer true, or not allowed. lapsed: taken back
    uncertain from a sender that had crashed. pause_seconds: that the host deserves, when the draining ended for it.
    """

    ok: int = 0
    retry: int = 0
    refused: int = 0
    uncertain: int = 0
    stopped: int = 0
    lapsed: int = 0
    pause_seconds: float = 0.0

    def add(self, counted: Counter[Outcome]) -> None:
        """Add the answers of one line."""
        self.ok += counted[Outcome.OK]
        self.retry += counted[Outcome.RETRY]
        self.refused += counted[Outcome.REFUSED]
        self.uncertain += counted[Outcome.UNCERTAIN]


def _always() -> bool:
    return True


class Outgoing:
    """The sender of one process. Threads may share it: while one drains, the others find it at work and go away.

    owner: of the claims; no two processes have the same.
    """

    def __init__(self, database: Database, posting: Posting, *, owner: str) -> None:
        self._database = database
        self._posting = posting
        self._owner = owner
        self._pace = Pace(posting.account.host, posting.per_minute)
        self._pool = ThreadPoolExecutor(posting.connections, thread_name_prefix="send")
        self._draining = Lock()
        self._halted = Event()
        outbox = Outbox(
            database,
            self._claim,
            # Waiting for one's turn here is cheaper than at SQLite, whose waiters sleep.
            Lock() if database.url.startswith("sqlite") else nullcontext(),
        )
        mail_from = Mailbox.parse(posting.sender.mail_from).address
        self._lines = [
            Line(outbox, YagmailMailer(posting.account, clock=time.monotonic), pace=self._pace, mail_from=mail_from)
            for _ in range(posting.connections)
        ]

    def drain(
        self, now: Callable[[], datetime], *, seconds: float | None = None, go_on: Callable[[], bool] = _always
    ) -> Drained:
        """Send what is ready, in the order in which it became so; return what became of it.

        now: the effective now. seconds: begin no mail after so long. go_on: asked before each mail.
        Returns at once when another thread is draining, or while the host is given a pause.
        """
        done = Drained()
        if not self._draining.acquire(blocking=False):
            return done
        until = None if seconds is None else time.monotonic() + seconds

        def may_go_on() -> bool:
            return not self._halted.is_set() and (until is None or time.monotonic() < until) and go_on()

        try:
            while may_go_on() and not self._pace.rest_seconds() and self._round(now, done, may_go_on):
                pass
            done.pause_seconds = self._pace.rest_seconds()
        finally:
            self._draining.release()
        return done

    def close(self) -> None:
        """Finish the mails that are being handed over, give the others back, and hang up."""
        self._halted.set()
        with self._draining:
            self._pool.shutdown(wait=True)
            for line in self._lines:
                line.mailer.close()

    def _claim(self) -> Claim:
        return Claim(
            self._owner,
            wall_now(),
            self._posting.lease,
            self._posting.uncertain_rest,
            holds_uncertain=self._posting.holds_uncertain,
        )

    def _round(self, now: Callable[[], datetime], done: Drained, go_on: Callable[[], bool]) -> bool:
        """Send one group of mails; return whether there may be another."""
        with self._database.read(Scope()) as session:
            if not has_work(session, self._claim(), now()):
                return False
        failpoint("send.before_claim")
        with self._database.mark() as session:
            done.lapsed += release_lapsed(session, self._claim())
            claimed = claim(session, self._claim(), now(), limit=self._pace.at_most(ROUND))
        failpoint("send.claimed")
        if not claimed:
            return False
        with self._keeping():
            waiting = deque(self._stored(claimed, now()))
            done.stopped += len(claimed) - len(waiting)
            try:
                self._hand_over(waiting, now, done, go_on)
            finally:
                self._give_back(waiting)
        return True

    def _stored(self, claimed: Sequence[int], now: datetime) -> list[Envelope]:
        with self._database.read(Scope()) as session:
            composed = self._composed(session, claimed, now)
        failpoint("send.rendered")
        with self._database.write(Scope()) as session:
            kept = store(session, composed, self._owner)
            session.flush()
            found = envelopes(session, [item.mail_id for item in kept])
        failpoint("send.stored")
        return found

    def _composed(self, session: Session, claimed: Sequence[int], now: datetime) -> list[Composed | Stopped]:
        """Compose the mails together; if one cannot be made at all, it stops, and the others go (F29)."""
        sender = self._posting.sender
        try:
            return compose(session, claimed, now, sender)
        except Exception:
            logger.exception("one of %s mails cannot be made; each is tried alone", len(claimed))
        found: list[Composed | Stopped] = []
        for mail_id in claimed:
            try:
                found += compose(session, [mail_id], now, sender)
            except Exception as failure:
                logger.exception("mail %s", mail_id)
                found.append(Stopped(mail_id, MailState.HELD, f"无法生成邮件：{failure}"[:300]))
        return found

    def _hand_over(
        self, waiting: deque[Envelope], now: Callable[[], datetime], done: Drained, go_on: Callable[[], bool]
    ) -> None:
        lines = self._lines[: -(-len(waiting) // MAILS_PER_LINE)]
        working = [self._pool.submit(line.work, waiting, now, go_on=go_on) for line in lines]
        failures = []
        for line in working:
            if (failure := line.exception()) is None:
                done.add(line.result())
            else:
                failures.append(failure)
        if failures:
            raise failures[0]

    def _give_back(self, waiting: deque[Envelope]) -> None:
        if waiting:
            with self._database.mark() as session:
                give_back(session, [envelope.mail_id for envelope in waiting], self._claim())

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Keep the claims alive meanwhile, however slow the host is."""
        over = Event()

        def keep_them() -> None:
            while not over.wait(self._posting.lease.total_seconds() / 3):
                try:
                    with self._database.mark() as session:
                        keep(session, self._claim())
                except SQLAlchemyError:
                    logger.exception("the claims could not be prolonged")

        keeper = Thread(target=keep_them, name="claims", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()
