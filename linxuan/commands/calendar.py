"""`linxuan calendar`: working-day arithmetic that explains itself."""

from datetime import date

import click

from linxuan.commands.shared import print_json
from services.calendar import answer


def _day(ctx: click.Context, param: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("应为真实日期，如 2023-05-31") from None


@click.command(help="工作日推算：DATE 之后（--plus）或之前（--minus）第 N 个工作日，含调休。")
@click.argument("on", metavar="DATE", callback=_day)
@click.option("--plus", type=int, default=0, metavar="N", help="往后推 N 个工作日")
@click.option("--minus", type=int, default=0, metavar="N", help="往前推 N 个工作日")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def calendar(on: date, plus: int, minus: int, as_json: bool) -> None:
    """Print the day so many working days away. Raises Invalid."""
    found = answer(on, plus=plus, minus=minus)
    if as_json:
        print_json(dict(found))
        return
    for step in found["steps"]:
        name = f"（{step['name']}）" if step["name"] else ""
        click.echo(f"{step['date']}  {'上班' if step['working'] else '休息'}{name}")
    note = "（含尚未公布放假安排的年份，为暂定）" if found["provisional"] else ""
    click.echo(f"结果：{found['result']}{note}")
