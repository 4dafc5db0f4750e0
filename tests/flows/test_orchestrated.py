"""Batches as Prefect flows, on a private server as `linxuan run` starts it; and without it, when it goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from domain.definition import Due
from flows import flight
from flows.running import Conductor, Ran, answers
from flows.server import Api, find_api
from models import FlowRun
from models.scope import Scope
from models.session import Database
from services.batches.advancing import DueBatch, due_batches
from tests.support.batches import contacts_stage, definition, local
from tests.support.outbox import moments, publish_batch
from tests.support.polling import until
from tests.support.proxy import Proxy

pytestmark = [pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
TOP = Path(__file__).resolve().parents[2]
OPENING = local("2023-03-06 09:00")
NAME = "batch-2023@2023-03-06T09:00:00+08:00"


@pytest.fixture(scope="session")
def prefect_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the folder of a private Prefect server that answers."""
    folder = tmp_path_factory.mktemp("prefect")
    server = subprocess.Popen([sys.executable, "-m", "flows.server", str(folder)])
    try:
        until(lambda: is_up(folder), "the private Prefect server answers", seconds=300)
        yield folder
    finally:
        server.terminate()
        server.wait(30)


def is_up(folder: Path) -> bool:
    api = find_api(folder)
    return api is not None and answers(api)


@pytest.fixture
def api(prefect_folder: Path) -> Api:
    found = find_api(prefect_folder)
    assert found is not None
    return found


def credentials(api: Api) -> tuple[str, str]:
    user, _, password = api.auth.partition(":")
    return user, password


def ask(api: Api, what: str, **filters: Any) -> list[dict[str, Any]]:
    answer = httpx.post(f"{api.url}/{what}/filter", json=filters, auth=credentials(api), timeout=30)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def publish_two_stages(database: Database) -> DueBatch:
    second = contacts_stage(key="second", title="第二环节", due=Due(on=date(2023, 3, 31)))
    publish_batch(database, definition(units=3, stages=(contacts_stage(), second)))
    with database.read(Scope()) as session:
        return due_batches(session, OPENING)[0]


def kept_run(database: Database) -> FlowRun:
    with database.read(Scope()) as session:
        return session.scalars(select(FlowRun).order_by(FlowRun.id.desc()).limit(1)).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_batch_is_a_flow_with_a_flow_for_each_stage_and_a_task_for_each_step(
    database: Database, api: Api, prefect_folder: Path
) -> None:
    """Prefect shows one run for the batch, named after batch and instant, tagged, with its progress."""
    due = publish_two_stages(database)
    conductor = Conductor(database, find=lambda: api, folder=prefect_folder)

    ran = conductor.run_batch(due, OPENING)

    assert ran == Ran(NAME, 2, True, "", ran.prefect_run_id)
    assert moments(database) == Counter({"open applied": 2})
    row = kept_run(database)
    assert (row.is_orchestrated, row.name, row.prefect_run_id, row.moments) == (True, NAME, ran.prefect_run_id, 2)
    conductor.close()
    # Other tests share the server and the names, so the newest of a name is this test's.
    runs = {run["name"]: run for run in sorted(ask(api, "flow_runs"), key=lambda run: str(run["start_time"]))}
    assert set(runs) == {
        NAME,
        "batch-2023/contacts@2023-03-06T09:00:00+08:00",
        "batch-2023/second@2023-03-06T09:00:00+08:00",
    }
    assert runs[NAME]["id"] == ran.prefect_run_id
    assert runs[NAME]["parameters"] == {"batch": due.id, "now": OPENING.isoformat()}
    assert set(runs[NAME]["tags"]) == {"batch:batch-2023", "kind:advance"}
    assert set(runs["batch-2023/second@2023-03-06T09:00:00+08:00"]["tags"]) >= {"batch:batch-2023", "kind:stage"}
    assert {run["state_type"] for run in runs.values()} == {"COMPLETED"}
    until(lambda: len(ask(api, "task_runs")) == 6, "the server has recorded the tasks", seconds=60)
    tasks = {run["name"] for run in ask(api, "task_runs") if not run["name"].startswith("advance-stage")}
    assert tasks == {
        "open-stage contacts",
        "open-stage second",
        "hand-over",
        "send",
    }
    [artifact] = ask(api, "artifacts/latest")
    assert (artifact["key"], artifact["type"], artifact["data"]) == ("advance-batch-2023", "progress", 100.0)


