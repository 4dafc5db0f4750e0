"""Files to fill in that a definition brings with it: kept by content, so that each version of a batch has its own.

A definition names a template as it lies beside it ("summary.xlsx"); once loaded, the name also bears the hash of its
bytes ("summary.xlsx#<sha256>"). A changed file thus makes a new revision, and a case keeps the one it began with.
"""

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO

from domain.definition import Annex, Definition, Form, Material
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
    annexes = tuple(_annex(annex, folder, place, problems) for annex in definition.document.annexes)
    if problems:
        raise Invalid(problems)
    if forms == definition.forms and annexes == definition.document.annexes:
        return definition
    return replace(definition, forms=forms, document=replace(definition.document, annexes=annexes))


def template_name(material: Material) -> str:
    """Return the name under which a slot's template is given out; "" where there is none."""
    return material.template.partition(MARK)[0].rpartition("/")[2]


def annex_name(annex: Annex) -> str:
    """Return the name under which an annex is given out: its title with the suffix of its file."""
    suffix = PurePosixPath(annex.file.partition(MARK)[0]).suffix
    return f"{annex.title}{suffix}"


def open_annex(annex: Annex, place: Place) -> IO[bytes]:
    """Return an annex of the notice for reading; the caller closes it. Raises NotFound."""
    return _opened(annex.file, annex.title, place)


def open_template(material: Material, place: Place) -> IO[bytes]:
    """Return a slot's template for reading; the caller closes it. Raises NotFound."""
    return _opened(material.template, material.label, place)


def _opened(named: str, label: str, place: Place) -> IO[bytes]:
    sha256 = named.partition(MARK)[2]
    store = as_store(place)
    if not sha256 or not store.has(Shelf.TEMPLATES, sha256):
        raise NotFound(f"“{label}”没有可下载的文件。")
    return store.open(sha256, Shelf.TEMPLATES)


def _form(form: Form, folder: Path, place: Place, problems: list[Problem]) -> Form:
    materials = []
    for material in form.materials:
        named = material
        if material.template:
            path = f"forms.{form.key}.materials.{material.key}.template"
            named = replace(material, template=_kept(material.template, path, folder, place, problems))
        materials.append(named)
    return replace(form, materials=tuple(materials))


def _annex(annex: Annex, folder: Path, place: Place, problems: list[Problem]) -> Annex:
    path = f"document.annexes.{annex.key}.file"
    return replace(annex, file=_kept(annex.file, path, folder, place, problems))


def _kept(name: str, path: str, folder: Path, place: Place, problems: list[Problem]) -> str:
    """Keep a file and return its name with the hash of its bytes; one that is kept already stays as it is."""
    if MARK in name:
        return name
    file = folder / name
    if not is_inside(name) or not file.is_file():
        sentence = "文件不存在，或不在本配置所在的文件夹之内"
        problems.append(Problem(path, name, sentence, "写相对路径，如 templates/summary.xlsx"))
        return name
    with file.open("rb") as stream:
        return f"{name}{MARK}{as_store(place).keep(stream, Shelf.TEMPLATES)}"
