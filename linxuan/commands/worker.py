"""`linxuan worker`."""

import click

from linxuan.cli import WRONG_USE
from linxuan.commands.shared import installation
from linxuan.settings import SettingsError

POOL = "linxuan"


@click.command(help="在外部 Prefect 的工作池中执行流程；须设置 PREFECT_API_URL。")
@click.option("--pool", default=POOL, show_default=True, help="工作池的名称；没有则建立")
@click.pass_context
def worker(ctx: click.Context, pool: str) -> None:
    """Deploy the flows and work for the pool until told to end. Raises SettingsError, RuleBroken."""
    with installation() as here:
        if not here.settings.prefect_api_url:
            raise SettingsError(["没有设置 PREFECT_API_URL：worker 只用于外部的 Prefect 服务，linxuan run 自带的不需要。"])
    from flows.deploying import deploy, work  # noqa: PLC0415 - loads Prefect

    deploy("linxuan.deployed", pool)
    ctx.exit(work(pool))
