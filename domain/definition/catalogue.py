"""A catalogue of modes with their criteria: a document of its own, with versions, that several batches may use."""

from dataclasses import dataclass
from typing import ClassVar

from domain.definition.strict import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion of a mode (服务能力); `quote` is the text as printed where `text` had to be mended."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    label: str
    text: str
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A mode or direction that an applicant may choose.

    is_other: asks for words of one's own. standard: the common name by which modes of different notices are compared
        ("lifecycle"); empty for one that has no counterpart.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str
    is_other: bool = False
    standard: str = ""
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word that the document explains (VMI)."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    word: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """A catalogue in one version.

    document: title of the annex it was taken from. version: counted from 1; a change makes a new one.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    title: str
    version: int = 1
    document: str = ""
    file: str | None = None
    modes: tuple[Mode, ...] = ()
    terms: tuple[Term, ...] = ()
