"""Builds what keeps time and sends mail from the settings: the conductor, the sender, the clock."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.clock import Clock, Pulse, process_name
from flows.running import Conductor
from flows.sending import Outgoing, Posting
from flows.server import Api, find_api
from linxuan.commands.shared import Installation
from linxuan.data_dir import prefect_folder
from linxuan.settings import Language, Orchestrator, Settings, WhenUncertain
from models.scope import Scope
from notifications.account import parse_smtp_url
from notifications.address import AllowList
from services.files import rescan, sweep
from services.mail.composing import Sender
from web.clock import effective_now, wall_now

DEMO_TICK_SECONDS = 1.0
"""The demo's clock jumps when a button is pressed, and people wait for what follows."""
UNCLAIMED = timedelta(days=1)
"""How long an upload may be under way before its bytes count as left behind."""
SECONDS_IN_A_FLOW = 3.0
"""How long a flow sends; what is left then leaves without Prefect."""


class Sending:
    """The sender of an installation. outgoing: None when no mail host is set."""

    def __init__(self, here: Installation) -> None:
        self.now = effective_clock(here)
        chosen = posting(here.settings)
        self.outgoing = None if chosen is None else Outgoing(here.database, chosen, owner=process_name())

    def for_a_flow(self) -> int:
        """Send for some seconds; return how many mails the host took."""
        return 0 if self.outgoing is None else self.outgoing.drain(self.now, seconds=SECONDS_IN_A_FLOW).ok


@dataclass(frozen=True, slots=True)
class Timekeeping:
    """What advances batches and sends mail. outgoing: None when no mail host is set."""

    here: Installation
    now: Callable[[], datetime]
    conductor: Conductor
    outgoing: Outgoing | None

    def clock(self) -> Clock:
        """Return the clock of this process."""
        settings = self.here.settings
        pulse = Pulse(lease=settings.lease_seconds)
        if settings.demo:
            pulse = Pulse(lease=settings.lease_seconds, tick=DEMO_TICK_SECONDS)
        clock = Clock(self.here.database, self.now, conductor=self.conductor, outgoing=self.outgoing, pulse=pulse)
        return clock.besides(self.tidy_files)

    def tidy_files(self) -> None:
        """Scan files that wait for the virus scan, and take away those that belong to nothing for a day."""
        store = self.here.settings.files
        rescan(store)
        with self.here.database.read(Scope()) as session:
            sweep(session, store, before=wall_now() - UNCLAIMED)


@contextmanager
def timekeeping(here: Installation) -> Iterator[Timekeeping]:
    """Yield what advances batches and sends mail for an installation."""
    sending, folder = Sending(here), prefect_folder(here.settings.data_dir)
    find = prefect_finder(here.settings)
    conductor = Conductor(here.database, find=find, send=sending.for_a_flow, folder=folder)
    try:
        yield Timekeeping(here, sending.now, conductor, sending.outgoing)
    finally:
        conductor.close()
        if sending.outgoing is not None:
            sending.outgoing.close()


def effective_clock(here: Installation) -> Callable[[], datetime]:
    """Return what tells the effective now; only a demo asks its database for it."""
    if not here.settings.demo:
        return wall_now

    def demo_now() -> datetime:
        with here.database.read(Scope()) as session:
            return effective_now(session)

    return demo_now


def posting(settings: Settings) -> Posting | None:
    """Return how mail is sent; None when no mail host is set."""
    if not settings.smtp_url:
        return None
    sender = Sender(
        settings.mail_from,
        settings.url,
        settings.instance(),
        AllowList.parse(settings.mail_allow),
        is_english=settings.language is Language.ENGLISH,
    )
    return Posting(
        account=parse_smtp_url(settings.smtp_url),
        sender=sender,
        per_minute=settings.mail_rate,
        lease=timedelta(seconds=settings.lease_seconds),
        holds_uncertain=settings.send_uncertain is WhenUncertain.HOLD,
    )


def prefect_finder(settings: Settings) -> Callable[[], Api | None] | None:
    """Return what tells where Prefect is: the outer one that is set, else the private one; None when it is off."""
    if settings.orchestrator is Orchestrator.OFF:
        return None
    if settings.prefect_api_url:
        outer = Api(settings.prefect_api_url, os.environ.get("PREFECT_API_AUTH_STRING", ""))
        return lambda: outer
    return lambda: find_api(prefect_folder(settings.data_dir))
