"""The sender: from the outbox to the mail host, over several kept connections.

Every step commits on its own, and no transaction spans the hand-over. A connection has one mail at a time between
`begin` and `record`, so a crash leaves at most that one uncertain for each connection; the answer to one mail and the
beginning of the next are one commit.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from sqlalchemy.orm import Session

from models.failpoints import failpoint
from models.scope import Scope
from models.session import Database
from notifications.account import SmtpAccount
from notifications.address import Mailbox
from notifications.handover import Reply
from notifications.mailer import YagmailMailer
from notifications.rate import backoff_seconds
from services.mail.claiming import Claim, Handed, begin, claim, record, release_lapsed, store
from services.mail.composing import Sender, compose
from services.mail.holding import Envelope, envelopes, give_back, has_work, keep
from web.clock import wall_now

ROUND = 200
MAILS_PER_CONNECTION = 4
"""Below so many mails for each, another connection costs more than it brings."""

Now = Callable[[], datetime]
"""The effective now: what business goes by."""

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
    """What became of the mails that were ready. pause_seconds: of the mail host, when the draining stopped for it."""

    ok: int = 0
    retry: int = 0
    refused: int = 0
    uncertain: int = 0
    stopped: int = 0
    lapsed: int = 0
    pause_seconds: float = 0.0

    def count(self, outcome: str) -> None:
        """Count one answer of the host."""
        setattr(self, outcome, getattr(self, outcome) + 1)


def _always() -> bool:
    return True


class Outgoing:
    """The sender of one process. Threads may share it; one of them drains at a time."""

    def __init__(self, database: Database, posting: Posting, *, owner: str) -> None:
        self._database = database
        self._posting = posting
        self._owner = owner
        self._from = Mailbox.parse(posting.sender.mail_from).address
        self._pace = Pace(posting.account.host, posting.per_minute)
        self._mailers = [YagmailMailer(posting.account, clock=time.monotonic) for _ in range(posting.connections)]
        self._pool = ThreadPoolExecutor(posting.connections, thread_name_prefix="send")
        self._draining = Lock()
        self._halted = Event()
