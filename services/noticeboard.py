"""What anybody may read: published batches with their dates, places and contacts, and nothing of who owes what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import Definition
from domain.errors import NotFound
from domain.instants import due_day, local_day
from models import Batch, BatchStage, BatchState
from services.batches.context import BatchContext, get_batch, load
from services.progress.grid import Totals
from services.progress.paging import Page, page_of
from services.progress.quotas import QuotaTable, quota_table
from services.progress.timeline import Bar, Phase, bars

PAGE_BATCHES = 20
LONGEST_CHART = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Posted:
    """A published batch in the list. next_titles, next_at: the stages that open or are due next; none, or None."""

    batch: Batch
    next_titles: Sequence[str]
    next_at: datetime | None
    is_opening: bool


@dataclass(frozen=True, slots=True)
class Posting:
    """The public page of a batch.

    quotas: places per class of units. sources: for each of its rows, the notice's sentences it rests on.
    quotes: the notice's sentence behind a stage's deadline, by stage key. days_off: in the span of the dated bars.
    """

    context: BatchContext
    bars: Sequence[Bar]
    next_titles: Sequence[str]
    next_at: datetime | None
    is_opening: bool
    quotas: QuotaTable
    sources: Sequence[Sequence[str]]
    quotes: dict[str, str]
    days_off: frozenset[date]


def posted(session: Session, *, now: datetime, page: int = 1) -> tuple[list[Posted], Page]:
    """Return a page of the published batches, running ones first, the newest first; in three queries."""
    is_public = Batch.state != BatchState.DRAFT
    shown = page_of(session.scalar(select(func.count(Batch.id)).where(is_public)) or 0, page, PAGE_BATCHES)
    batches = session.scalars(
        select(Batch)
        .where(is_public)
        .order_by(Batch.state == BatchState.FINISHED, Batch.published_at.desc(), Batch.id.desc())
        .offset(shown.offset)
        .limit(shown.size)
    ).all()
    stages = select(BatchStage).where(BatchStage.batch_id.in_([batch.id for batch in batches]))
    by_batch: dict[int, list[BatchStage]] = {}
    for stage in session.scalars(stages.where(BatchStage.closed_at.is_(None)).order_by(BatchStage.position)):
        by_batch.setdefault(stage.batch_id, []).append(stage)
    return [Posted(batch, *_coming(batch, by_batch.get(batch.id, ()), now)) for batch in batches], shown


def _coming(
    batch: Batch, stages: Sequence[BatchStage] | Sequence[Bar], now: datetime
) -> tuple[Sequence[str], datetime | None, bool]:
    """Return the titles of the stages that are due or open at the next instant, that instant, and which it is.

    Stages of one day stay apart, and none of them is left out (S003-62).
    """
    instants = [
        instant for stage in stages for instant in (stage.opens_at, stage.due_at) if instant and instant > now
    ]
    if batch.state is not BatchState.RUNNING or not instants:
        return (), None, False
    instant = min(instants)
    due = [stage.title for stage in stages if stage.due_at == instant]
    return due or [stage.title for stage in stages if stage.opens_at == instant], instant, not due


def posting(session: Session, code: str, *, now: datetime) -> Posting:
    """Return the public page of a batch. Raises NotFound, also for a draft."""
    batch = get_batch(session, code)
    if batch.state is BatchState.DRAFT:
        raise NotFound(f"没有编号为“{code}”的批次。")
    context = load(session, batch.id)
    found = bars(context, now, {key: Totals({}) for key in context.stages})
    waited_for = [bar for bar in found if bar.closed_at is None and bar.phase is not Phase.BLOCKED]
    titles, instant, is_opening = _coming(batch, waited_for, now)
    quotes = {item.path: item.quote for item in context.definition.evidence if item.quote}
    by_stage = {
        bar.key: quotes.get(f"stages.{bar.key}.due.on") or quotes.get(f"stages.{bar.key}", "") for bar in found
    }
    return Posting(
        context=context,
        bars=found,
        next_titles=titles,
        next_at=instant,
        is_opening=is_opening,
        quotas=quota_table(context.definition),
        sources=_sources(context.definition, quotes),
        quotes=by_stage,
        days_off=_days_off(context, found),
    )


def _sources(definition: Definition, quotes: dict[str, str]) -> list[list[str]]:
    """Return the sentences behind each row of the table of places, each sentence once, in the table's order."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, None]] = {}
    for category in definition.categories:
        for quota in definition.quotas:
            if quota.category == category.key:
                sentences = found.setdefault((category.key, quota.subtypes), {})
                quote = quotes.get(f"quotas.{quota.key}.limit")
                if quote:
                    sentences[quote] = None
    return [list(sentences) for sentences in found.values()]


def _days_off(context: BatchContext, found: Sequence[Bar]) -> frozenset[date]:
    """Return the days in the span of the bars on which offices do not work; none for a span of years."""
    zone: ZoneInfo = context.definition.zone
    days = [local_day(bar.opens_at, zone) for bar in found if bar.opens_at is not None]
    days += [due_day(bar.ends_at, zone) for bar in found if bar.ends_at is not None]
    if not days or max(days) - min(days) > LONGEST_CHART:
        return frozenset()
    first, last = min(days) - timedelta(days=31), max(days) + timedelta(days=62)
    span = (first + timedelta(days=number) for number in range((last - first).days))
    return frozenset(day for day in span if not context.calendar.is_working(day))
