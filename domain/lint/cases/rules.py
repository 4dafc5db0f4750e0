"""Rules that can be judged: about things that exist, with values that fit, and a force that goes with the rest."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date

from domain.definition import NUMERIC, Definition, FieldKind, Force, Operator, Rule, StageKind, Waiver
from domain.lint.findings import Finding, error, info, listed, warning
from domain.lint.naming import category_names, mode_names, subject_names, subtype_names
from domain.rules.comparing import NotComparable, as_of, limit_day, number, years
from domain.rules.comparing import listed as parts_of
from domain.rules.facts import CREDIT_DAYS, FACTS, ORGANISATION_KINDS, FactKind
from domain.rules.subjects import Subject, declared_with, subjects

MEASURING = frozenset({Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST})
DATING = frozenset({Operator.ON_OR_BEFORE, Operator.ON_OR_AFTER, Operator.FULL_YEARS})
TITLING = frozenset({Operator.HAS_TITLE, Operator.NO_TITLE})
EQUALLING = frozenset({Operator.IS, Operator.IS_NOT, Operator.IN, Operator.NOT_IN})
NUMBERS = NUMERIC | {FieldKind.YEAR}
TITLE = re.compile(r"^(\*|[a-z][a-z0-9_-]*)(/(\*|[a-z][a-z0-9_-]*))?$")
SOME_DAY = date(2000, 6, 1)
VALUES = (
    "数值写数字，日期写作 2022-03-31；提交当日写「submission」，提交前 30 天写「submission-30」，"
    "信用查询有效天数之内写「credit_days」"
)
"""How values to compare with are written."""

Subjects = Mapping[str, Subject]


def check(definition: Definition) -> Iterator[Finding]:
    """Yield rules that can never be judged, or not as they are meant, and what the notice leaves open."""
    for rule in definition.rules:
        path = f"rules.{rule.key}"
        yield from _where(definition, path, rule)
        yield from _force(path, rule)
        if rule.operator is Operator.EXPRESSION:
            if not rule.expression:
                yield error("no_expression", f"{path}.expression", "没有写算式", advice="填写“算式”")
        else:
            yield from _subject(definition, path, rule)
        if rule.expression and rule.operator is not Operator.EXPRESSION:
            advice = "删去“算式”，或把“怎样比较”改为“按算式判断”"
            yield error("expression_out_of_place", f"{path}.expression", "该条件不用算式", advice=advice)
    yield from _credit(definition)
    yield from _silent(definition)


def _where(definition: Definition, path: str, rule: Rule) -> Iterator[Finding]:
    categories = category_names(definition)
    concerned = [item for item in definition.categories if not rule.categories or item.key in rule.categories]
    subtypes, modes = subtype_names(concerned), mode_names(definition)
    for key in _strange(rule.categories, categories):
        sentence, place = f"没有「{key}」这个类别", f"{path}.categories"
        yield error("unknown_category", place, sentence, advice=listed(categories, wrong=key), value=key)
    for key in _strange(rule.subtypes, subtypes):
        sentence, place = f"没有「{key}」这个子类", f"{path}.subtypes"
        yield error("unknown_subtype", place, sentence, advice=listed(subtypes, wrong=key), value=key)
    for key in _strange(rule.modes, modes):
        yield error(
            "unknown_mode", f"{path}.modes", f"没有「{key}」这个模式", advice=listed(modes, wrong=key), value=key
        )


def _strange(given: Iterable[str], known: Collection[str]) -> list[str]:
    return [key for key in given if key not in known]


def _force(path: str, rule: Rule) -> Iterator[Finding]:
    if rule.waiver is not Waiver.NOBODY and rule.force is not Force.HARD:
        advice = "把“可由谁豁免”改为“不得豁免”，或把“约束力”改为“硬性条件”"
        sentence = "只有硬性条件才谈得上豁免"
        yield error("waiver_out_of_place", f"{path}.waiver", sentence, advice=advice, value=rule.waiver)
    if rule.is_signed and not rule.question:
        advice = "填写“核对或签认的内容”"
        yield error("no_question", f"{path}.question", "要申报单位签认，却没有写签认什么", advice=advice)
    if rule.force is Force.BAND:
        if rule.operator not in MEASURING | {Operator.IS}:
            advice = "把“怎样比较”改为“大于”“不低于”“小于”“不超过”“等于”之一"
            sentence = "“左右”只能用于数值比较"
            yield error("band_out_of_place", f"{path}.operator", sentence, advice=advice, value=rule.operator)
        if rule.tolerance is None or rule.tolerance < 0:
            advice = "在“允许偏差”中填可以相差多少，例：2"
            sentence = "“左右”要写明允许偏差"
            yield error("no_tolerance", f"{path}.tolerance", sentence, advice=advice, value=rule.tolerance)
    elif rule.tolerance is not None:
        advice = "删去“允许偏差”，或把“约束力”改为“左右”"
        sentence = "只有“左右”的条件有允许偏差"
        yield error("tolerance_out_of_place", f"{path}.tolerance", sentence, advice=advice, value=rule.tolerance)
    if rule.as_of is not None and rule.operator is not Operator.FULL_YEARS:
        yield error("as_of_out_of_place", f"{path}.as_of", "只有“满几年”的条件有截至日期", advice="删去“截至日期”")


def _subject(definition: Definition, path: str, rule: Rule) -> Iterator[Finding]:
    """Yield what is wrong with what is judged; with the value, once it is known what is judged."""
    if not rule.subject:
        if rule.operator is not Operator.SEEN:
            yield error("no_subject", f"{path}.subject", "没有写明看哪一项", advice="选定“判断对象”")
        elif not rule.is_signed and rule.force is not Force.CHECK:
            advice = "选定“判断对象”，或由“申报单位签认”，或把“约束力”改为“审核要点”"
            yield error("no_subject", f"{path}.subject", "该条件什么也不看", advice=advice)
        return
    if rule.subject in FACTS:
        yield from _compared(definition, path, rule, None)
        return
    concerned = [item for item in definition.categories if not rule.categories or item.key in rule.categories]
    found: Subject | None = None
    has_form = False
    for category in concerned:
        form = declared_with(definition, category.key)
        if form is None:
            continue
        has_form = True
        known = subjects(form, definition.year, definition.modes_of(category.key))
        if rule.subject not in known:
            sentence = f"「{category.name}」的申报表中没有「{rule.subject}」这一项"
            advice = _nearest(rule.subject, known)
            yield error("unknown_field", f"{path}.subject", sentence, advice=advice, value=rule.subject)
            return
        found = found or known[rule.subject]
    if not has_form:
        sentence = "没有申报表，无法核对该条件看的是哪一项"
        yield warning(
            "unchecked_field", f"{path}.subject", sentence, advice="在申报环节选定申报表", value=rule.subject
        )
    yield from _compared(definition, path, rule, found)


def _nearest(name: str, known: dict[str, Subject]) -> str:
    """Return what could be meant: the places under the same first key, else the facts that every case has."""
    head = name.partition(".")[0]
    near = [path for path in known if path.partition(".")[0] == head]
    return listed(subject_names(near or [*known, *FACTS], known), wrong=name)


def _compared(definition: Definition, path: str, rule: Rule, subject: Subject | None) -> Iterator[Finding]:
    kind = FACTS[rule.subject].kind if rule.subject in FACTS else None
    if not _fits(rule, kind, subject):
        fact = FACTS.get(rule.subject)
        judged = subject.label if subject is not None else fact.label if fact is not None else rule.subject
        sentence = f"「{judged}」不能这样比较"
        advice = "数值用“不低于”“不超过”等，日期用“不晚于”“不早于”“满几年”，称号用“已获得称号”“没有获得过称号”"
        yield error("operator_mismatch", f"{path}.operator", sentence, advice=advice, value=rule.operator)
        return
    if rule.operator is Operator.SEEN:
        return
    if not rule.value:
        yield error("no_value", f"{path}.value", "没有写明与什么比较", advice="填写“比较值”")
        return
    yield from _value(definition, path, rule, subject)


def _fits(rule: Rule, kind: FactKind | None, subject: Subject | None) -> bool:
    """Tell whether an operator makes sense for a fact or leaf; for one that is not known, any does."""
    if rule.operator in TITLING:
        return kind is FactKind.TITLES
    if rule.operator in MEASURING or rule.force is Force.BAND:
        return kind is FactKind.NUMBER or (kind is None and (subject is None or subject.field.kind in NUMBERS))
    if rule.operator in DATING:
        is_day = subject is None or (subject.is_value and subject.field.kind is FieldKind.DATE)
        is_signing = subject is not None and subject.path.endswith(".date")
        return kind is FactKind.DATE or (kind is None and (is_day or is_signing))
    return rule.operator is Operator.SEEN or kind is not FactKind.TITLES


def _value(definition: Definition, path: str, rule: Rule, subject: Subject | None) -> Iterator[Finding]:
    place = f"{path}.value"
    if rule.operator in TITLING:
        for part in parts_of(rule.value):
            if not TITLE.fullmatch(part):
                category = next((item.key for item in definition.categories), "*")
                example = f"{definition.programme.key}/{category}"
                advice = f"写作项目代号、斜线、类别代号，例：「{example}」；多个用顿号隔开"
                yield error("bad_value", place, "称号的写法不对", advice=advice, value=part)
        return
    try:
        if rule.operator in MEASURING or rule.force is Force.BAND:
            number(rule.value)
        elif rule.operator is Operator.FULL_YEARS:
            years(rule)
        elif rule.operator in DATING:
            limit_day(rule, {}, SOME_DAY)
    except NotComparable as problem:
        yield error("bad_value", place, str(problem), advice=VALUES, value=rule.value)
    try:
        as_of(rule, SOME_DAY)
    except NotComparable as problem:
        yield error("bad_value", f"{path}.as_of", str(problem), value=rule.as_of)
    offered = _offered(definition, rule, subject)
    if rule.operator in EQUALLING and rule.force is not Force.BAND and offered is not None:
        is_list = rule.operator in {Operator.IN, Operator.NOT_IN}
        # The value of a rule is written with keys, wherever they are not the names themselves.
        told = {key: name if name == key else f"{name}（{key}）" for key, name in offered.items()}
        for part in parts_of(rule.value) if is_list else (rule.value,):
            if part not in offered:
                yield error(
                    "unknown_value", place, f"没有「{part}」这个选项", advice=listed(told, wrong=part), value=part
                )


def _offered(definition: Definition, rule: Rule, subject: Subject | None) -> Mapping[str, str] | None:
    """Return what may be chosen, by value with its name, None where anything may stand."""
    if subject is not None and subject.is_value:
        match subject.field.kind:
            case FieldKind.CHOICE | FieldKind.CHOICES:
                return {choice: choice for choice in subject.field.choices}
            case FieldKind.MODES:
                return mode_names(definition)
            case FieldKind.COMMITMENT:
                return {"yes": "是"}
    of_batch: Mapping[str, Mapping[str, str]] = {
        "unit": {unit.code: unit.name for unit in definition.units},
        "category": category_names(definition),
        "subtype": subtype_names(definition.categories),
        "modes": mode_names(definition),
        "organisation.kind": ORGANISATION_KINDS,
        "organisation.is_group": {"yes": "是", "no": "否"},
    }
    return of_batch.get(rule.subject)


def _credit(definition: Definition) -> Iterator[Finding]:
    """Yield a limit on the age of credit checks that no rule applies, or a rule without its limit."""
    stage = definition.stage_of(StageKind.DECLARE)
    days = stage.declare.credit_days if stage is not None and stage.declare is not None else None
    using = [rule for rule in definition.rules if rule.value == CREDIT_DAYS]
    if days is not None and not using and stage is not None:
        sentence = "写了信用查询有效天数，却没有条件用到它"
        advice = "为查询日期写一条申报条件：“怎样比较”选“不早于”，“比较值”填「credit_days」，“约束力”选“提示”"
        yield warning(
            "credit_days_unused", f"stages.{stage.key}.declare.credit_days", sentence, advice=advice, value=days
        )
    if days is None:
        for rule in using:
            sentence = "该条件要用信用查询有效天数，申报环节却没有写"
            advice = "在“申报要求”中填写“信用查询有效天数”"
            yield warning("credit_days_missing", f"rules.{rule.key}.value", sentence, advice=advice)


def _silent(definition: Definition) -> Iterator[Finding]:
    for stage in definition.stages:
        if stage.declare is not None and stage.declare.one_case is None:
            sentence = "通知没有规定能否多报，同一申报单位可以报多件"
            advice = "在“限报”中选定；通知没有规定的，保持不选"
            yield info("one_case_silent", f"stages.{stage.key}.declare.one_case", sentence, advice=advice)
