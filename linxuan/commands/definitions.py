"""`linxuan load`, `dump`, `lint` and `schema`: definitions as YAML."""

import json
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from domain.definition import Definition
from domain.errors import Invalid
from linxuan.commands.shared import installation, operator, print_json
from models.scope import Scope
from services.batches.context import definition_of, get_batch
from services.batches.drafts import store_draft
from services.catalogues import LoadedCatalogue, StoredCatalogue, is_catalogue, load_catalogue, store_catalogue
from services.definitions.linting import Report, lint_file, report
from services.definitions.reading import load_file, read_file
from services.definitions.schema import json_schema
from services.definitions.writing import dump as dump_definition
from services.files import keep_templates
from web.clock import effective_now

LEVELS = {"error": "错误", "warning": "警告", "info": "提示"}


@click.command(help="读入批次定义或模式目录 FILE...（YAML），批次存为草稿；任何一份有错则全部不存。")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(files: tuple[Path, ...]) -> None:
    """Store definitions as drafts and catalogues as versions, all of them or none. Raises Invalid, Conflict."""
    read = [load_catalogue(file) if is_catalogue(read_file(file)) else load_file(file) for file in files]
    with installation() as here, here.database.write(Scope()) as session:
        now = effective_now(session)
        kept = [
            keep_templates(found, file.parent, here.settings.files) if isinstance(found, Definition) else found
            for found, file in zip(read, files, strict=True)
        ]
        lines = [_stored(session, found, now) for found in kept]
    for line in lines:
        click.echo(line)


def _stored(session: Session, found: Definition | LoadedCatalogue, now: datetime) -> str:
    """Store what was read and return what to say of it."""
    if isinstance(found, Definition):
        batch = store_draft(session, found, actor=operator(), now=now)
        return f"{batch.code}：“{batch.title}”第 {batch.revision} 稿"
    stored = store_catalogue(session, found.catalogue, source=found.source, actor=operator(), now=now)
    return f"{_said(stored)}，{len(found.catalogue.modes)} 种模式。模式目录，没有日期和名额，不产生批次"


def _said(stored: StoredCatalogue) -> str:
    known = "" if stored.is_new else "（没有变化）"
    return f"{stored.row.key}：“{stored.row.title}”第 {stored.row.version} 版{known}"


@click.command(help="把批次 BATCH 的定义写成 YAML，写到标准输出。")
@click.argument("batch")
def dump(batch: str) -> None:
    """Print a batch's newest definition. Raises NotFound."""
    with installation() as here, here.database.read(Scope()) as session:
        definition = definition_of(session, get_batch(session, batch))
    click.echo(dump_definition(definition, inline_units=True), nl=False)


@click.command(help="检查批次定义：FILE 为 YAML 文件，或已存批次的编号。有错误时退出码为 1。")
@click.argument("target", metavar="FILE|BATCH")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
@click.pass_context
def lint(ctx: click.Context, target: str, as_json: bool) -> None:
    """Check a file without a database, or a stored batch. Raises NotFound."""
    found = _report(target)
    if as_json:
        print_json(dict(found))
    else:
        for row in found["findings"]:
            advice = f"（{row['advice']}）" if row["advice"] else ""
            click.echo(f"{LEVELS[row['level']]}  {row['path']}：{row['sentence']}{advice}")
        click.echo(f"共 {len(found['findings'])} 条。", err=True)
    if any(row["level"] == "error" for row in found["findings"]):
        ctx.exit(1)


def _report(target: str) -> Report:
    path = Path(target)
    if path.is_file():
        return _catalogue_report(path) or lint_file(path)
    with installation() as here, here.database.read(Scope()) as session:
        return report(definition_of(session, get_batch(session, target)))


def _catalogue_report(path: Path) -> Report | None:
    """Return the findings about a file that is a catalogue; None for any other."""
    try:
        if not is_catalogue(read_file(path)):
            return None
        load_catalogue(path)
    except Invalid as refused:
        return report(refused)
    return Report(findings=[])


@click.command(help="输出批次定义的 JSON Schema。")
def schema() -> None:
    """Print the JSON Schema of definitions."""
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
