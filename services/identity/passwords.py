"""Passwords: what is accepted as one, and a hash that is dear to an attacker and cheap enough for the last hour.

Hashes run two at a time: when everybody signs in before a deadline, the pages of those already inside must go on.
"""

import secrets
import string
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.errors import Invalid, Problem
from services.identity.throttle import TryLater

LONGEST = 1024
LONG_ENOUGH = 16
HASHES_AT_ONCE = 2
LONGEST_WAIT_S = 5.0

# Source: OWASP Password Storage Cheat Sheet, the argon2id setting with 19 MiB; 22 ms here, library default 123 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_slots = BoundedSemaphore(HASHES_AT_ONCE)


class Policy(StrEnum):
    """Which rules a new password must meet."""

    ASVS = "asvs"
    DENGBAO2 = "dengbao2"


@dataclass(frozen=True, slots=True)
class _Rules:
    shortest: int
    kinds: int


# Source: OWASP ASVS 5.0 6.2.1 and 6.2.5; GB/T 22239-2019 7.1.4.1 a), which asks for complexity.
_RULES: Mapping[Policy, _Rules] = {Policy.ASVS: _Rules(8, 1), Policy.DENGBAO2: _Rules(8, 3)}

_COMMON_WORDS = """
password passw0rd p@ssw0rd p@ssword password1 password1! password123 password@123 pass@123 pass@1234 pass1234
admin123 admin@123 admin1234 admin@1234 administrator admin888 admin666 root@123 root1234 test1234 test@123
12345678 123456789 1234567890 87654321 11111111 88888888 66666666 00000000 11223344 123123123 147258369
qwerty123 qwertyuiop qwer1234 qwer@1234 1qaz2wsx 1qaz@wsx 1qaz!qaz !qaz2wsx zaq12wsx qazwsx123 asdfghjkl
abc12345 abcd1234 abcd@1234 abc@1234 abc123456 a1234567 a12345678 a123456789 aa123456 aa123456! aa@123456
woaini1314 woaini520 iloveyou zxcvbnm123 huawei@123 welcome1 welcome@123 changeme letmein123 china@123
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def check(password: str, account: str, *, policy: Policy = Policy.DENGBAO2) -> None:
    """Refuse a new password that the policy does not accept. Raises Invalid with every problem; none shows it."""
    sentences = list(_objections(_normal(password), account, _RULES[policy]))
    if sentences:
        raise Invalid((Problem("password", "", sentence) for sentence in sentences), "；".join(sentences) + "。")


def hash_password(password: str) -> str:
    """Return the hash to store. Raises Invalid when too long, TryLater when too many are being computed."""
    if _is_unusable(password):
        raise Invalid([Problem("password", "", f"密码最多 {LONGEST} 个字符，且不能含有控制字符")])
    with _slot():
        return _HASHER.hash(_normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Tell whether a password fits a hash; None (nobody has that name) takes the same time and is never right.

    Raises TryLater when too many are being computed.
    """
    usable = not _is_unusable(password)
    with _slot():
        try:
            fits = _HASHER.verify(password_hash or NOBODYS_HASH, _normal(password) if usable else "")
        except (VerificationError, InvalidHashError):
            return False
    return fits and usable and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def generate() -> str:
    """Return a new random password of 16 letters and digits, about 90 bits, without signs that look alike."""
    signs = [sign for sign in string.ascii_letters + string.digits if sign not in "0O1lI"]
    return "".join(secrets.choice(signs) for _ in range(LONG_ENOUGH))


def _nobodys_hash() -> str:
    """Return a hash that no password fits and that costs as much to check as any other."""
    salt, digest = (b64encode(bytes(length)).decode().rstrip("=") for length in (16, _HASHER.hash_len))
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


NOBODYS_HASH = _nobodys_hash()
"""Of an account that nobody can open before a password is set."""


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=LONGEST_WAIT_S):
        raise TryLater("此刻登录的人较多，请 10 秒后再试。", 10)
    try:
        yield
    finally:
        _slots.release()


def _normal(password: str) -> str:
    """Return the form that is hashed: full-width and half-width signs of an input method are the same password."""
    return unicodedata.normalize("NFKC", password[: LONGEST + 1])


def _is_unusable(password: str) -> bool:
    return len(password) > LONGEST or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in password)


def _objections(password: str, account: str, rules: _Rules) -> Iterator[str]:
    if _is_unusable(password):
        yield f"密码最多 {LONGEST} 个字符，且不能含有控制字符"
        return
    if len(password) < rules.shortest:
        yield f"密码至少 {rules.shortest} 个字符"
    if len(password) < LONG_ENOUGH and _kinds(password) < rules.kinds:
        yield (
            f"密码应包含大写字母、小写字母、数字、其他符号中的至少 {rules.kinds} 种"
            f"（不少于 {LONG_ENOUGH} 个字符时不限）"
        )
    if account and password.casefold() == account.casefold():
        yield "密码不能与账号相同"
    if password.casefold() in _COMMON:
        yield "这个密码过于常见，容易被猜中，请换一个"


def _kinds(password: str) -> int:
    """Return how many of the four kinds of signs occur; a Chinese character is of the fourth."""
    return len({_kind(sign) for sign in password})


def _kind(sign: str) -> str:
    if sign.isupper():
        return "upper"
    if sign.islower():
        return "lower"
    return "digit" if sign.isdigit() else "other"
