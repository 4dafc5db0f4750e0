"""The papers that a form asks for."""

from collections.abc import Iterator

from domain.definition import Definition, Form
from domain.lint.findings import Finding, error, info
from domain.lint.forms.places import declared_forms
from domain.lint.keys import WELL_FORMED

MOST_FILES = 200


def check_form(form: Form, definition: Definition) -> Iterator[Finding]:
    """Yield slots that cannot be filled, and forms of cases that require no paper at all."""
    seen: set[str] = set()
    for material in form.materials:
        path = f"forms.{form.key}.materials.{material.key}"
        if not WELL_FORMED.fullmatch(material.key):
            advice = "以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符"
            yield error("bad_key", f"{path}.key", "代号不合规则", advice=advice, value=material.key)
        if material.key in seen:
            sentence = f"代号「{material.key}」重复出现"
            yield error("duplicate_key", path, sentence, advice="每个代号只能用一次", value=material.key)
        seen.add(material.key)
        most = MOST_FILES if material.max_count is None else material.max_count
        if not 1 <= material.min_count <= most <= MOST_FILES:
            sentence = f"份数应满足 1 ≤ 最少 ≤ 最多 ≤ {MOST_FILES}"
            value = f"{material.min_count}-{material.max_count}"
            yield error("bad_counts", f"{path}.max_count", sentence, value=value)
        if not material.kinds:
            yield error("no_file_kinds", f"{path}.kinds", f"「{material.label}」没有选定文件类型")
    # A plain list of fields is no application, and is declared with hardly any paper.
    is_application = bool(form.sections) and form.key in declared_forms(definition)
    if is_application and not any(material.required for material in form.materials):
        sentence = f"「{form.title}」没有任何必交的材料"
        yield info("no_required_materials", f"forms.{form.key}.materials", sentence, advice="通知确无要求时可不理会")
