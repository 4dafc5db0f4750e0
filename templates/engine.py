"""The sandboxed engine for mail texts, the house's own and those that a batch words itself.

A context holds strings, numbers, and lists and mappings of them, never an object of the program: the sandbox alone
does not keep a template from calling a method that deletes rows. What a text may do is told by `templates.wording`;
text and output are limited in length.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from templates.refusing import sentence_of
from templates.wording import refusals

HERE = Path(__file__).parent
LONGEST_TEMPLATE = 20_000
LONGEST_OUTPUT = 200_000

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]


class BadTemplate(ValueError):  # noqa: N818 - it is the template that is bad
    """A text that cannot be rendered; the message says why, for its author."""


class _PlainValues(ImmutableSandboxedEnvironment):
    """Looks up names in mappings alone, so that no method of a text or a list is ever found."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a mapping's value, or what a loop tells of itself."""
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: str | Any) -> Any:
        """Return a mapping's value or a list's item, undefined when there is none."""
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(obj=obj, name=argument)


def _environment(*, escapes: bool) -> ImmutableSandboxedEnvironment:
    environment = _PlainValues(
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

    Raises BadTemplate for an unknown name, a forbidden act or too much text; TypeError for a value that is not plain.
    """
    require_plain(context)
    template = _compiled(source)
    try:
        return _limited(template.generate(dict(context)))
    except BadTemplate:
        raise
    except TemplateError as error:
        raise BadTemplate(f"模板有误：{sentence_of(error)}") from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise BadTemplate("模板有误：有一处取值不能这样使用") from error


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    """Compile a text once for all the mails that are made from it. Raises BadTemplate."""
    if len(source) > LONGEST_TEMPLATE:
        raise BadTemplate(f"模板过长（上限 {LONGEST_TEMPLATE} 字）")
    try:
        tree = _TEXT.parse(source)
    except TemplateError as error:
        raise BadTemplate(f"模板有误：{sentence_of(error)}") from error
    except (RecursionError, ValueError) as error:
        raise BadTemplate("模板有误：嵌套过深，或数字过长") from error
    refused = list(refusals(tree))
    if refused:
        raise BadTemplate(f"模板有误：{'；'.join(refused)}")
    return _TEXT.from_string(source)


def require_plain(value: object, path: str = "") -> None:
    """Refuse a value that is not a text, a number, or a list or mapping of such. Raises TypeError with its place."""
    match value:
        case None | str() | bool() | int() | float():
            return
        case Mapping():
            for name, item in value.items():
                require_plain(item, f"{path}.{name}")
        case list() | tuple():
            for number, item in enumerate(value):
                require_plain(item, f"{path}.{number}")
        case _:
            raise TypeError(f"not a plain value: {path.lstrip('.')} is a {type(value).__name__}")


def mail_source(name: str, *, is_english: bool = False) -> str:
    """Return the house's own text of a mail kind, subject in its first line."""
    folder = HERE / "mail" / "en" if is_english else HERE / "mail"
    return (folder / f"{name}.txt").read_text(encoding="utf-8")


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
