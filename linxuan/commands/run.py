"""`linxuan run`."""

import logging

import click

from linxuan.commands.shared import installation
from linxuan.database import prepare
from linxuan.settings import LOOPBACK, SettingsError


@click.command(help="启动全部服务：网页、时钟（含发件）和自带的 Prefect；数据库自动建立或更新。")
@click.option("--host", default="127.0.0.1", show_default=True, help="网页监听的地址")
@click.option("--port", type=click.IntRange(1, 65535), help="网页监听的端口；默认为 LINXUAN_PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="网页的进程数")
@click.pass_context
def run(ctx: click.Context, host: str, port: int | None, workers: int) -> None:
    """Run everything until told to end. Raises SettingsError, RuleBroken."""
    from linxuan.supervisor import supervise  # noqa: PLC0415 - the database is made ready first

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with installation(prepared=False) as here:
        settings = here.settings
        if settings.demo and host not in LOOPBACK:
            raise SettingsError(["演示只能在本机使用：--host 须为 127.0.0.1 或 localhost。"])
        prepare(here.database, settings)
    options = ["--host", host, "--port", str(port or settings.port), "--workers", str(workers)]
    click.echo(f"网页：http://{host}:{port or settings.port}/", err=True)
    ctx.exit(supervise(settings, options))
