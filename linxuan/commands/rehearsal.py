"""`linxuan rehearse`: everything that a batch will do, before it does it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from domain.definition import Definition
from linxuan.commands.shared import installation, print_json
from models.scope import Scope
from services.batches.context import definition_of, get_batch
from services.definitions.reading import load_file
from services.rehearsal import Happening, Rehearsal, read_scenario, rehearse_batch, rehearse_definition
from services.rehearsal.playing import Period
from web.clock import effective_now

KINDS = {
    "stage_opens": "环节开放",
    "reminder": "提醒",
    "digest": "汇总提醒",
    "escalation": "提请催办",
    "stage_closes": "环节截止",
    "extension": "延期通知",
    "missed": "未执行",
    "refused": "未受理",
}


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter("应为真实日期，如 2023-06-30") from None


@click.command(help="模拟运行：列出 FILE（YAML）或已存批次 BATCH 将发生的每件事、每封邮件。")
@click.argument("target", metavar="FILE|BATCH")
@click.option("--from", "since", callback=_day, metavar="D", help="从这一天起（含）")
@click.option("--until", callback=_day, metavar="D", help="到这一天止（含）")
@click.option(
    "--scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="情景：谁在何时报送、免报、延期"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def rehearse(target: str, since: date | None, until: date | None, scenario: Path | None, as_json: bool) -> None:
    """Rehearse a file without a database, or a stored batch on a copy. Raises Invalid, NotFound."""
    done = _of_file if Path(target).is_file() else _of_batch
    found = done(target, since, until, scenario)
    if as_json:
        print_json(found.as_json())
        return
    for event in found.events:
        whom = "、".join(event.to) or "—"
        click.echo(f"{event.at:%Y-%m-%d %H:%M}  {KINDS[event.kind]}  {whom}  {event.subject}")
    for warning in found.warnings:
        click.echo(f"注意：{warning}", err=True)
    click.echo(f"共 {len(found.events)} 件。", err=True)


def _of_file(target: str, since: date | None, until: date | None, scenario: Path | None) -> Rehearsal:
    definition = load_file(Path(target))
    return rehearse_definition(definition, _period(definition.zone, since, until), _happenings(scenario, definition))


def _of_batch(target: str, since: date | None, until: date | None, scenario: Path | None) -> Rehearsal:
    with installation() as here, here.database.read(Scope()) as session:
        batch = get_batch(session, target)
        definition = definition_of(session, batch)
        period = replace(_period(definition.zone, since, until), base_url=here.settings.url)
        happenings = _happenings(scenario, definition)
        return rehearse_batch(session, batch.id, effective_now(session), period, happenings)


def _period(zone: ZoneInfo, since: date | None, until: date | None) -> Period:
    begin = datetime.combine(since, time(0), zone) if since else None
    end = datetime.combine(until + timedelta(days=1), time(0), zone) if until else None
    return Period(begin, end)


def _happenings(scenario: Path | None, definition: Definition) -> list[Happening]:
    return read_scenario(scenario.read_text(encoding="utf-8"), definition) if scenario else []
