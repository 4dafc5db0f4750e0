"""What of a rehearsal is kept: deflated JSON, from which the same events and courses come back."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.rehearsal.courses import Owing, StageCourse
from services.rehearsal.events import Event, Remark
from services.rehearsal.playing import Rehearsal


@dataclass(frozen=True, slots=True)
class Result:
    """What a kept rehearsal shows."""

    events: list[Event]
    remarks: list[Remark]
    courses: list[StageCourse]


def result_of(found: Rehearsal) -> Result:
    """Return what is kept of a rehearsal."""
    return Result(found.events, found.remarks, found.courses)


def deflate(result: Result) -> bytes:
    """Return a result as deflated JSON: {"events": [...], "warnings": [...], "stages": [...]}."""
    document = {
        "events": [asdict(event) for event in result.events],
        "warnings": [asdict(remark) for remark in result.remarks],
        "stages": [asdict(course) for course in result.courses],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_instant)
    return zlib.compress(text.encode())


def inflate(kept: bytes, zone: ZoneInfo) -> Result:
    """Return what was deflated; instants are in the batch's zone."""
    document = json.loads(zlib.decompress(kept))
    return Result(
        [Event(**{**event, "at": _at(event["at"], zone)}) for event in document["events"]],
        [Remark(**remark) for remark in document["warnings"]],
        [_course(course, zone) for course in document["stages"]],
    )


def count(result: Result) -> dict[str, int]:
    """Return how many events of each kind there are; "calls" are those of them that a person must make."""
    counted = Counter(event.kind for event in result.events)
    counted["mails"] = sum(1 for event in result.events if event.to)
    counted["calls"] = sum(1 for event in result.events if is_call(event))
    return dict(sorted(counted.items()))


def is_call(event: Event) -> bool:
    """Tell whether an event is a call to make: somebody is to be reached who has no address."""
    return not event.to and event.key.rpartition("/")[2].startswith("tel:")


def _instant(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not kept")


def _at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)


def _maybe(text: str | None, zone: ZoneInfo) -> datetime | None:
    return _at(text, zone) if text else None


def _course(kept: Mapping[str, Any], zone: ZoneInfo) -> StageCourse:
    return StageCourse(
        kept["key"],
        kept["title"],
        _maybe(kept["opens_at"], zone),
        _maybe(kept["closed_at"], zone),
        tuple((_maybe(since, zone), _at(due_at, zone)) for since, due_at in kept["deadlines"]),
        kept["because"],
        tuple(Owing(_at(step["at"], zone), step["open"], step["total"]) for step in kept["owing"]),
    )
