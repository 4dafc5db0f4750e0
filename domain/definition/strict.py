"""How every class of the definition is validated: unknown keys are refused, text is trimmed.

pydantic reads this mapping from the attribute `__pydantic_config__`; the classes themselves stay plain dataclasses.
"""

from typing import Final

STRICT: Final[dict[str, object]] = {"extra": "forbid", "str_strip_whitespace": True}
KEY_PATTERN: Final = r"^[a-z][a-z0-9_-]{0,39}$"
"""A stable key: lower-case ASCII, so that it may stand in addresses, database keys and file names."""
