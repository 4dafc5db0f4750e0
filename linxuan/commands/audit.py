"""`linxuan audit`."""

from dataclasses import asdict

import click

from linxuan.cli import REFUSED
from linxuan.commands.shared import installation, print_json
from models.scope import Scope
from services.audit import verify as walk


@click.group(help="操作记录。")
def audit() -> None:
    """Group what is done with the audit log."""


@audit.command(help="逐条核对操作记录的链；被改动或删除过时退出码为 1。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check the chain of the audit log; exit code 1 when it is broken."""
    with installation() as here, here.database.read(Scope()) as session:
        found = walk(session)
    if as_json:
        print_json(asdict(found))
    elif found.is_whole:
        click.echo(f"操作记录完整，共 {found.entries} 条。")
    else:
        click.echo(f"操作记录不完整：{found.because}（第 {found.broken_at} 号记录，其前 {found.entries} 条完好）。")
    if not found.is_whole:
        ctx.exit(REFUSED)
