"""The sandboxed engine for mail texts, the house's own and those that a batch words itself.

A context holds strings, numbers, and lists and mappings of them, never an object of the program: the sandbox alone
does not keep a template from calling a method that deletes rows. Text and output are limited in length.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent
LONGEST_TEMPLATE = 20_000
LONGEST_OUTPUT = 200_000

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]


class BadTemplate(ValueError):  # noqa: N818 - it is the template that is bad
    """A text that cannot be rendered; the message says why, for its author."""


def _environment(*, escapes: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(HERE / "mail"),
        undefined=StrictUndefined,
        autoescape=escapes,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in ("range", "lipsum", "cycler", "joiner", "namespace"):
        environment.globals.pop(name, None)
    environment.filters.pop("attr", None)
    environment.filters.pop("pprint", None)
    return environment


_TEXT = _environment(escapes=False)
_HTML = _environment(escapes=True)


def render_text(source: str, context: Mapping[str, Plain]) -> str:
    """Render a text that a person worded.

    Raises BadTemplate for an unknown name, a forbidden act or too much text.
    """
    if len(source) > LONGEST_TEMPLATE:
        raise BadTemplate(f"模板过长（上限 {LONGEST_TEMPLATE} 字）")
    try:
        return _limited(_TEXT.from_string(source).generate(dict(context)))
    except TemplateError as error:
        raise BadTemplate(f"模板有误：{error.message or type(error).__name__}") from error
    except (ArithmeticError, TypeError, ValueError, MemoryError) as error:
        raise BadTemplate(f"模板有误：{error}") from error


def mail_source(name: str) -> str:
    """Return the house's own text of a mail kind, subject in its first line."""
    return (HERE / "mail" / f"{name}.txt").read_text(encoding="utf-8")


def render_frame(subject: str, paragraphs: Sequence[str], footer: str) -> str:
    """Render the HTML part of a mail around its paragraphs."""
    context: dict[str, Any] = {"subject": subject, "paragraphs": paragraphs, "footer": footer}
    return _HTML.get_template("frame.html").render(context)


def _limited(chunks: Any) -> str:
    parts, length = [], 0
    for chunk in chunks:
        length += len(chunk)
        if length > LONGEST_OUTPUT:
            raise BadTemplate(f"生成的文字过长（上限 {LONGEST_OUTPUT} 字）")
        parts.append(chunk)
    return "".join(parts)
