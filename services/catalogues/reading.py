"""A catalogue from a YAML file of its own: a document without dates and places, which makes no batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.definition import Catalogue
from domain.errors import Invalid, Problem
from domain.lint import Level
from domain.lint.cases.catalogues import check_catalogue
from domain.lint.references import is_inside
from services.definitions.reading import read_file
from services.definitions.shapes import shape

SHELL: Final[dict[str, object]] = {
    "code": "catalogue",
    "title": "catalogue",
    "year": 2000,
    "programme": {"key": "catalogue", "name": "catalogue"},
    "issuer": {"name": "catalogue", "level": "province"},
    "office": {"name": "catalogue"},
    "stages": [],
}
"""The least that a definition holds, around the catalogue: it is checked as the part of a batch that it becomes."""
WITHIN: Final = "catalogue."
MOST_SOURCE_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LoadedCatalogue:
    """A catalogue with the text it was taken from, as supplied; "" when no text is named."""

    catalogue: Catalogue
    source: str


def is_catalogue(raw: object) -> bool:
    """Tell whether plain data is a catalogue of modes and not a batch: it has modes, and neither code nor stages."""
    return isinstance(raw, dict) and "modes" in raw and not {"code", "stages"} & raw.keys()


def load_catalogue(path: Path) -> LoadedCatalogue:
    """Return the catalogue of a YAML file with its source.

    The source is looked for beside the file, and in the folder above it, where the batches that use it lie.
    Raises Invalid with every problem at once.
    """
    catalogue = parse_catalogue(read_file(path))
    return LoadedCatalogue(catalogue, _source(path, catalogue.file) if catalogue.file else "")


def parse_catalogue(raw: object) -> Catalogue:
    """Return the catalogue that plain data describes. Raises Invalid with every problem of shape, or of sense."""
    if not is_catalogue(raw):
        raise Invalid([Problem("文件", "", "不是模式目录", "应有 key、title、modes，没有 code 和 stages")])
    try:
        catalogue = shape(SHELL | {"catalogue": raw}).catalogue
    except Invalid as refused:
        raise Invalid(
            Problem(problem.path.removeprefix(WITHIN), problem.value, problem.sentence, problem.allowed)
            for problem in refused.problems
        ) from None
    assert catalogue is not None  # noqa: S101 - it was part of what was shaped
    problems = [finding.problem for finding in check_catalogue(catalogue) if finding.level is Level.ERROR]
    problems += _empty(catalogue)
    if problems:
        raise Invalid(problems)
    return catalogue


def _empty(catalogue: Catalogue) -> Iterator[Problem]:
    for mode in catalogue.modes:
        if not mode.name:
            yield Problem(f"modes.{mode.key}.name", "", "模式没有名称", "写出名称")
        for criterion in mode.criteria:
            if not criterion.text:
                yield Problem(f"modes.{mode.key}.criteria.{criterion.key}.text", "", "要求没有内容", "抄录原文")


def _source(path: Path, file: str) -> str:
    if not is_inside(file):
        raise Invalid([Problem("file", file, "文件须在本目录所在的文件夹之内", "写相对路径，如 notices/modes.txt")])
    for folder in (path.parent, path.parent.parent):
        found = folder / file
        if found.is_file() and found.resolve().is_relative_to(folder.resolve()):
            return _read(found, file)
    raise Invalid([Problem("file", file, "文件不存在或无法读取")])


def _read(found: Path, file: str) -> str:
    try:
        with found.open("rb") as opened:
            content = opened.read(MOST_SOURCE_BYTES + 1)
        if len(content) > MOST_SOURCE_BYTES:
            raise Invalid([Problem("file", file, "文件过大", f"最多 {MOST_SOURCE_BYTES} 字节")])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Problem("file", file, "文件不是 UTF-8 编码", "另存为 UTF-8 编码")]) from None
    except OSError:
        raise Invalid([Problem("file", file, "文件不存在或无法读取")]) from None
