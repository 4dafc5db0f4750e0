"""The flows as deployments of an outer Prefect, one each, run by workers on as many machines as needed."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from flows.orchestrated import advance_batch, advance_stage

FLOWS: dict[str, Flow[..., Any]] = {"kind:advance": advance_batch, "kind:stage": advance_stage}


def deploy(module: str, pool: str) -> None:
    """Make the work pool if there is none, and deploy each flow to it.

    module: where workers load the flows from, by a dotted path, so that no machine needs the same folders.
    """
    with get_client(sync_client=True) as client:
        template = ProcessWorker.get_default_base_job_template()
        wanted = WorkPoolCreate(name=pool, type=ProcessWorker.type, base_job_template=template)
        with suppress(ObjectAlreadyExists):
            client.create_work_pool(wanted)
    for tag, deployed in FLOWS.items():
        deployment = deployed.to_deployment(
            name=pool, tags=[tag], work_pool_name=pool, entrypoint_type=EntrypointType.MODULE_PATH
        )
        if not isinstance(deployment, RunnerDeployment):
            raise TypeError("to_deployment answers at once outside an event loop")
        deployment.entrypoint = f"{module}.{deployed.fn.__name__}"
        deployment.apply()


def work(pool: str, environment: Mapping[str, str]) -> None:
    """Become a worker of the pool; does not return. environment: what the runs need beside this process's own."""
    os.environ.update(environment)
    os.execv(sys.executable, [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool])  # noqa: S606 - it takes this process
