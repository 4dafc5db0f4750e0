"""Names of holders: what is refused in one, and when two are the same."""

import unicodedata

from domain.definition import Field, Form
from domain.forms import check_answers

HOLDER_FORM = Form(key="title", title="示范名单", fields=(Field(key="holder", label="名称", max_chars=200),))
UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def checked_holder(raw: str) -> str:
    """Return a holder's name, trimmed. Raises Invalid (path "holder")."""
    return check_answers(HOLDER_FORM, {"holder": raw})["holder"]


def folded(name: str) -> str:
    """Return what two ways of writing one name have in common: width, case, spaces and unseen characters aside."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in plain if unicodedata.category(char) not in UNSEEN)
