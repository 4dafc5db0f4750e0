"""`linxuan health`."""

import click
from sqlalchemy.exc import SQLAlchemyError

from linxuan.cli import REFUSED
from linxuan.commands.shared import installation, print_json
from models.scope import Scope
from services.health import Health, Status, down
from services.health import health as examine
from web.clock import wall_now


@click.command(help="检查数据库、时钟和发件箱；无法提供服务时退出码为 1。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
@click.pass_context
def health(ctx: click.Context, as_json: bool) -> None:
    """Tell how the installation is; exit code 1 when it cannot serve."""
    found = _found()
    if as_json:
        print_json(found.document())
    else:
        _print(found)
    if found.status is Status.DOWN:
        ctx.exit(REFUSED)


def _found() -> Health:
    with installation(prepared=False) as here:
        try:
            with here.database.read(Scope()) as session:
                return examine(session, wall_now())
        except SQLAlchemyError:
            return down("数据库连接不上，请检查 LINXUAN_DATABASE_URL 和数据库服务。")


def _print(found: Health) -> None:
    words = {Status.OK: "正常", Status.DEGRADED: "可用，但有问题", Status.DOWN: "不可用"}
    click.echo(f"状态    {words[found.status]}")
    for sentence in found.sentences:
        click.echo(f"        {sentence}")
    for lease in found.leases:
        held = f"{lease.owner}，还有 {lease.seconds_left} 秒" if lease.seconds_left > 0 else "无人担任"
        click.echo(f"{lease.name:<8}{held}")
    for state, number in found.outbox.items():
        if number:
            click.echo(f"{state:<8}{number} 封")
