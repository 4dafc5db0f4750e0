"""The cover of a form that is printed, as the notice lays it down."""

import re
from collections.abc import Mapping

from domain.definition import Form


def cover_of(form: Form, words: Mapping[str, str]) -> list[str]:
    """Return the lines of the printed cover. words: what stands for year, applicant and unit (S001-58)."""
    return [re.sub(r"\{(\w+)\}", lambda name: words.get(name[1], name[0]), line) for line in form.cover]
