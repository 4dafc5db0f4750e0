"""`linxuan import`."""

from collections.abc import Iterable
from pathlib import Path

import click

from domain.errors import Invalid, Problem
from linxuan.commands.shared import installation, operator, print_json
from models.scope import Scope
from services.bulk.columns import NAMES, What
from services.bulk.importing import EFFECTS, Workbook, confirm, preview, template
from services.bulk.outcome import Effect, Issued, Line, Preview
from services.sheets import MOST_BYTES
from web.clock import effective_now

READ_ONCE = MOST_BYTES + 1
"""A larger file is refused anyway."""


@click.command(
    name="import",
    help="从 Excel 文件 FILE 批量导入：" + "、".join(f"{what.value}（{name}）" for what, name in NAMES.items())
    + "。有一行不对则整个文件都不导入；再次导入同一文件不会重复。",
)  # fmt: skip
@click.argument("what", type=click.Choice([what.value for what in What]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--preview", "only_look", is_flag=True, help="只列出每一行将产生的结果，不导入")
@click.option("--template", "only_template", is_flag=True, help="把要填写的模板写到 FILE，不导入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def import_(what: str, file: Path, *, only_look: bool, only_template: bool, as_json: bool) -> None:
    """Import a workbook, or look at it, or write an empty one. Raises Invalid with every wrong row."""
    kind = What(what)
    if only_template:
        _write_template(kind, file)
        return
    workbook = _workbook(file)
    with installation() as here, here.database.write(Scope()) as session:
        actor, now = operator(), effective_now(session)
        found = preview(session, kind, workbook.content, actor=actor, now=now)
        links: tuple[Issued, ...] = ()
        if not only_look and not found.of(Effect.REFUSED):
            links = confirm(session, kind, workbook, seen=found.fingerprint, actor=actor, now=now).issued
    shown = [f"{one.name}\t{one.unit}\t{here.settings.url}/invitations/{one.secret}" for one in links]
    if as_json:
        print_json(_document(found, is_done=not only_look and not found.of(Effect.REFUSED), links=shown))
    else:
        _tell(found, shown, with_rows=only_look)
    _require_none_refused(found)


def _workbook(file: Path) -> Workbook:
    try:
        with file.open("rb") as stream:
            return Workbook(file.name, stream.read(READ_ONCE))
    except OSError as error:
        raise click.UsageError(f"文件读不出来：{file}（{error.strerror}）") from None


def _write_template(what: What, file: Path) -> None:
    with installation() as here, here.database.read(Scope()) as session:
        content = template(session, what, actor=operator())
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise click.UsageError(f"文件已存在：{file}") from None
    except OSError as error:
        raise click.UsageError(f"文件写不了：{file}（{error.strerror}）") from None
    click.echo(f"已写出{NAMES[what]}的模板：{file}", err=True)


def _tell(found: Preview, links: Iterable[str], *, with_rows: bool) -> None:
    if with_rows:
        for line in found.lines:
            click.echo(f"第 {line.number} 行\t{EFFECTS[line.effect]}\t{line.name}\t{_values(line)}")
    for link in links:
        click.echo(link)
    counts = "、".join(f"{EFFECTS[effect]} {count}" for effect, count in found.counts.items() if count)
    is_done = not with_rows and not found.of(Effect.REFUSED)
    click.echo(f"{'导入完成' if is_done else '没有导入任何数据'}：{counts}。", err=True)


def _values(line: Line) -> str:
    return "；".join(
        f"{change.label} {change.before} → {change.after}" if change.before else f"{change.label} {change.after}"
        for change in line.changes
    )


def _require_none_refused(found: Preview) -> None:
    """Refuse with every wrong row. Raises Invalid."""
    refused = found.of(Effect.REFUSED)
    if refused:
        raise Invalid(
            Problem(f"第 {line.number} 行 {problem.path}".strip(), problem.value, problem.sentence, problem.allowed)
            for line in refused
            for problem in line.problems
        )


def _document(found: Preview, *, is_done: bool, links: list[str]) -> dict[str, object]:
    """Return what `--json` prints: {"what", "done", "counts", "rows": [...], "links"}."""
    rows = [
        {
            "row": line.number,
            "name": line.name,
            "effect": line.effect.value,
            "changes": [{"column": one.label, "before": one.before, "after": one.after} for one in line.changes],
            "problems": [
                {"column": one.path, "value": one.value, "sentence": one.sentence, "allowed": one.allowed}
                for one in line.problems
            ],
            "note": line.note,
        }
        for line in found.lines
    ]
    counts = {effect.value: count for effect, count in found.counts.items()}
    return {"what": found.what.value, "done": is_done, "counts": counts, "rows": rows, "links": links}
