"""Catalogues of modes: something in them, keys that stand for one thing, words explained once."""

from collections.abc import Iterable, Iterator

from domain.definition import Catalogue, Definition
from domain.lint.findings import Finding, error, warning
from domain.lint.keys import WELL_FORMED


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the batch's catalogue; nothing where it has none."""
    if definition.catalogue is None:
        return
    if definition.modes:
        sentence = "既有模式目录，又另写了模式；以目录为准，另写的不会提供"
        yield error("two_catalogues", "modes", sentence, advice="删去“模式”，或删去“模式目录”")
    yield from check_catalogue(definition.catalogue, "catalogue.")


def check_catalogue(catalogue: Catalogue, place: str = "") -> Iterator[Finding]:
    """Yield what is wrong with a catalogue. place: what its paths begin with, "catalogue." in a batch."""
    if not catalogue.modes:
        yield error("no_modes", f"{place}modes", "目录中没有任何模式", advice="至少写一种")
    yield from _keys(f"{place}key", "", [catalogue.key])
    yield from _keys("", f"{place}modes.", [mode.key for mode in catalogue.modes])
    for mode in catalogue.modes:
        path = f"{place}modes.{mode.key}"
        yield from _keys("", f"{path}.criteria.", [criterion.key for criterion in mode.criteria])
        if mode.standard and not WELL_FORMED.fullmatch(mode.standard):
            sentence, advice = "“对照名”不合规则", "写法同代号，例：「sharing」"
            yield error("bad_key", f"{path}.standard", sentence, advice=advice, value=mode.standard)
    words = [term.word for term in catalogue.terms]
    for word in sorted({word for word in words if words.count(word) > 1}):
        yield warning("duplicate_term", f"{place}terms", f"名词「{word}」解释了两次", advice="只留一条", value=word)


def _keys(own: str, place: str, keys: Iterable[str]) -> Iterator[Finding]:
    """Yield keys that are badly formed or given twice; `own` is the path where there is only one."""
    seen: set[str] = set()
    for key in keys:
        if not WELL_FORMED.fullmatch(key):
            advice = "以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符"
            yield error("bad_key", own or f"{place}{key}.key", "代号不合规则", advice=advice, value=key)
        if key in seen:
            sentence = f"代号「{key}」重复出现"
            yield error("duplicate_key", f"{place}{key}", sentence, advice="每个代号只能用一次", value=key)
        seen.add(key)
