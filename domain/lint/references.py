"""What points at something else: stages at stages, ladders and forms, categories at modes, mails at stages, files."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from domain.definition import Definition, Stage, StageKind
from domain.lint.findings import Finding, error, listed, warning

CASEWORK = (StageKind.DECLARE, StageKind.REVIEW, StageKind.RECOMMEND)


def check(definition: Definition) -> Iterator[Finding]:
    """Yield references that point at nothing, and parts that do not belong where they stand."""
    for stage in definition.stages:
        yield from _stage(definition, stage)
    yield from _modes(definition)
    yield from _mails(definition)
    yield from _files(definition)


def check_order(definition: Definition) -> Iterator[Finding]:
    """Yield what makes the order of the stages meaningless: none at all, unknown ones, circles."""
    if not definition.stages:
        yield error("no_stages", "stages", "没有任何环节", advice="至少写一个环节")
        return
    keys = [stage.key for stage in definition.stages]
    for stage in definition.stages:
        for key in stage.opens.after:
            if key not in keys:
                path = f"stages.{stage.key}.opens.after"
                yield error("unknown_stage", path, f"没有「{key}」这个环节", advice=listed(keys), value=key)
    try:
        TopologicalSorter({stage.key: stage.opens.after for stage in definition.stages}).prepare()
    except CycleError as circle:
        first = circle.args[1][0]
        sentence = f"环节互相等待，永远无法开放：{' → '.join(circle.args[1])}"
        yield error("stage_cycle", f"stages.{first}.opens.after", sentence, value=first)


def _stage(definition: Definition, stage: Stage) -> Iterator[Finding]:
    path, forms = f"stages.{stage.key}", [form.key for form in definition.forms]
    ladders = [ladder.key for ladder in definition.ladders]
    if stage.ladder is not None and stage.ladder not in ladders:
        sentence = f"没有「{stage.ladder}」这套催办规则"
        yield error("unknown_ladder", f"{path}.ladder", sentence, advice=listed(ladders), value=stage.ladder)
    if stage.form is not None and stage.kind is not StageKind.DECLARE:
        advice = "收集环节的表写在 collect.form"
        yield error("form_out_of_place", f"{path}.form", "只有申报环节有申报表", advice=advice, value=stage.form)
    elif stage.form is not None and stage.form not in forms:
        sentence = f"没有「{stage.form}」这张表"
        yield error("unknown_form", f"{path}.form", sentence, advice=listed(forms), value=stage.form)
    if stage.lacks_form:
        sentence = f"「{stage.title}」没有申报表，载入前不能向申报单位开放；其他环节照常进行"
        yield warning("declare_form_missing", f"{path}.form", sentence, advice="取得申报书样式后补上 form")
    if stage.kind is StageKind.COLLECT and stage.collect is None:
        yield error("collect_missing", f"{path}.collect", "收集环节没有写明向谁收集什么", advice="补上 collect")
    if stage.kind is not StageKind.COLLECT and stage.collect is not None:
        advice = "删去 collect，或把 kind 改为 collect"
        yield error(
            "collect_out_of_place", f"{path}.collect", "只有收集环节可写 collect", advice=advice, value=stage.kind
        )
    for kind, part in ((kind, getattr(stage, kind.value)) for kind in CASEWORK if kind is not stage.kind):
        if part is not None:
            sentence = f"这不是 {kind.value} 环节，却写了 {kind.value} 的内容，它不起作用"
            advice = f"删去 {kind.value}，或把 kind 改为 {kind.value}"
            yield error("part_out_of_place", f"{path}.{kind.value}", sentence, advice=advice, value=stage.kind)


def _modes(definition: Definition) -> Iterator[Finding]:
    modes = [mode.key for mode in definition.offered_modes]
    for category in definition.categories:
        for key in category.modes:
            if key not in modes:
                path = f"categories.{category.key}.modes"
                yield error("unknown_mode", path, f"没有「{key}」这种模式", advice=listed(modes), value=key)


def _mails(definition: Definition) -> Iterator[Finding]:
    stages = [stage.key for stage in definition.stages]
    seen: set[tuple[str, str | None]] = set()
    for mail in definition.mails:
        path = f"mails.{mail.kind}@{mail.stage}" if mail.stage else f"mails.{mail.kind}"
        if mail.stage is not None and mail.stage not in stages:
            sentence = f"没有「{mail.stage}」这个环节"
            yield error("unknown_stage", f"{path}.stage", sentence, advice=listed(stages), value=mail.stage)
        if (mail.kind, mail.stage) in seen:
            yield error("duplicate_mail", path, "同一场合写了两份邮件文本", advice="只留一份", value=mail.kind)
        seen.add((mail.kind, mail.stage))


def _files(definition: Definition) -> Iterator[Finding]:
    annexes = ((f"document.annexes.{annex.key}.file", annex.file) for annex in definition.document.annexes)
    named = (("units_file", definition.units_file), ("document.file", definition.document.file), *annexes)
    for path, file in named:
        if file is not None and not is_inside(file):
            advice = "写相对路径，如 units/cities.yaml"
            yield error("bad_file_path", path, "文件须在本配置所在的文件夹之内", advice=advice, value=file)


def is_inside(file: str) -> bool:
    """Tell whether a relative path stays in its folder, on any system."""
    path = PurePosixPath(file)
    plain = "\\" not in file and ":" not in file and "\0" not in file
    return bool(path.parts) and plain and not path.is_absolute() and ".." not in path.parts
