"""What collect stages ask: of whom, with which form, and how the duty may be closed otherwise."""

from collections.abc import Iterator

from domain.definition import Collect, Definition, Exemption, OwedBy, Stage
from domain.lint.findings import Finding, error, listed, warning
from domain.lint.naming import class_names, form_names, stage_names

REACHES = frozenset({"email", "phone", "mobile"})
"""Fields of a contact by which a person is reached; `name` says who it is."""


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong inside the collect parts of the stages."""
    for stage in definition.stages:
        if stage.collect is not None:
            yield from _form(definition, stage, stage.collect)
            yield from _owing(definition, stage, stage.collect)
            yield from _titles(stage, stage.collect)
            if stage.collect.exemption is not None:
                yield from _exemption(definition, stage, stage.collect.exemption)


def _form(definition: Definition, stage: Stage, collect: Collect) -> Iterator[Finding]:
    path, forms = f"stages.{stage.key}.collect.form", {form.key: form for form in definition.forms}
    if collect.form is None:
        sentence = "收集反馈环节没有选定“填报的表”"
        yield error("collect_form_missing", path, sentence, advice=listed(form_names(definition)))
    elif collect.form not in forms:
        sentence = f"没有「{collect.form}」这张表"
        yield error(
            "unknown_form",
            path,
            sentence,
            advice=listed(form_names(definition), wrong=collect.form),
            value=collect.form,
        )
    elif collect.provides_contact:
        # That sections do not belong into such a form is told of the form; what stands in them is not missing.
        keys = {field.key for field in forms[collect.form].all_fields}
        if "name" not in keys or not keys & REACHES:
            sentence = "所填内容要作为联系人，表中却没有姓名或联系方式"
            advice = "加上代号为「name」的姓名，以及代号为「email」「phone」「mobile」的联系方式至少一项"
            yield error("contact_fields_missing", path, sentence, advice=advice, value=collect.form)


def _owing(definition: Definition, stage: Stage, collect: Collect) -> Iterator[Finding]:
    path, classes = f"stages.{stage.key}.collect.classes", class_names(definition)
    unknown = [key for key in collect.classes if key not in classes]
    for key in unknown:
        yield error("unknown_class", path, f"没有「{key}」这类单位", advice=listed(classes, wrong=key), value=key)
    owing = [unit for unit in definition.units if not collect.classes or unit.unit_class in collect.classes]
    if not owing and not unknown:
        yield warning("nobody_owes", path, f"「{stage.title}」没有任何单位需要报送", advice="检查推荐单位和单位类别")


def _titles(stage: Stage, collect: Collect) -> Iterator[Finding]:
    path = f"stages.{stage.key}.collect.titles"
    if collect.owed_by is OwedBy.TITLES and collect.titles is None:
        advice = "填写“应报名单”：项目、批次、类别"
        yield error("titles_missing", path, "由每个获评单位填报，却没有写明应报名单", advice=advice)
    if collect.owed_by is OwedBy.UNITS and collect.titles is not None:
        advice = "删去“应报名单”，或把“由谁填报”改为“每个获评单位”"
        yield error("titles_out_of_place", path, "由每个推荐单位填报时不用应报名单", advice=advice)
    if collect.titles is not None:
        for name, chosen in (("batches", collect.titles.batches), ("categories", collect.titles.categories)):
            if not chosen:
                yield error("titles_empty", f"{path}.{name}", "没有选中任何一项，谁也不用填报", advice="至少写一项")


def _exemption(definition: Definition, stage: Stage, exemption: Exemption) -> Iterator[Finding]:
    path, stages = f"stages.{stage.key}.collect.exemption", stage_names(definition)
    if not exemption.reasons:
        yield error("no_reasons", f"{path}.reasons", "允许免报，却没有写免报原因", advice="至少写一种原因")
    if exemption.goes_with is not None and exemption.goes_with not in stages:
        sentence = f"没有「{exemption.goes_with}」这个环节"
        yield error(
            "unknown_stage",
            f"{path}.goes_with",
            sentence,
            advice=listed(stages, wrong=exemption.goes_with),
            value=exemption.goes_with,
        )
