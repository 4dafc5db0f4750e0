"""`linxuan run`."""

import logging

import click

from linxuan.supervisor import supervise


@click.command(help="启动全部服务：网页、时钟（含发件）和自带的 Prefect；数据库自动建立或更新。")
@click.option("--host", default="127.0.0.1", show_default=True, help="网页监听的地址")
@click.option("--port", type=click.IntRange(1, 65535), help="网页监听的端口；默认为 LINXUAN_PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="网页的进程数")
@click.pass_context
def run(ctx: click.Context, host: str, port: int | None, workers: int) -> None:
    """Run everything until told to end. Raises SettingsError."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = ["--host", host, "--workers", str(workers), *(["--port", str(port)] if port else [])]
    ctx.exit(supervise(web_options=options))
