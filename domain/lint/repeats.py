"""The same thing said twice: values of a list, and names by which people tell things apart."""

from collections.abc import Iterator, Sequence

from domain.definition import Definition
from domain.lint.findings import Finding, warning


def check(definition: Definition) -> Iterator[Finding]:
    """Yield values that stand twice in a list of references, and different things of one name."""
    for path, values in _lists(definition):
        for value in dict.fromkeys(values):
            if values.count(value) > 1:
                yield warning("repeated_value", path, f"「{value}」写了两次", advice="只留一个", value=value)
    for path, field, named in _names(definition):
        first: dict[str, str] = {}
        for key, name in named:
            if name and first.setdefault(name, key) != key:
                sentence = f"有两项都叫「{name}」，人们分不清"
                yield warning("duplicate_name", f"{path}.{key}.{field}", sentence, advice="换一个名称", value=name)


def _lists(definition: Definition) -> Iterator[tuple[str, Sequence[str]]]:
    for category in definition.categories:
        path = f"categories.{category.key}"
        yield from ((f"{path}.modes", category.modes), (f"{path}.applicants", category.applicants))
    for quota in definition.quotas:
        path = f"quotas.{quota.key}"
        yield from ((f"{path}.classes", quota.classes), (f"{path}.subtypes", quota.subtypes))
    for rule in definition.rules:
        path = f"rules.{rule.key}"
        yield from ((f"{path}.categories", rule.categories), (f"{path}.subtypes", rule.subtypes))
        yield f"{path}.modes", rule.modes
    for stage in definition.stages:
        path = f"stages.{stage.key}"
        yield f"{path}.opens.after", stage.opens.after
        for name in ("collect", "review", "recommend"):
            part = getattr(stage, name)
            if part is not None:
                yield f"{path}.{name}.classes", part.classes


def _names(definition: Definition) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    yield "unit_classes", "name", [(item.key, item.name) for item in definition.unit_classes]
    yield "categories", "name", [(item.key, item.name) for item in definition.categories]
    for category in definition.categories:
        yield f"categories.{category.key}.subtypes", "name", [(item.key, item.name) for item in category.subtypes]
    yield "stages", "title", [(item.key, item.title) for item in definition.stages]
