"""The demo's clock: the banner that shows it on every page, and the buttons that move it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, g, redirect, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from domain.access import Action, may
from domain.errors import RuleBroken
from domain.plan import MOMENT_NAMES
from models.scope import Scope
from services.batches.context import load
from services.demo_clock import NextEvent, advance_by, next_event, step_to_next
from web import current
from web.clock import wall_now
from web.filters import moment
from web.guard import needs
from web.local_path import local_path
from web.site import current_site

HOME = "/admin/"
HREF = "/admin/clock"
DELTAS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
blueprint = Blueprint("demo_clock", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A button of the banner."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Banner:
    """The movable clock as `templates/base.html` shows it."""

    now: datetime
    href: str
    steps: tuple[Step, ...]
    next_label: str | None
    next_at: datetime | None


STEPS = (Step("next", "到下一事件"), Step("day", "＋1 天"), Step("hour", "＋1 小时"))


def install_clock(app: Flask) -> None:
    """Give an app the banner and the address behind its buttons; elsewhere than in a demo both do nothing."""
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"demo": _banner()})


@blueprint.post(HREF)
@needs(Action.MOVE_DEMO_CLOCK)
def move() -> Response:
    """Move the clock, and go back to the page that asked.

    In a transaction of its own that sees everything: the next event may be in a programme that the visitor does not
    see, and the clock must not jump over it.
    """
    asked, actor, wall = request.form.get("step", ""), current.actor(), wall_now()
    try:
        with current_site().database.write(Scope()) as session:
            if asked in DELTAS:
                at = advance_by(session, DELTAS[asked], actor=actor, wall=wall)
            else:
                at = step_to_next(session, actor=actor, wall=wall)
        flash(f"演示时钟已拨到 {moment(at)}。", "success")
    except RuleBroken as refusal:
        flash(refusal.sentence, "warning")
    parts = urlsplit(request.referrer or "")
    back = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return redirect(local_path(back, HOME), 303)


def _banner() -> Banner | None:
    """Return the banner; None elsewhere than in a demo, and on pages that must do without a database."""
    if not current_site().demo_accounts or "db" not in g:
        return None
    visitor = current.visitor()
    may_move = visitor is not None and may(visitor.actor, Action.MOVE_DEMO_CLOCK)
    try:
        event = next_event(current.db()) if may_move else None
        label = _label(event) if event else None
    except (SQLAlchemyError, RuleBroken):
        # The page may be the one that says that the database is away.
        event = label = None
    steps = STEPS if may_move else ()
    if event is not None and event.at <= current.now():
        return Banner(current.now(), HREF, steps, f"{label}（正在处理）", None)
    return Banner(current.now(), HREF, steps, label, event.at if event else None)


def _label(event: NextEvent) -> str:
    if event.batch_id is None:
        return "发送邮件"
    context = load(current.db(), event.batch_id)
    moments = context.plan()
    if not moments:
        return context.batch.title
    first = moments[0]
    return f"{context.stages[first.stage].title}{MOMENT_NAMES[first.kind]}"
