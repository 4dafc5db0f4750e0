"""Checking and recommending: about things that exist, and what a notice leaves open, said aloud."""

from collections.abc import Collection, Iterator

from domain.definition import (
    Arrival,
    Definition,
    External,
    InternalStep,
    Paper,
    Recommend,
    Review,
    Stage,
    StageKind,
)
from domain.lint.findings import Finding, error, info, listed, warning
from domain.lint.naming import category_names, class_names

NEEDED_COLUMNS = {"credit_code": "统一社会信用代码", "name": "单位名称", "category": "申报类别", "unit": "推荐单位"}


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong or left open in the stages that deal with cases."""
    for stage in definition.stages:
        path = f"stages.{stage.key}"
        if stage.declare is not None:
            yield from _applicants_date(definition, stage, path)
            if stage.declare.external is not None:
                yield from _columns(stage.declare.external, f"{path}.declare.external.columns")
        if stage.review is not None:
            yield from _review(definition, stage.review, f"{path}.review")
        if stage.recommend is not None:
            yield from _recommend(definition, stage.recommend, f"{path}.recommend")
    yield from _bypassing(definition)


def _applicants_date(definition: Definition, stage: Stage, path: str) -> Iterator[Finding]:
    """Yield a finding where applicants have no date of their own (S000-45, S004-24)."""
    upper = definition.stage_of(StageKind.RECOMMEND) or definition.stage_of(StageKind.REVIEW)
    if upper is None or upper.due is None or (upper.recommend is None and upper.review is None):
        return
    if stage.due is not None and stage.due != upper.due:
        return
    sentence = f"没有写明申报单位的截止时间，只写了「{upper.title}」的截止时间"
    advice = "由推荐单位在各自页面另设，或采用“按工作日倒排的时间建议”；系统不会自行设定"
    yield info("applicants_date_open", f"{path}.due", sentence, advice=advice)


def _columns(external: External, path: str) -> Iterator[Finding]:
    """Yield what an import from the other platform cannot do without; no column at all means no import."""
    missing = [word for key, word in NEEDED_COLUMNS.items() if key not in {column.to for column in external.columns}]
    if external.columns and missing:
        sentence = f"「{external.name}」的导出表没有写明哪一列是{'、'.join(missing)}，每一行都导不进来"
        yield warning("column_missing", path, sentence, advice="在“列的对应”中补上", value="、".join(missing))


def _review(definition: Definition, review: Review, path: str) -> Iterator[Finding]:
    yield from _classes(definition, review.classes, path)
    yield from _unique(f"{path}.checks", [item.key for item in review.checks])
    yield from _steps(review.internal, path)
    categories = category_names(definition)
    for item in review.checks:
        for key in item.categories:
            if key not in categories:
                sentence = f"没有「{key}」这个类别"
                place = f"{path}.checks.{item.key}.categories"
                yield error("unknown_category", place, sentence, advice=listed(categories, wrong=key), value=key)
    if review.return_days < 1:
        sentence = "退回补正的工作日数至少为 1"
        yield error("bad_number", f"{path}.return_days", sentence, value=review.return_days)
    if review.max_returns is not None and review.max_returns < 0:
        sentence = "退回次数不能为负"
        yield error("bad_number", f"{path}.max_returns", sentence, advice="不限的不填", value=review.max_returns)


def _recommend(definition: Definition, recommend: Recommend, path: str) -> Iterator[Finding]:
    yield from _classes(definition, recommend.classes, path)
    yield from _steps(recommend.internal, path)
    if recommend.paper is not None:
        yield from _paper(recommend.paper, f"{path}.paper")


def _paper(paper: Paper, path: str) -> Iterator[Finding]:
    if paper.copies < 1:
        advice = "不报纸质材料的，删去“纸质材料”"
        yield error("bad_number", f"{path}.copies", "份数至少为 1", advice=advice, value=paper.copies)
    if paper.arrival is Arrival.UNKNOWN:
        sentence = "没有写明截止日期以寄出还是寄到为准"
        advice = "请主办处室在“日期以何为准”中选定“以寄出日期为准”或“以寄到日期为准”；选定后写入邮件"
        yield warning("arrival_open", f"{path}.arrival", sentence, advice=advice)


def _classes(definition: Definition, classes: Collection[str], path: str) -> Iterator[Finding]:
    known = class_names(definition)
    for key in classes:
        if key not in known:
            sentence = f"没有「{key}」这类单位"
            yield error("unknown_class", f"{path}.classes", sentence, advice=listed(known, wrong=key), value=key)


def _steps(steps: Collection[InternalStep], path: str) -> Iterator[Finding]:
    yield from _unique(f"{path}.internal", [step.key for step in steps])


def _unique(path: str, keys: list[str]) -> Iterator[Finding]:
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            sentence = f"代号「{key}」重复出现"
            yield error("duplicate_key", f"{path}.{key}", sentence, advice="每个代号只能用一次", value=key)


def _bypassing(definition: Definition) -> Iterator[Finding]:
    """Yield units that forward past the unit above them: their cases would still count as in its branch (S003-25)."""
    stage = definition.stage_of(StageKind.RECOMMEND)
    named = stage.recommend.classes if stage is not None and stage.recommend is not None else ()
    direct = {item.key for item in definition.unit_classes if item.is_direct}.union(named)
    codes = {unit.code for unit in definition.units}
    for unit in definition.units:
        if unit.unit_class in direct and unit.upper in codes:
            sentence = f"「{unit.name}」直接向主办处室报送，却列在另一个推荐单位之下"
            advice = "删去它的“上级单位”，使其申报件不计入上级单位的待办事项"
            yield warning(
                "forwards_past_upper", f"units.{unit.code}.upper", sentence, advice=advice, value=unit.upper
            )
