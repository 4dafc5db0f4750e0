"""What anybody may read, signed in or not: the list of batches, each batch's page, its dates for a calendar."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, g, make_response, send_file, url_for
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.instants import due_day, local_day
from models import BatchState
from models.scope import Scope
from portal import asked
from portal.answers import page
from portal.files import SANDBOX, folder
from portal.ics import calendar_file
from services.files import annex_name, open_annex
from services.noticeboard import Posted, Posting, posted, posting
from services.progress.timeline import Bar, Phase
from web import current
from web.filters import state_label
from web.guard import public
from web.site import current_site

blueprint = Blueprint("public", __name__)

STATES = {BatchState.RUNNING: "open", BatchState.PAUSED: "upcoming", BatchState.FINISHED: "done"}
PHASES = {
    Phase.PLANNED: ("upcoming", "未开始"),
    Phase.OPEN: ("open", "进行中"),
    Phase.OVERDUE: ("done", "已截止"),
    Phase.CLOSED: ("done", "已截止"),
    Phase.BLOCKED: ("upcoming", "未开放"),
}
"""How the marks of the design system, made for duties, are used for stages; nobody's delay is public."""


@dataclass(frozen=True, slots=True)
class Card:
    """A batch in the list."""

    title: str
    slug: str
    issuer: str
    number: str
    year: int
    state: str
    state_label: str
    next_label: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage on the batch's page. start, end: days in the batch's zone."""

    label: str
    start: date | None
    end: date | None
    state: str
    state_label: str
    opens_at: datetime | None
    ends_at: datetime | None
    note: str
    quote: str
    is_extended: bool
    href: str | None = None


@blueprint.get("/")
@public
def index() -> Response:
    """Show the published batches, first page of the site."""
    return batches()


@blueprint.get("/batches")
@public
def batches() -> Response:
    """Show the published batches."""
    with _everything() as session:
        found, shown = posted(session, now=current.now(), page=asked.page())
        cards = [_card(one) for one in found]
    return page("portal/index.html", batches=cards, page=shown, sign_in_href=url_for("sign_in.form"))


@blueprint.get("/batches/<code>")
@public
def batch(code: str) -> Response:
    """Show a batch: what the notice says, its dates, places and contacts (S003-73)."""
    with _everything() as session:
        found = posting(session, asked.key(code), now=current.now())
        g.zone = found.context.definition.zone
        return page(
            "portal/batch.html",
            batch=found.context.batch,
            definition=found.context.definition,
            state=STATES[found.context.batch.state],
            state_label=state_label(found.context.batch.state),
            posting=found,
            rows=[_row(found, bar) for bar in found.bars],
            today=local_day(current.now(), g.zone),
            sign_in_href=url_for("sign_in.form"),
        )


@blueprint.get("/batches/<code>/calendar.ics")
@public
def calendar(code: str) -> Response:
    """Return the deadlines of a batch for a calendar program; those of one day stay apart (S003-62)."""
    with _everything() as session:
        found = posting(session, asked.key(code), now=current.now())
        address = f"{current_site().base_url}{url_for('public.batch', code=code)}"
        response = make_response(calendar_file(found, address=address, now=current.now()))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{code}.ics"'
    return response


@blueprint.get("/batches/<code>/annexes/<key>")
@public
def annex(code: str, key: str) -> Response:
    """Return an annex of the notice (附件), as it was when the batch was published (S000-54)."""
    with _everything() as session:
        found = posting(session, asked.key(code), now=current.now())
    wanted = next((one for one in found.context.definition.document.annexes if one.key == key), None)
    if wanted is None:
        raise NotFound("没有这个附件。")
    response = send_file(
        open_annex(wanted, folder()),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=annex_name(wanted),
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


@contextmanager
def _everything() -> Iterator[Session]:
    """Yield a session that sees every unit: public pages show the same to all, whatever their own scope."""
    with current_site().database.read(Scope()) as session:
        yield session


def _card(one: Posted) -> Card:
    label = f"{'、'.join(one.next_titles)}{'开放' if one.is_opening else '截止'}" if one.next_titles else None
    found = one.batch
    return Card(
        found.title,
        found.code,
        found.issuer,
        found.number,
        found.year,
        STATES[found.state],
        state_label(found.state),
        label,
        one.next_at,
    )


def _row(found: Posting, bar: Bar) -> StageRow:
    zone = found.context.definition.zone
    state, label = PHASES[bar.phase]
    note = "；".join(part for part in (bar.because, found.context.definition.stage(bar.key).note) if part)
    return StageRow(
        bar.title,
        local_day(bar.opens_at, zone) if bar.opens_at else None,
        due_day(bar.ends_at, zone) if bar.ends_at else None,
        state,
        label,
        bar.opens_at,
        bar.ends_at,
        note,
        found.quotes[bar.key],
        bar.extended_at is not None,
    )
