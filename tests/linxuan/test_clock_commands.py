"""`tick`, `send` and `worker` on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from linxuan.database import open_database
from linxuan.settings import load_settings
from models import Mail
from models.scope import Scope
from tests.linxuan.conftest import Run
from tests.support.batches import definition, running
from tests.support.smtp import SmtpSink


@pytest.fixture
def mail_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpSink]:
    """Yield a mail host that the settings name."""
    with SmtpSink() as sink:
        monkeypatch.setenv("LINXUAN_SMTP_URL", sink.url)
        monkeypatch.setenv("LINXUAN_MAIL_FROM", "遴选 <no-reply@linxuan.example>")
        monkeypatch.setenv("LINXUAN_MAIL_ALLOW", "*.example")
        monkeypatch.setenv("LINXUAN_MAIL_RATE", "6000")
        yield sink


@pytest.fixture(autouse=True)
def no_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINXUAN_ORCHESTRATOR", "off")


def publish() -> None:
    database = open_database(load_settings())
    with database.write(Scope()) as session:
        running(session, definition(units=3))
    database.dispose()


def test_a_tick_advances_what_is_due_and_prints_one_document(migrated: Run, mail_host: SmtpSink) -> None:
    publish()

    result = migrated("tick", "--now", "2023-03-06T09:00", "--json")

    shown = json.loads(result.stdout)
    assert result.exit_code == 0
    assert shown["now"] == "2023-03-06T09:00:00+08:00"
    assert [(ran["name"], ran["moments"], ran["is_orchestrated"]) for ran in shown["ran"]] == [
        ("batch-2023@2023-03-06T09:00:00+08:00", 1, False)
    ]
    assert shown["wake_at"] == "2023-03-13T01:00:00+00:00"
    assert (shown["mail"]["ok"], len(mail_host.messages)) == (3, 3)


def test_a_tick_without_a_mail_host_leaves_the_mails_in_the_outbox(migrated: Run) -> None:
    publish()

    result = migrated("tick", "--now", "2023-03-06T09:00", "--json")

    assert json.loads(result.stdout)["mail"] is None
    database = open_database(load_settings())
    with database.read(Scope()) as session:
        assert [mail.state.value for mail in session.scalars(select(Mail))] == ["pending"] * 3
    database.dispose()


def test_the_future_is_for_demonstrations_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert run("migrate").exit_code == 0
    assert run("tick", "--now", tomorrow).exit_code == 1
    assert run("tick", "--now", "tomorrow").exit_code == 2

    monkeypatch.setenv("LINXUAN_DATA_DIR", "demo")
    monkeypatch.setenv("LINXUAN_DEMO", "1")
    assert run("migrate").exit_code == 0
    assert run("tick", "--now", tomorrow).exit_code == 0


def test_send_sends_what_is_ready(migrated: Run, mail_host: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.delenv("LINXUAN_SMTP_URL")
    migrated("tick", "--now", "2023-03-06T09:00")
    assert (refused := migrated("send", "--json")).exit_code == 1
    assert (refused.stdout, "LINXUAN_SMTP_URL" in refused.stderr) == ("", True)
    monkeypatch.setenv("LINXUAN_SMTP_URL", mail_host.url)

    result = migrated("send", "--json")

    assert (result.exit_code, json.loads(result.stdout)["ok"], len(mail_host.messages)) == (0, 3, 3)


def test_a_worker_needs_an_outer_prefect(run: Run) -> None:
    result = run("worker")

    assert (result.exit_code, "PREFECT_API_URL" in result.stderr) == (2, True)
