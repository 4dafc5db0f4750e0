"""Evidence (原文依据): each mark points at a value, says where it comes from, and is confirmed before publication."""

from collections.abc import Iterator

from domain.definition import Definition, Evidence, Mark
from domain.definition.paths import lookup, members
from domain.lint.findings import Finding, error, warning


def check(definition: Definition) -> Iterator[Finding]:
    """Yield marks that are broken, and values that a person still has to confirm."""
    seen: set[str] = set()
    for number, item in enumerate(definition.evidence):
        place = f"evidence.{number}"
        try:
            value = lookup(definition, item.path)
        except KeyError:
            advice = "重新选定“位置”，或删去这条依据；位置用各级代号写出，例：「stages.contacts.due.on」"
            yield error("unknown_path", f"{place}.path", "依据指向的位置不存在", advice=advice, value=item.path)
            continue
        if item.path in seen:
            sentence = "同一个取值写了两条依据"
            yield error("duplicate_evidence", f"{place}.path", sentence, advice="合并为一条", value=item.path)
        seen.add(item.path)
        yield from _mark(place, item, value)


def _mark(place: str, item: Evidence, value: object) -> Iterator[Finding]:
    if item.mark is Mark.STATED and not item.quote:
        advice = "抄录“原文”，或把“性质”改为“推定”"
        yield error("no_quote", f"{place}.quote", "标为“原文载明”的取值要抄录原文", advice=advice, value=item.path)
    if item.mark is Mark.CONFIRMED and not item.confirmed_by:
        sentence, advice = "标为“已确认”的取值没有确认人", "填写“确认人”：谁在哪一天确认的"
        yield error("no_confirmer", f"{place}.confirmed_by", sentence, advice=advice, value=item.path)
    if item.mark is Mark.INFERRED:
        reason = "；".join(part for part in (item.note, f"原文：{item.quote}" if item.quote else "") if part)
        sentence = "推定值尚未确认，确认前不能发布"
        yield warning("unconfirmed", item.path, sentence, advice=reason, value=_text(value))


def _text(value: object) -> str:
    own = members(value)
    if own is not None:
        named = next((own[name] for name in ("title", "label", "name", "key") if own.get(name)), None)
        return str(named) if named is not None else "、".join(filter(None, map(_text, own.values())))
    if isinstance(value, tuple):
        is_plain = all(members(item) is None for item in value)
        return "、".join(map(_text, value)) if is_plain else f"{len(value)} 项"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)
