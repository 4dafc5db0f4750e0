"""A real SMTP server on this machine that keeps what it accepts, so that a demonstration sends and nothing leaves."""

import socket
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One mail that the server accepted; sent_at is the letter's own date."""

    recipient: str
    subject: str
    sent_at: datetime


class _Keeper:
    """Writes each accepted mail to a file and remembers its head."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.accepted: list[Accepted] = []
        self._lock = Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """Keep a mail and answer that it was accepted."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = message_from_bytes(content, policy=policy.default)
        with self._lock:
            number = len(self.accepted) + 1
            sent_at = letter["Date"].datetime
            self.accepted.append(Accepted(envelope.rcpt_tos[0], str(letter["Subject"]), sent_at))
        (self.folder / f"{number:05d}.eml").write_bytes(content)
        return "250 OK"


class MailServer:
    """The server; `accepted` lists what it took, in order."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._keeper = _Keeper(folder)
        self._port = _free_port()
        self._controller = Controller(self._keeper, hostname=HOST, port=self._port)

    @property
    def accepted(self) -> list[Accepted]:
        """Return what was accepted so far."""
        return list(self._keeper.accepted)

    @property
    def url(self) -> str:
        """Return the address for LINXUAN_SMTP_URL."""
        return f"smtp://{HOST}:{self._port}"

    def start(self) -> None:
        """Begin to accept mail."""
        self._controller.start()

    def stop(self) -> None:
        """End; what was accepted stays in its folder."""
        self._controller.stop()


def _free_port() -> int:
    """Return a port that is free now; the server's library must know it before it starts."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
