"""What points at something else: stages at stages, ladders and forms, categories at modes, mails at stages, files."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from domain.definition import Definition, Stage, StageKind
from domain.lint.findings import Finding, error, listed, warning
from domain.lint.naming import circle, form_names, ladder_names, mode_names, stage_names

CASEWORK = {
    StageKind.DECLARE: ("申报", "申报要求"),
    StageKind.REVIEW: ("初审", "审核要求"),
    StageKind.RECOMMEND: ("推荐报送", "推荐报送要求"),
}
"""Kinds of stages that deal with cases, each with its name and the name of the part that belongs to it."""


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
    keys = stage_names(definition)
    for stage in definition.stages:
        for key in stage.opens.after:
            if key not in keys:
                path = f"stages.{stage.key}.opens.after"
                yield error(
                    "unknown_stage", path, f"没有「{key}」这个环节", advice=listed(keys, wrong=key), value=key
                )
    try:
        TopologicalSorter({stage.key: stage.opens.after for stage in definition.stages}).prepare()
    except CycleError as found:
        first = found.args[1][0]
        sentence = f"环节互相等待，永远无法开放：{circle(found.args[1], keys)}"
        yield error("stage_cycle", f"stages.{first}.opens.after", sentence, value=first)


def _stage(definition: Definition, stage: Stage) -> Iterator[Finding]:
    path, forms = f"stages.{stage.key}", form_names(definition)
    ladders = ladder_names(definition)
    if stage.ladder is not None and stage.ladder not in ladders:
        sentence = f"没有「{stage.ladder}」这套提醒规则"
        yield error(
            "unknown_ladder",
            f"{path}.ladder",
            sentence,
            advice=listed(ladders, wrong=stage.ladder),
            value=stage.ladder,
        )
    if stage.form is not None and stage.kind is not StageKind.DECLARE:
        advice = "收集反馈环节的表在“收集要求”的“填报的表”中选定"
        yield error("form_out_of_place", f"{path}.form", "只有申报环节有申报表", advice=advice, value=stage.form)
    elif stage.form is not None and stage.form not in forms:
        sentence = f"没有「{stage.form}」这张表"
        yield error(
            "unknown_form", f"{path}.form", sentence, advice=listed(forms, wrong=stage.form), value=stage.form
        )
    if stage.lacks_form:
        sentence = f"「{stage.title}」没有申报表，载入前不能向申报单位开放；其他环节照常进行"
        advice = "取得申报书样式后建立表单，在“申报表”中选定"
        yield warning("declare_form_missing", f"{path}.form", sentence, advice=advice)
    if stage.kind is StageKind.COLLECT and stage.collect is None:
        yield error("collect_missing", f"{path}.collect", "收集反馈环节没有写明向谁收集什么", advice="填写“收集要求”")
    if stage.kind is not StageKind.COLLECT and stage.collect is not None:
        advice = "删去“收集要求”，或把“环节类型”改为“收集反馈”"
        yield error(
            "collect_out_of_place", f"{path}.collect", "只有收集反馈环节有收集要求", advice=advice, value=stage.kind
        )
    for kind, (name, part) in CASEWORK.items():
        if kind is not stage.kind and getattr(stage, kind.value) is not None:
            sentence = f"这不是{name}环节，却写了“{part}”，它不起作用"
            advice = f"删去“{part}”，或把“环节类型”改为“{name}”"
            yield error("part_out_of_place", f"{path}.{kind.value}", sentence, advice=advice, value=stage.kind)


def _modes(definition: Definition) -> Iterator[Finding]:
    modes = mode_names(definition)
    for category in definition.categories:
        for key in category.modes:
            if key not in modes:
                path = f"categories.{category.key}.modes"
                yield error(
                    "unknown_mode", path, f"没有「{key}」这种模式", advice=listed(modes, wrong=key), value=key
                )


def _mails(definition: Definition) -> Iterator[Finding]:
    stages = stage_names(definition)
    seen: set[tuple[str, str | None]] = set()
    for mail in definition.mails:
        path = f"mails.{mail.kind}@{mail.stage}" if mail.stage else f"mails.{mail.kind}"
        if mail.stage is not None and mail.stage not in stages:
            sentence = f"没有「{mail.stage}」这个环节"
            yield error(
                "unknown_stage", f"{path}.stage", sentence, advice=listed(stages, wrong=mail.stage), value=mail.stage
            )
        if (mail.kind, mail.stage) in seen:
            yield error("duplicate_mail", path, "同一场合写了两份邮件文本", advice="只留一份", value=mail.kind)
        seen.add((mail.kind, mail.stage))


def _files(definition: Definition) -> Iterator[Finding]:
    annexes = ((f"document.annexes.{annex.key}.file", annex.file) for annex in definition.document.annexes)
    named = (("units_file", definition.units_file), ("document.file", definition.document.file), *annexes)
    for path, file in named:
        if file is not None and not is_inside(file):
            advice = "写文件夹之内的位置，例：「units/cities.yaml」"
            yield error("bad_file_path", path, "文件须在批次定义所在的文件夹之内", advice=advice, value=file)


def is_inside(file: str) -> bool:
    """Tell whether a relative path stays in its folder, on any system."""
    path = PurePosixPath(file)
    plain = "\\" not in file and ":" not in file and "\0" not in file
    return bool(path.parts) and plain and not path.is_absolute() and ".." not in path.parts
