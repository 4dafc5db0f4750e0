"""Who can do anything at all: stages, classes, quotas and categories that nobody comes to, and the office itself."""

from collections.abc import Collection, Iterator

from domain.definition import Definition, Recommend, Stage, StageKind
from domain.lint.cases.quotas import covered
from domain.lint.findings import Finding, error, info, listed, warning
from domain.lint.naming import quota_name
from domain.rules.facts import ORGANISATION_KINDS


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what nobody can finish or use, and what the office lacks to be reached."""
    for stage in definition.stages:
        if stage.review is not None:
            yield from _nobody(definition, stage, f"stages.{stage.key}.review.classes", stage.review.classes)
        if stage.recommend is not None:
            yield from _recommending(definition, stage, stage.recommend)
    if definition.stage_of(StageKind.DECLARE) is not None and not definition.categories:
        advice = "至少写一个申报类别"
        yield warning("nobody_declares", "categories", "没有任何类别，申报单位无从申报", advice=advice)
    yield from _classes(definition)
    yield from _quotas(definition)
    for category in definition.categories:
        for kind in category.applicants:
            if kind not in ORGANISATION_KINDS:
                path = f"categories.{category.key}.applicants"
                sentence = f"没有「{kind}」这种单位类型"
                yield error(
                    "unknown_applicants", path, sentence, advice=listed(ORGANISATION_KINDS, wrong=kind), value=kind
                )
    yield from _office(definition)


def _nobody(definition: Definition, stage: Stage, path: str, classes: Collection[str]) -> Iterator[Finding]:
    known = {item.key for item in definition.unit_classes}
    has_units = any(not classes or unit.unit_class in classes for unit in definition.units)
    if not has_units and known.issuperset(classes):
        yield warning("nobody_owes", path, f"「{stage.title}」没有任何单位办理", advice="检查推荐单位和单位类别")


def _recommending(definition: Definition, stage: Stage, recommend: Recommend) -> Iterator[Finding]:
    yield from _nobody(definition, stage, f"stages.{stage.key}.recommend.classes", recommend.classes)
    if not recommend.classes:
        return
    direct = {item.key for item in definition.unit_classes if item.is_direct}.union(recommend.classes)
    for unit in definition.units:
        if unit.upper is None and unit.unit_class not in direct:
            sentence = f"「{unit.name}」不直接向主办处室报送，又没有上级单位，它的申报件报不上去"
            advice = "填写它的“上级单位”，或把它的类别列入推荐报送要求的“报送的单位类别”"
            yield warning("unit_cannot_forward", f"units.{unit.code}.upper", sentence, advice=advice, value=unit.code)


def _classes(definition: Definition) -> Iterator[Finding]:
    """Yield classes that no unit belongs to, once there are units at all."""
    used = {unit.unit_class for unit in definition.units}
    for item in definition.unit_classes:
        if definition.units and item.key not in used:
            given = [quota for quota in definition.quotas if item.key in quota.classes]
            quotas = "、".join(f"「{quota_name(definition, quota)}」" for quota in given)
            idle = f"，推荐名额{quotas}对它不起作用" if quotas else ""
            sentence = f"没有一个单位属于「{item.name}」{idle}"
            advice = "核对推荐单位，或删去这一类"
            yield warning("class_without_units", f"unit_classes.{item.key}", sentence, advice=advice, value=item.key)


def _quotas(definition: Definition) -> Iterator[Finding]:
    if definition.quotas and definition.stages and definition.stage_of(StageKind.RECOMMEND) is None:
        advice = "加一个推荐报送环节，或删去推荐名额"
        yield warning("quotas_without_recommend", "quotas", "没有推荐报送环节，推荐名额不起作用", advice=advice)
    categories = {category.key: category for category in definition.categories}
    limits = {
        cell: quota.limit
        for quota in definition.quotas
        if quota.category in categories
        for cell in covered(quota, categories[quota.category])
    }
    for category in definition.categories:
        subtypes = [subtype.key for subtype in category.subtypes] or [""]
        cells = [(item.key, category.key, subtype) for item in definition.unit_classes for subtype in subtypes]
        if cells and all(limits.get(cell) == 0 for cell in cells):
            sentence = f"各类单位推荐「{category.name}」的名额都是 0，谁也不得推荐"
            yield warning(
                "category_closed", f"categories.{category.key}", sentence, advice="核对名额", value=category.key
            )


def _office(definition: Definition) -> Iterator[Finding]:
    office = definition.office
    if office.email is None:
        sentence = "没有填写主办处室的收信邮箱，写给主办处室的邮件列入待人工催办"
        yield info("office_without_email", "office.email", sentence)
    if not office.contacts:
        sentence = "没有写明主办处室的联系人，邮件中不会有咨询电话"
        yield info("office_without_contacts", "office.contacts", sentence, advice="补上姓名和电话")
    has_paper = any(stage.recommend is not None and stage.recommend.paper is not None for stage in definition.stages)
    if has_paper and not office.address:
        sentence = "要求报送纸质材料，却没有写明寄到哪里"
        yield info("paper_without_address", "office.address", sentence, advice="填写“邮寄地址”")
    upper = definition.upper
    if upper is not None and not (upper.number or upper.code):
        sentence = "写了上级批次，却没有写明是哪一个"
        yield warning("upper_unnamed", "upper", sentence, advice="填写“上级通知文号”，或“上级批次在本系统中的代号”")
