"""`linxuan worker`."""

import os

import click

from flows.server import quiet
from linxuan.commands.shared import installation
from linxuan.data_dir import prefect_folder
from linxuan.settings import SettingsError, environment_of, load_settings

POOL = "linxuan"


@click.command(help="在外部 Prefect 的工作池中执行流程；须设置 PREFECT_API_URL。")
@click.option("--pool", default=POOL, show_default=True, help="工作池的名称；没有则建立")
def worker(pool: str) -> None:
    """Deploy the flows and work for the pool until told to end. Raises SettingsError, RuleBroken."""
    settings = load_settings()
    if not settings.prefect_api_url:
        raise SettingsError(
            ["没有设置 PREFECT_API_URL：worker 只用于外部的 Prefect 服务；linxuan run 自带的 Prefect 不需要它。"]
        )
    with installation():
        pass  # refuses a database that is not ready, before anything is deployed
    os.environ.update(quiet(prefect_folder(settings.data_dir)))
    from flows.deploying import deploy, work  # noqa: PLC0415 - Prefect reads the environment when it is imported

    deploy("linxuan.deployed", pool)
    # Runs begin in a folder of their own, where neither .env nor a relative path would be found.
    work(pool, environment_of(settings))
