"""Files to fill in that a definition brings with it: kept by content, so that each version of a batch has its own.

A definition names a template as it lies beside it ("summary.xlsx"); once loaded, the name also bears the hash of its
bytes ("summary.xlsx#<sha256>"). A changed file thus makes a new revision, and a case keeps the one it began with.
"""

from dataclasses import replace
from pathlib import Path
from typing import IO

from domain.definition import Definition, Form, Material
from domain.errors import Invalid, NotFound, Problem
from domain.lint.references import is_inside
from services.files.store import Place, Shelf, as_store

MARK = "#"


def keep_templates(definition: Definition, folder: Path, place: Place) -> Definition:
    """Return the definition with its templates kept and named by content; loading it again changes nothing.

    folder: the definition's own, in which the templates lie and which they may not leave.
    Raises Invalid with every template that is not there.
    """
    problems: list[Problem] = []
    forms = tuple(_form(form, folder, place, problems) for form in definition.forms)
    if problems:
        raise Invalid(problems)
    return replace(definition, forms=forms) if forms != definition.forms else definition


def template_name(material: Material) -> str:
    """Return the name under which a slot's template is given out; "" where there is none."""
    return material.template.partition(MARK)[0].rpartition("/")[2]


def open_template(material: Material, place: Place) -> IO[bytes]:
    """Return a slot's template for reading; the caller closes it. Raises NotFound."""
    sha256 = material.template.partition(MARK)[2]
    store = as_store(place)
    if not sha256 or not store.has(Shelf.TEMPLATES, sha256):
        raise NotFound(f"“{material.label}”没有可下载的模板。")
    return store.open(sha256, Shelf.TEMPLATES)


def _form(form: Form, folder: Path, place: Place, problems: list[Problem]) -> Form:
    materials = []
    for material in form.materials:
        named = material
        if material.template and MARK not in material.template:
            path = f"forms.{form.key}.materials.{material.key}.template"
            file = folder / material.template
            if not is_inside(material.template) or not file.is_file():
                sentence = "模板文件不存在，或不在本配置所在的文件夹之内"
                problems.append(Problem(path, material.template, sentence, "写相对路径，如 templates/summary.xlsx"))
                continue
            with file.open("rb") as stream:
                sha256 = as_store(place).keep(stream, Shelf.TEMPLATES)
            named = replace(material, template=f"{material.template}{MARK}{sha256}")
        materials.append(named)
    return replace(form, materials=tuple(materials))
