"""Units that exist once, belong somewhere, and can be reached."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from re import compile as pattern

from domain.definition import Definition, UnitEntry
from domain.forms import EMAIL, MOBILE, PHONE
from domain.lint.findings import Finding, error, info, listed, warning
from domain.lint.naming import circle, class_names
from domain.lint.people.addresses import suspicion

CODE = pattern(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the list of units."""
    classes = class_names(definition)
    for unit in definition.units:
        path = f"units.{unit.code}"
        if not CODE.fullmatch(unit.code):
            advice = "只含字母、数字、- 和 _，最多 40 个字符"
            yield error("bad_code", f"{path}.code", "单位代码不合规则", advice=advice, value=unit.code)
        if unit.unit_class not in classes:
            sentence = f"没有「{unit.unit_class}」这类单位"
            yield error(
                "unknown_class",
                f"{path}.unit_class",
                sentence,
                advice=listed(classes, wrong=unit.unit_class),
                value=unit.unit_class,
            )
        yield from _reach(path, unit)
    yield from _once(definition)
    yield from _tree(definition)


def _reach(path: str, unit: UnitEntry) -> Iterator[Finding]:
    if not (unit.email or unit.phone or unit.mobile):
        advice = "填写“已知邮箱”“已知电话”“已知手机号”之一"
        yield error("unit_unreachable", path, f"「{unit.name}」没有任何联系方式", advice=advice, value=unit.code)
    elif not unit.email:
        sentence = f"「{unit.name}」没有邮箱，提醒列入待人工催办"
        yield info("unit_without_email", f"{path}.email", sentence, value=unit.mobile or unit.phone)
    if unit.email:
        yield from check_email(f"{path}.email", unit.email)
    if unit.phone and not (PHONE.match(unit.phone) or MOBILE.match(unit.phone)):
        advice = "带区号，只填一个，例：010-60000000"
        yield warning("phone_form", f"{path}.phone", "电话格式不对", advice=advice, value=unit.phone)
    if unit.mobile and not MOBILE.match(unit.mobile):
        yield error("mobile_form", f"{path}.mobile", "手机号应为 11 位，以 13 至 19 开头", value=unit.mobile)


def check_email(path: str, address: str) -> Iterator[Finding]:
    """Yield a finding when an address cannot be one, or looks misspelt."""
    if not EMAIL.match(address):
        advice = "只填一个，例：「name@example.cn」"
        yield error("email_form", path, "电子邮箱格式不对", advice=advice, value=address)
    elif doubt := suspicion(address):
        yield warning("email_suspicious", path, doubt, advice="核实后再用", value=address)


def check_office(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the addresses of the office itself."""
    office = definition.office
    if office.email is not None:
        yield from check_email("office.email", office.email)
    if office.published_email:
        for found in check_email("office.published_email", office.published_email):
            # It is shown as it was printed and never written to, so even a broken one does no harm.
            yield warning(
                "email_suspicious", found.path, found.sentence, advice="照录原文，不会自动发信", value=found.value
            )


def _once(definition: Definition) -> Iterator[Finding]:
    codes: set[str] = set()
    names: set[str] = set()
    for unit in definition.units:
        path = f"units.{unit.code}"
        if unit.code in codes:
            yield error("duplicate_unit", path, f"单位代码「{unit.code}」重复出现", value=unit.code)
        if unit.name in names:
            yield error("duplicate_unit", f"{path}.name", f"单位名称「{unit.name}」重复出现", value=unit.name)
        codes.add(unit.code)
        names.add(unit.name)


def _tree(definition: Definition) -> Iterator[Finding]:
    codes = {unit.code for unit in definition.units}
    upper = {unit.code: [unit.upper] for unit in definition.units if unit.upper is not None}
    for code, uppers in upper.items():
        for above in uppers:
            if above not in codes:
                sentence = f"名单中没有代码为「{above}」的上级单位"
                yield error("unknown_upper", f"units.{code}.upper", sentence, value=above)
    try:
        TopologicalSorter(upper).prepare()
    except CycleError as found:
        first = found.args[1][0]
        names = {unit.code: unit.name for unit in definition.units}
        sentence = f"几个单位互为上级：{circle(found.args[1], names)}"
        yield error("unit_cycle", f"units.{first}.upper", sentence, value=first)
