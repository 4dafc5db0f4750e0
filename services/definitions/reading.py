"""Definitions in: from YAML, from plain data, from the canonical text of the database."""

import json
from dataclasses import dataclass
from pathlib import Path

from domain.definition import Definition
from domain.errors import Invalid, Problem
from domain.lint import Level, check
from domain.lint.findings import shown
from domain.lint.references import is_inside
from services.calendar import official_calendar
from services.definitions.expressions import check_expressions
from services.definitions.shapes import shape
from services.definitions.wording import check_texts
from services.definitions.words import label
from services.definitions.yaml_text import MOST_BYTES, read_yaml


@dataclass(frozen=True, slots=True)
class Included:
    """A part of a definition that may stand in a file of its own; the batch keeps what was read, not the name."""

    named_by: str
    key: str
    kind: type
    example: str
    otherwise: tuple[str, str]


INCLUDED = (
    Included("units_file", "units", list, "units/cities.yaml", ("应为单位的列表", "每项以「- code:」开头")),
    Included(
        "catalogue_file",
        "catalogue",
        dict,
        "catalogues/modes.yaml",
        ("应为一份模式目录", "以「key」「title」等键开头"),
    ),
)


def load_file(path: Path) -> Definition:
    """Return the definition of a YAML file, with the units of its units file.

    Raises Invalid with every problem at once: of the file, of its shape, or of its sense.
    """
    return parse(read_file(path), base_dir=path.parent)


def parse(raw: object, *, base_dir: Path | None) -> Definition:
    """Return the definition that plain data describes, once it has passed the checks.

    raw: dicts with text keys, lists and plain values.
    base_dir: the folder in which `units_file` is looked for and may not be left; None where no file may be named.
    Raises Invalid with every problem of its shape, or, when the shape is right, of its sense.
    """
    return sound(parse_unchecked(raw, base_dir=base_dir))


def sound(definition: Definition) -> Definition:
    """Return a definition that makes sense. Raises Invalid with every problem of its sense."""
    found = [*check(definition, official_calendar()), *check_texts(definition), *check_expressions(definition)]
    problems = [finding.problem for finding in found if finding.level is Level.ERROR]
    if problems:
        raise Invalid(problems)
    return definition


def parse_unchecked(raw: object, *, base_dir: Path | None) -> Definition:
    """Return the definition that plain data describes, whether or not it makes sense.

    For the check of the definition itself, which shows doubts beside errors. Arguments and errors as for `parse`.
    """
    problems: list[Problem] = []
    for included in INCLUDED if isinstance(raw, dict) else ():
        if isinstance(raw, dict) and isinstance(file := raw.get(included.named_by), str):
            try:
                raw = raw | {included.key: _included(raw, included, file, base_dir)}
            except Invalid as refused:
                problems += refused.problems
    try:
        definition = shape(raw)
    except Invalid as refused:
        raise Invalid([*problems, *refused.problems]) from None
    if problems:
        raise Invalid(problems)
    return definition


def from_canonical(text: str) -> Definition:
    """Return the definition of a canonical text, as it was stored; it was checked before.

    Raises Invalid when the text is not a definition.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid([Problem("文件", shown(text), "不是 JSON")]) from None
    return shape(raw)


def read_file(path: Path) -> object:
    """Return the plain data of a YAML file. Raises Invalid when it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Reading one byte more than allowed may cut a character; then the size is the reason.
        if len(content) <= MOST_BYTES:
            raise Invalid([Problem(path.name, "", "文件不是 UTF-8 编码", "另存为 UTF-8 编码")]) from None
        text = content.decode("utf-8", "ignore")
    except (OSError, ValueError):
        raise Invalid([Problem(path.name, "", "文件不存在或无法读取")]) from None
    return read_yaml(text)


def _included(raw: dict[str, object], included: Included, file: str, base_dir: Path | None) -> object:
    key, named_by = included.key, included.named_by
    called = label(Definition, key)
    if raw.get(key):
        sentence = f"“{label(Definition, named_by)}”和“{called}”只能写一个"
        raise Invalid([Problem(named_by, file, sentence, "删去其中一个")])
    if base_dir is None:
        raise Invalid([Problem(named_by, file, "这里不能引用文件", f"把内容写在“{called}”（{key}）下")])
    path = base_dir / file
    if not is_inside(file) or not path.resolve().is_relative_to(base_dir.resolve()):
        advice = f"写文件夹之内的位置，例：「{included.example}」"
        raise Invalid([Problem(named_by, file, "文件须在批次定义所在的文件夹之内", advice)])
    try:
        found = read_file(path)
    except Invalid as refused:
        raise Invalid(
            Problem(named_by, file, f"{problem.path}：{problem.sentence}", problem.allowed)
            for problem in refused.problems
        ) from None
    if not isinstance(found, included.kind):
        raise Invalid([Problem(named_by, file, *included.otherwise)])
    return found
