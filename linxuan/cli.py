"""The command line. A command is one line in `COMMANDS` and one function in `linxuan/commands`, loaded when called.

Exit codes: 0 done, 1 refused by a rule, 2 wrong use or wrong settings. With --json, stdout holds one JSON document
and nothing else; sentences for people go to stderr.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from domain.errors import Invalid, RuleBroken

REFUSED = 1
WRONG_USE = 2

# name: (where it is, what it does)
COMMANDS: Mapping[str, tuple[str, str]] = {
    "migrate": ("linxuan.commands.database:migrate", "建立数据库，或更新到最新结构"),
    "settings": ("linxuan.commands.settings:settings", "列出各项设置、取值和来源"),
    "health": ("linxuan.commands.health:health", "检查数据库、时钟和发件箱"),
    "user": ("linxuan.commands.users:user", "账号"),
    "audit": ("linxuan.commands.audit:audit", "操作记录"),
    "load": ("linxuan.commands.definitions:load", "读入批次定义（YAML），存为草稿"),
    "dump": ("linxuan.commands.definitions:dump", "把批次定义写成 YAML"),
    "lint": ("linxuan.commands.definitions:lint", "检查批次定义"),
    "schema": ("linxuan.commands.definitions:schema", "批次定义的 JSON Schema"),
    "import": ("linxuan.commands.importing:import_", "从 Excel 批量导入单位、联系人、获评单位、用户"),
    "rehearse": ("linxuan.commands.rehearsal:rehearse", "模拟运行：列出将发生的每件事"),
    "calendar": ("linxuan.commands.calendar:calendar", "工作日推算"),
    "demo": ("linxuan.commands.demo:demo", "演示：演一遍真实通知，再打开网页"),
    "run": ("linxuan.commands.run:run", "启动全部服务：网页、时钟和 Prefect"),
    "web": ("linxuan.commands.web:web", "启动网页服务"),
    "clock": ("linxuan.commands.clock:clock", "启动时钟：推进批次、发送邮件"),
    "worker": ("linxuan.commands.worker:worker", "在外部 Prefect 的工作池中执行流程"),
    "tick": ("linxuan.commands.clock:tick", "推进一次到期的批次"),
    "send": ("linxuan.commands.clock:send", "发送现在可发的邮件"),
}


class Commands(click.Group):
    """The commands, each imported only when it is called: --help must not wait for a database driver."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - the table is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table alone."""
        with formatter.section("命令"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a refusal becomes sentences on stderr and an exit code."""
        from linxuan.settings import SettingsError  # noqa: PLC0415 - not needed for --help

        try:
            return super().invoke(ctx)
        except Invalid as refusal:
            for problem in refusal.problems:
                click.echo(str(problem), err=True)
            ctx.exit(REFUSED)
        except RuleBroken as refusal:
            click.echo(refusal.sentence, err=True)
            ctx.exit(REFUSED)
        except SettingsError as error:
            for sentence in error.sentences:
                click.echo(sentence, err=True)
            ctx.exit(WRONG_USE)


@click.group(
    cls=Commands,
    help="遴选：政府评选类项目的流程编排与后台。",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="linxuan", message="%(prog)s %(version)s")
def main() -> None:
    """Do nothing by itself; each command does one thing."""
