"""The dates of a batch for a calendar program (RFC 5545): one entry for each deadline."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from domain.instants import describe, due_day, stamp
from domain.milestones import whom_to_ask, zone_name
from services.noticeboard import Posting

LINE_OCTETS = 75
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar_file(found: Posting, *, address: str, now: datetime) -> bytes:
    """Return the file: each deadline an entry of its whole day, the exact time in its text. address: of the page."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//linxuan//batches//ZH", "CALSCALE:GREGORIAN"]
    lines = [*head, *_entries(found, address, now), "END:VCALENDAR"]
    return b"".join(_folded(line) for line in lines)


def _entries(found: Posting, address: str, now: datetime) -> Iterator[str]:
    context = found.context
    definition, zone = context.definition, context.definition.zone
    for bar in found.bars:
        if bar.due_at is None:
            continue
        day = due_day(bar.due_at, zone)
        moment = describe(bar.due_at, zone, is_deadline=True)
        exact, clock = f"{moment}（{zone_name(definition)}）", moment.rpartition(" ")[2]
        words = f"{definition.title}\n{bar.title}：{exact} 截止\n联系：{whom_to_ask(definition)}"
        yield from (
            "BEGIN:VEVENT",
            f"UID:{bar.key}.{context.batch.code}@linxuan",
            f"DTSTAMP:{stamp(now)}",
            f"SEQUENCE:{int((bar.extended_at or datetime.fromtimestamp(0, UTC)).timestamp())}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{f'{bar.title}：{clock} 截止'.translate(ESCAPED)}",
            f"DESCRIPTION:{words.translate(ESCAPED)}",
            f"URL:{address}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        )


def _folded(line: str) -> bytes:
    """Return a line in pieces of at most 75 octets, cut between characters."""
    pieces, current, limit = [], b"", LINE_OCTETS
    for char in line:
        octets = char.encode()
        if len(current) + len(octets) > limit:
            pieces.append(current)
            current, limit = b"", LINE_OCTETS - 1
        current += octets
    return b"\r\n ".join([*pieces, current]) + b"\r\n"
