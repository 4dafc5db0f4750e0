"""`linxuan settings`."""

import os
from pathlib import Path
from unicodedata import east_asian_width
from urllib.parse import urlsplit

import click
from pydantic_settings import DotEnvSettingsSource

from linxuan.commands.shared import print_json
from linxuan.settings import PREFIX, Settings, load_settings, name_of

HIDDEN = "••••••"
SECRET = frozenset({"secret_key"})
WITH_PASSWORD = frozenset({"database_url", "smtp_url"})
NOT_SETTINGS = frozenset({"LINXUAN_FAILPOINT", "LINXUAN_SOAK"})
"""For tests; nothing that an installation sets."""


@click.command(help="列出各项设置、取值、来源和含义；口令和密钥不显示。")
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 文档")
def settings(as_json: bool) -> None:
    """Show the settings, where each comes from and what it means; secrets stay hidden."""
    chosen = load_settings()
    rows = [_row(chosen, field) for field in Settings.model_fields]
    if as_json:
        keys = ("name", "value", "source", "meaning")
        print_json({"settings": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        heading = ("名称", "取值", "来源", "含义")
        widths = [max(_width(row[column]) for row in [heading, *rows]) for column in range(3)]
        for row in [heading, *rows]:
            cells = (f"{cell}{' ' * (width - _width(cell))}" for cell, width in zip(row, widths, strict=False))
            click.echo("  ".join([*cells, row[3]]))
    for name in unknown_names():
        click.echo(f"没有 {name} 这项设置，请检查拼写。", err=True)
    if not chosen.is_local and chosen.url.startswith("http://"):
        click.echo("注意：网址是 http://，口令在网络上明文传送；只可在可信的内网中这样使用。", err=True)


def unknown_names() -> list[str]:
    """Return the variables of the environment that look like settings but are none."""
    known = {name_of(field) for field in Settings.model_fields} | NOT_SETTINGS
    return sorted(name for name in map(str.upper, os.environ) if name.startswith(PREFIX) and name not in known)


def _row(chosen: Settings, field: str) -> tuple[str, str, str, str]:
    name = name_of(field)
    shown = _shown(field, chosen)
    return name, shown, _source(name), Settings.model_fields[field].description or ""


def _shown(field: str, chosen: Settings) -> str:
    value = chosen.database if field == "database_url" else str(getattr(chosen, field))
    if field == "base_url":
        value = chosen.url
    if field in SECRET:
        return HIDDEN if value else "（自动生成）"
    if field in WITH_PASSWORD and value:
        parts = urlsplit(value)
        if parts.password:
            return value.replace(f":{parts.password}@", f":{HIDDEN}@", 1)
    if field == "demo":
        return "1" if chosen.demo else "0"
    return value


def _source(name: str) -> str:
    if any(variable.upper() == name and value for variable, value in os.environ.items()):
        return "环境变量"
    file = Path(".env")
    in_file = DotEnvSettingsSource(Settings, env_file=file).env_vars if file.is_file() else {}
    return ".env" if in_file.get(name.lower()) else "默认"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
