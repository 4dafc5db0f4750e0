"""`linxuan clock`, `linxuan tick`, `linxuan send`: keeping time, or one step of it."""

import logging
import os
import signal
from dataclasses import asdict
from datetime import datetime

import click

from domain.errors import RuleBroken
from flows.ticking import Setbacks, Ticked
from flows.ticking import tick as tick_once
from linxuan.cli import REFUSED
from linxuan.commands.shared import Installation, installation, print_json
from linxuan.timekeeping import timekeeping
from web.clock import wall_now

SECONDS_IN_A_TICK = 10.0


@click.command(help="启动时钟：按时推进批次并发送邮件。可同时运行多个，由租约选出一个工作。")
def clock() -> None:
    """Keep time until told to end. Raises SettingsError, RuleBroken."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("apscheduler", "httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # That a tick is left out while the one before still runs is how it is meant, and nothing to worry people with.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    with installation() as here, timekeeping(here) as keeping:
        if keeping.outgoing is None:
            click.echo("没有设置 LINXUAN_SMTP_URL：批次照常推进，邮件留在发件记录中。", err=True)
        found = keeping.clock()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: found.stop())
        if not found.run():
            logging.shutdown()
            os._exit(1)  # threads hang; nothing may wait for them


@click.command(help="推进一次到期的批次，并发送可发的邮件。")
@click.option("--now", "wanted", metavar="T", help="推进到这一时刻（ISO 8601；不写时区按 LINXUAN_TIMEZONE）")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@click.pass_context
def tick(ctx: click.Context, wanted: str | None, as_json: bool) -> None:
    """Tick once, whoever leads: every step asks the ledger. Raises SettingsError, RuleBroken."""
    with installation() as here, timekeeping(here) as keeping:
        now = keeping.now() if wanted is None else instant(wanted, here)
        done = tick_once(here.database, now, conductor=keeping.conductor, setbacks=Setbacks())
        sent = None if keeping.outgoing is None else keeping.outgoing.drain(lambda: now, seconds=SECONDS_IN_A_TICK)
    document = {**as_document(done), "mail": None if sent is None else asdict(sent)}
    if as_json:
        print_json(document)
    else:
        for ran in done.ran:
            way = f"Prefect {ran.prefect_run_id}" if ran.is_orchestrated else f"直接（{ran.because}）"
            click.echo(f"{ran.name}  {ran.moments} 个时刻，{way}")
        click.echo(f"推进 {len(done.ran)} 个批次，发出 {sent.ok if sent else 0} 封邮件。")
        for code in done.failed:
            click.echo(f"批次 {code} 未能推进，原因见日志。", err=True)
    if done.failed:
        ctx.exit(REFUSED)


@click.command(help="发送现在可发的邮件。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def send(as_json: bool) -> None:
    """Send what is ready. Raises SettingsError, RuleBroken."""
    with installation() as here, timekeeping(here) as keeping:
        if keeping.outgoing is None:
            raise RuleBroken("没有设置 LINXUAN_SMTP_URL，不能发送邮件。", code="no_mail_host")
        done = keeping.outgoing.drain(keeping.now)
    if as_json:
        print_json(asdict(done))
    else:
        click.echo(
            f"发出 {done.ok} 封，稍后再试 {done.retry} 封，拒收 {done.refused} 封，不确定 {done.uncertain} 封。"
        )


def instant(text: str, here: Installation) -> datetime:
    """Return the instant that was typed. Raises RuleBroken for the future, which only a demo may enter."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"“{text}”不是一个时刻；应如 2026-11-20T09:00。") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=here.settings.zone)
    if found > wall_now() and not here.settings.demo:
        raise RuleBroken("不能推进到未来；只有演示（LINXUAN_DEMO=1）可以。", code="future_now")
    return found


def as_document(done: Ticked) -> dict[str, object]:
    """Return the JSON of a tick: now, ran (a list of runs), failed (codes of batches), wake_at."""
    return {
        "now": done.now.isoformat(),
        "ran": [asdict(ran) for ran in done.ran],
        "failed": list(done.failed),
        "wake_at": done.wake_at.isoformat() if done.wake_at else None,
    }
