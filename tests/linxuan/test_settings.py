"""Settings: defaults that work, and sentences for what does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linxuan.settings import Orchestrator, Settings, SettingsError, WhenUncertain, load_settings
from tests.linxuan.conftest import Run


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> tuple[str, ...]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    return error.value.sentences


def test_no_settings_are_needed(folder: Path) -> None:
    chosen = load_settings()

    assert chosen.data_dir == folder / "var"
    assert chosen.database == f"sqlite:///{folder}/var/linxuan.db"
    assert (chosen.url, chosen.zone.key, chosen.demo) == ("http://127.0.0.1:8000", "Asia/Shanghai", False)
    assert (chosen.send_uncertain, chosen.orchestrator) == (WhenUncertain.RETRY, Orchestrator.AUTO)
    assert not (folder / "var").exists()


def test_the_environment_goes_before_the_file_and_empty_means_default(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(
        "LINXUAN_PORT=9001\nLINXUAN_TIMEZONE=Asia/Urumqi\nPREFECT_API_URL=http://p:4200/api\n"
    )
    monkeypatch.setenv("LINXUAN_PORT", "9002")
    monkeypatch.setenv("LINXUAN_MAIL_RATE", "")

    chosen = load_settings()

    assert (chosen.port, chosen.timezone, chosen.mail_rate) == (9002, "Asia/Urumqi", 60)
    assert chosen.prefect_api_url == "http://p:4200/api"


def test_everything_wrong_is_said_at_once_and_no_secret_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """S58"""
    sentences = refused(
        monkeypatch,
        LINXUAN_PORT="eighty",
        LINXUAN_SECRET_KEY="hunter2",
        LINXUAN_DATABASE_URL="mysql://u:hunter2@h/d",
        LINXUAN_SMTP_URL="smtp://u:hunter2@mail.example",
        LINXUAN_MAIL_FROM="nobody",
        LINXUAN_MAIL_ALLOW="not an address",
        LINXUAN_MAIL_RATE="0",
        LINXUAN_TIMEZONE="Mars/Olympus",
        LINXUAN_LANGUAGE="fr",
        LINXUAN_DEMO="perhaps",
        LINXUAN_BASE_URL="ftp://x",
        LINXUAN_LEASE_SECONDS="1",
        LINXUAN_SEND_UNCERTAIN="never",
        LINXUAN_ORCHESTRATOR="airflow",
        PREFECT_API_URL="prefect",
        FORWARDED_ALLOW_IPS="proxy",
    )

    assert {sentence.split(" ")[0] for sentence in sentences} == {
        "LINXUAN_PORT", "LINXUAN_SECRET_KEY", "LINXUAN_DATABASE_URL", "LINXUAN_SMTP_URL", "LINXUAN_MAIL_FROM",
        "LINXUAN_MAIL_ALLOW", "LINXUAN_MAIL_RATE", "LINXUAN_TIMEZONE", "LINXUAN_LANGUAGE", "LINXUAN_DEMO",
        "LINXUAN_BASE_URL", "LINXUAN_LEASE_SECONDS", "LINXUAN_SEND_UNCERTAIN", "LINXUAN_ORCHESTRATOR",
        "PREFECT_API_URL", "FORWARDED_ALLOW_IPS",
    }  # fmt: skip
    assert "hunter2" not in str(sentences)
    assert all(sentence.endswith("。") for sentence in sentences)


@pytest.mark.parametrize(
    "url", ["https://a.example/path", "https://u@a.example", "https://a.example?x=1", "https://"]
)
def test_the_base_url_ends_at_the_host(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """S17"""
    assert len(refused(monkeypatch, LINXUAN_BASE_URL=url)) == 1


def test_a_mail_host_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "LINXUAN_MAIL_FROM" in refused(monkeypatch, LINXUAN_SMTP_URL="smtp://127.0.0.1:25")[0]


def test_a_demo_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """S56"""
    assert "LINXUAN_DEMO" in refused(monkeypatch, LINXUAN_DEMO="1", LINXUAN_BASE_URL="https://lx.gov.example")[0]


def test_what_is_printed_of_settings_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """S58"""
    monkeypatch.setenv("LINXUAN_SECRET_KEY", "hunter2" * 8)
    monkeypatch.setenv("LINXUAN_DATABASE_URL", "postgresql://u:hunter2@h/d")

    assert "hunter2" not in repr(load_settings())


def test_the_table_tells_value_source_and_meaning_and_hides_secrets(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S58"""
    (folder / ".env").write_text("LINXUAN_MAIL_FROM=某司 <office@ministry.example>\n")
    monkeypatch.setenv("LINXUAN_SECRET_KEY", "hunter2" * 8)
    monkeypatch.setenv("LINXUAN_DATABASE_URL", "postgresql://u:hunter2@h/d")
    monkeypatch.setenv("LINXUAN_SMTP_URL", "smtps://u:hunter2@mail.example")
    monkeypatch.setenv("LINXUAN_SMPT_URL", "smtps://u:hunter2@mail.example")

    table, document = run("settings"), run("settings", "--json")

    rows = {row["name"]: row for row in json.loads(document.stdout)["settings"]}
    assert len(rows) == len(Settings.model_fields)
    assert (rows["LINXUAN_MAIL_FROM"]["source"], rows["LINXUAN_PORT"]["source"]) == (".env", "默认")
    assert rows["LINXUAN_SMTP_URL"]["source"] == "环境变量"
    assert all(row["meaning"] for row in rows.values())
    assert "hunter2" not in table.output + document.output
    assert "LINXUAN_SMPT_URL" in table.stderr
    assert "某司 <office@ministry.example>" in table.stdout


def test_wrong_settings_stop_every_command_with_exit_code_two(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINXUAN_PORT", "99999")

    for command in (["settings"], ["migrate"], ["web"], ["health", "--json"]):
        result = run(*command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == "LINXUAN_PORT 不能大于 65535。\n"