def test_the_private_server_wants_its_password_and_keeps_to_its_folder(api: Api, prefect_folder: Path) -> None:
    """S71, finding 5: loopback, a password that only the owner of the folder can read, no analytics."""
    assert httpx.post(f"{api.url}/flow_runs/filter", json={}, timeout=30).status_code == 401
    assert httpx.get(f"{api.url}/admin/settings", timeout=30).status_code == 401
    assert api.url.startswith("http://127.0.0.1:")
    assert {
        path.name: path.stat().st_mode & 0o077 for path in (prefect_folder / "auth", prefect_folder / "api.json")
    } == {
        "auth": 0,
        "api.json": 0,
    }
    settings = httpx.get(f"{api.url}/admin/settings", auth=credentials(api), timeout=30).json()
    assert settings["server"]["analytics_enabled"] is False
    assert settings["server"]["services"]["scheduler"]["enabled"] is False
    assert (prefect_folder / "prefect.db").is_file()


def test_without_prefect_a_batch_is_advanced_directly_and_this_is_noted(database: Database) -> None:
    """F05: a server that is away holds up nothing, and is not asked again for a minute."""
    due = publish_two_stages(database)
    asked: list[int] = []

    def find() -> Api:
        asked.append(1)
        return Api("http://127.0.0.1:1/api")

    conductor = Conductor(database, find=find)
    first = conductor.run_batch(due, OPENING)
    second = conductor.run_batch(due, OPENING)

    assert (first.moments, first.is_orchestrated, first.because) == (2, False, "Prefect 没有应答")
    assert (second.moments, second.because) == (0, "Prefect 刚才没有应答，暂不再试")
    assert asked == [1]
    row = kept_run(database)
    assert (row.is_orchestrated, row.because, row.prefect_run_id) == (False, "Prefect 刚才没有应答，暂不再试", None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_dies_in_the_middle_leaves_the_rest_to_the_direct_path(database: Database, api: Api) -> None:
    """F06, pitfall 3: nobody waits for Prefect's retries, and what the flow had done is not done twice."""
    due = publish_two_stages(database)
    with Proxy(port_of(api)) as proxy:
        event.listen(database.engine, "commit", lambda _: proxy.cut(), once=True)
        conductor = Conductor(database, find=lambda: Api(f"http://127.0.0.1:{proxy.port}/api", api.auth))

        ran = conductor.run_batch(due, OPENING)

    assert (ran.is_orchestrated, ran.name) == (False, NAME)
    assert ran.because
    assert moments(database) == Counter({"open applied": 2})
    assert kept_run(database).is_orchestrated is False


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_hangs_is_not_waited_for(database: Database, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow gets some seconds to begin; then the direct path does the work, and the flow may not any more."""
    monkeypatch.setattr(flight, "START_SECONDS", 1.0)
    due = publish_two_stages(database)
    with Proxy(port_of(api), serves=1) as proxy:  # the probe; the flow's own connection hangs
        hanging = Api(f"http://127.0.0.1:{proxy.port}/api", api.auth)

        ran = Conductor(database, find=lambda: hanging).run_batch(due, OPENING)

        assert (ran.moments, ran.is_orchestrated, ran.because) == (2, False, "Prefect 流程 1 秒内没有开始")
    assert moments(database) == Counter({"open applied": 2})


def port_of(api: Api) -> int:
    return int(api.page.rpartition(":")[2])


def test_what_does_not_use_prefect_does_not_import_it() -> None:
    """Pitfall 2: importing it takes a second and eighty megabytes."""
    code = "import sys, flows.clock, flows.running, linxuan.app, linxuan.cli; sys.exit('prefect' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_of_an_outer_prefect_advances_a_batch_that_somebody_starts_there(api: Api, tmp_path: Path) -> None:
    """One deployment a flow, loaded by a dotted path, with the installation's database behind it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(TOP),
        "LINXUAN_DATA_DIR": str(tmp_path / "var"),
        "PREFECT_API_URL": api.url,
        "PREFECT_API_AUTH_STRING": api.auth,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    me = [sys.executable, "-m", "linxuan"]
    subprocess.run([*me, "migrate"], env=environment, cwd=tmp_path, check=True)
    database = Database(f"sqlite:///{tmp_path}/var/linxuan.db")
    due = publish_two_stages(database)
    worker = subprocess.Popen([*me, "worker"], env=environment, cwd=tmp_path)
    try:
        until(lambda: len(ask(api, "deployments")) == 2, "the flows are deployed", seconds=120)
        [deployment] = [one for one in ask(api, "deployments") if "kind:advance" in one["tags"]]
        assert deployment["entrypoint"] == "linxuan.deployed.advance_batch"
        start = f"{api.url}/deployments/{deployment['id']}/create_flow_run"
        body = {"parameters": {"batch": due.id, "now": OPENING.isoformat()}, "state": {"type": "SCHEDULED"}}
        httpx.post(start, json=body, auth=credentials(api), timeout=30).raise_for_status()

        until(lambda: moments(database)["open applied"] == 2, "the worker has advanced the batch", seconds=120)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        database.dispose()
