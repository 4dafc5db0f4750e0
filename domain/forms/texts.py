"""What every text obeys: its characters, its length, and the patterns of addresses and numbers.

Lengths are in characters of the composed form (NFC), never in bytes.
"""

import re
import unicodedata

from domain.definition import FieldKind

DEFAULT_MAX = {FieldKind.LONG_TEXT: 2000}
PLAIN_MAX = 200
LONGEST_TEXT = 20_000
"""What a text without a limit of its own may hold."""
EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
PHONE = re.compile(r"^(\+?86[- ]?)?(0\d{2,3}[- ]?)?\d{7,8}([- ]\d{1,6})?$|^400[- ]?\d{3}[- ]?\d{4}$")
MOBILE = re.compile(r"^(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$")
URL = re.compile(r"(https?://)?[^\s/?#@:.]+(\.[^\s/?#@:.]+)+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)
POSTCODE = re.compile(r"[0-9]{6}")
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069\u200b\ufeff]"
)


def composed(raw: str) -> str:
    """Return a text trimmed, with plain line ends and composed characters."""
    text = raw.strip().replace("\r\n", "\n").replace("\r", "\n")
    # Most answers are in this form already, and asking is quicker than making.
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def half_width(text: str) -> str:
    """Return a text with its compatible characters in their plain form (full-width digits, for example)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
