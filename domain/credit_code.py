"""The unified social credit code (统一社会信用代码) of an organisation, with its check digit.

Source: GB 32100-2015.
"""

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Without I, O, S, V and Z, which are misread."""
LENGTH = 18
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def normal_credit_code(text: str) -> str:
    """Return the code in capitals of half width. Raises ValueError, with a sentence, for what is none."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if len(code) != LENGTH:
        raise ValueError(f"统一社会信用代码应为 {LENGTH} 位，现为 {len(code)} 位")
    if any(char not in ALPHABET for char in code):
        raise ValueError("统一社会信用代码只含数字和大写字母（没有 I、O、S、V、Z）")
    if check_digit(code) != code[-1] or not code.strip("0"):
        raise ValueError("统一社会信用代码的校验位不对，请核对有无错位或漏字")
    return code


def check_digit(code: str) -> str:
    """Return the last digit that the first seventeen call for."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(code, WEIGHTS, strict=False))
    return ALPHABET[-total % 31]
