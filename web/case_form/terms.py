"""Words that the catalogue explains, found in a text so that the page can explain them in place (S002-10)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.definition import Term


class Piece(NamedTuple):
    """A piece of a text; `meaning` explains it, "" for the text between."""

    text: str
    meaning: str = ""


def explained(text: str, terms: Sequence[Term]) -> tuple[Piece, ...]:
    """Return a text in pieces, the first use of each term with its meaning. Longer terms are found first."""
    meanings = {term.word: term.meaning for term in terms if term.word}
    if not text or not meanings:
        return (Piece(text),) if text else ()
    words = sorted(meanings, key=len, reverse=True)
    # An abbreviation inside a longer Latin word is another word.
    pattern = "|".join(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])" for word in words)
    pieces, end = [], 0
    for found in re.finditer(pattern, text):
        meaning = meanings.pop(found[0], "")
        if meaning:
            pieces += [Piece(text[end : found.start()]), Piece(found[0], meaning)]
            end = found.end()
    return tuple(piece for piece in (*pieces, Piece(text[end:])) if piece.text)
