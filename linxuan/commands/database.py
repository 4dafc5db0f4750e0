"""`linxuan migrate`."""

import click

from linxuan.commands.shared import installation
from linxuan.database import prepare


@click.command(help="建立数据库，或更新到最新结构；可重复运行。")
def migrate() -> None:
    """Set up the database, or bring it to the newest schema."""
    with installation(prepared=False) as here:
        prepare(here.database, here.settings)
    click.echo("数据库结构已是最新。", err=True)
