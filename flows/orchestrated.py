"""The flows that Prefect shows and retries; the only module that imports Prefect, and never at another's import.

Prefect gates nothing: the steps are those of `flows.advancing`, safe to repeat, and the state of record is in our
tables. Nothing is kept as a result, and the parameters are ids and instants.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from prefect import flow, tags, task
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import TagsContext
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_API_URL,
    PREFECT_CLIENT_CSRF_SUPPORT_ENABLED,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    PREFECT_SERVER_EPHEMERAL_ENABLED,
    temporary_settings,
)

from flows.advancing import advance
from flows.handle import current
from services.batches.advancing import DueStage
from services.batches.steps import StepKind

REQUEST_SECONDS = 5.0
RETRY_SECONDS = [1.0, 3.0]


def _step(kind: StepKind, name: str) -> Callable[[int, str, str], int]:
    """Return the task that takes one kind of step."""

    @task(
        name=name,
        task_run_name=name + " {stage}",
        retries=len(RETRY_SECONDS),
        retry_delay_seconds=RETRY_SECONDS,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def take(batch: int, stage: str, now: str) -> int:
        """Take the step in one transaction; return how many moments went into the ledger."""
        return current().steps.take(batch, stage, step=kind, now=datetime.fromisoformat(now))

    return take


STEPS = {
    StepKind.OPEN: _step(StepKind.OPEN, "open-stage"),
    StepKind.REMIND: _step(StepKind.REMIND, "remind"),
    StepKind.CLOSE: _step(StepKind.CLOSE, "close-stage"),
}


@task(
    name="hand-over",
    task_run_name="hand-over",
    retries=len(RETRY_SECONDS),
    retry_delay_seconds=RETRY_SECONDS,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def hand_over(batch: int, now: str) -> None:
    """Settle what follows, and when the batch is due again."""
    current().steps.hand_over(batch, datetime.fromisoformat(now))


@task(name="send", task_run_name="send", cache_policy=NO_CACHE, persist_result=False)
def send(batch: int, now: str) -> int:
    """Send what is ready, for a few seconds; the rest follows without Prefect. Return how many mails were taken."""
    return current().send()


def _untagged() -> TagsContext:
    """Return a block in which tasks get no tags: each tag would cost a task two calls for its concurrency limit."""
    return TagsContext(current_tags=set())


def _stage_run_name() -> str:
    given = flow_run.parameters
    name = current().steps.name_of(given["batch"], datetime.fromisoformat(given["now"]))
    return f"{name.code}/{given['stage']}@{name.at.isoformat(timespec='seconds')}"


def _batch_run_name() -> str:
    given = flow_run.parameters
    return str(current().steps.name_of(given["batch"], datetime.fromisoformat(given["now"])))


@flow(name="advance-stage", flow_run_name=_stage_run_name, persist_result=False, validate_parameters=False)
def advance_stage(batch: int, stage: str, steps: list[str], now: str) -> int:
    """Take the due steps of one stage, in order; return how many moments went into the ledger."""
    with _untagged():
        return sum(STEPS[StepKind(step)](batch, stage, now) for step in steps)


@flow(name="advance-batch", flow_run_name=_batch_run_name, persist_result=False, validate_parameters=False)
def advance_batch(batch: int, now: str) -> int:
    """Do everything that is due in a batch at an instant; return how many moments went into the ledger."""
    handle, at = current(), datetime.fromisoformat(now)
    handle.started(str(flow_run.id))
    code = handle.steps.name_of(batch, at).code
    with _untagged():
        shown = Progress.begin(code)
        applied = advance(handle.steps, batch, at, run=InFlow(code, now, shown))
        handle.done(applied)
        send(batch, now)
        shown.update(100.0)
    return applied


@dataclass(frozen=True, slots=True)
class InFlow:
    """Runs the steps as tasks, those of a stage in a flow of their own."""

    code: str
    now: str
    shown: "Progress"

    def advance_stage(self, batch_id: int, stage: DueStage, *, now: datetime) -> int:
        """Run a stage's flow."""
        with tags(f"batch:{self.code}", "kind:stage"):
            applied = advance_stage(batch_id, stage.key, [step.value for step in stage.steps], self.now)
        self.shown.step()
        return applied

    def hand_over(self, batch_id: int, *, now: datetime) -> None:
        """Run the task."""
        hand_over(batch_id, self.now)


@dataclass(slots=True)
class Progress:
    """A run's progress on Prefect's page. What cannot be shown is left out: it holds up nothing."""

    artifact: UUID | None = None
    steps: int = 0

    @classmethod
    def begin(cls, code: str) -> "Progress":
        """Put the first mark on the page."""
        shown = cls()
        with suppress(httpx.HTTPError, PrefectException, ValueError):
            made = create_progress_artifact(0.0, key=f"advance-{code}", description=f"批次 {code} 推进")
            shown.artifact = made if isinstance(made, UUID) else None
        return shown

    def step(self) -> None:
        """Move by a stage: half of what is left, since how many follow is not known before."""
        self.steps += 1
        self.update(100.0 - 100.0 / 2**self.steps)

    def update(self, percent: float) -> None:
        """Show so much as done."""
        if self.artifact is not None:
            with suppress(httpx.HTTPError, PrefectException, ValueError):
                update_progress_artifact(self.artifact, percent)


@contextmanager
def connected(url: str, auth: str) -> Iterator[None]:
    """Use the Prefect server at this address within the block, as lightly as possible.

    No heartbeats, whose thread costs a second at the end of each run, and few retries: the direct path waits.
    """
    chosen: dict[Any, Any] = {
        PREFECT_API_URL: url,
        PREFECT_API_AUTH_STRING: auth or None,
        PREFECT_API_REQUEST_TIMEOUT: REQUEST_SECONDS,
        PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False,
        PREFECT_CLIENT_MAX_RETRIES: 1,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
        PREFECT_SERVER_EPHEMERAL_ENABLED: False,
    }
    with temporary_settings(chosen):
        yield


def run_advance(code: str, batch_id: int, now: datetime) -> int:
    """Run the flow of a batch in this thread; return how many moments went into the ledger."""
    with tags(f"batch:{code}", "kind:advance"):
        return advance_batch(batch_id, now.isoformat())
