"""The account at a mail host, read from one setting; a wrong setting stops the start instead of the first mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TIMEOUT_SECONDS = 15.0
LONGEST_TIMEOUT_SECONDS = 120.0
OPTIONS = ("starttls", "timeout", "ca")
SWITCH = {"1": True, "0": False}

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_VISIBLE = re.compile("[!-~]+")


class Security(StrEnum):
    """How the connection is protected. NONE: not at all. STARTTLS: asked for after greeting. TLS: from the start."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """Where mail is handed over, and as whom.

    user, password: both empty, or neither. ca_file: certificates to trust instead of the system's; empty for those.
    timeout_seconds: for connecting, and for each whole reply.
    """

    host: str
    port: int
    security: Security = Security.NONE
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS
    ca_file: str = ""


def parse_smtp_url(url: str) -> SmtpAccount:
    """Read `smtp://user:password@host:587?starttls=1&timeout=15&ca=/path.pem` or `smtps://...`.

    User and password are percent-encoded. The port defaults to 465 (smtps), 587 (starttls=1) or 25. A password goes
    over an unprotected connection only to this machine, or where `starttls=0` says so.
    Raises ValueError with a Chinese sentence that never repeats the password.
    """
    # The parser would drop control characters in silence, and its own errors may quote a part of the password.
    if not _VISIBLE.fullmatch(url):
        raise ValueError("邮件主机地址只能由可见的 ASCII 字符组成，口令中的其他字符请写成 %XX。")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("邮件主机地址无法识别；口令中的 / ? # @ : 等符号请写成 %XX。") from None
    if parts.scheme not in {"smtp", "smtps"} or parts.path not in {"", "/"} or parts.fragment:
        raise ValueError("邮件主机地址应形如 smtp://主机:端口 或 smtps://用户:口令@主机。")
    if not _is_host(host):
        raise ValueError("邮件主机地址中缺少主机名，或主机名不正确。")
    options = _options(parts.query)
    security = _security(parts.scheme, options.get("starttls"))
    user, password = _credentials(parts)
    if password and security is Security.NONE and "starttls" not in options and not _is_this_machine(host):
        raise ValueError("口令不能明文传送：请改用 smtps:// 或加 ?starttls=1；确须明文时写明 ?starttls=0。")
    default_port = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[security]
    return SmtpAccount(
        host,
        port or default_port,
        security,
        user,
        password,
        _timeout(options.get("timeout")),
        _ca_file(options.get("ca")),
    )


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host) is not None and ".." not in host
    return True


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) < len(pairs) or not options.keys() <= set(OPTIONS):
        raise ValueError(f"邮件主机地址的选项只有 {'、'.join(OPTIONS)}，每项最多一次。")
    return options


def _security(scheme: str, starttls: str | None) -> Security:
    if starttls is not None and starttls not in SWITCH:
        raise ValueError("starttls 只能是 1 或 0。")
    if scheme == "smtps":
        if starttls is not None:
            raise ValueError("smtps:// 自始即加密，不与 starttls 同用。")
        return Security.TLS
    return Security.STARTTLS if starttls == "1" else Security.NONE


def _credentials(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("用户和口令应同时填写，或都不填写。")
    # SMTP logins are ASCII; a letter beyond it would fail at the first mail, deep inside the library.
    if user and not (user.isascii() and password.isascii() and (user + password).isprintable()):
        raise ValueError("邮件用户和口令只能由可见的 ASCII 字符组成。")
    return user, password


def _timeout(text: str | None) -> float:
    if text is None:
        return TIMEOUT_SECONDS
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text) or not 0 < float(text) <= LONGEST_TIMEOUT_SECONDS:
        raise ValueError(f"timeout 应为大于 0、不超过 {LONGEST_TIMEOUT_SECONDS:.0f} 的秒数。")
    return float(text)


def _ca_file(path: str | None) -> str:
    if path is None:
        return ""
    if not Path(path).is_file():
        raise ValueError("ca 所指的证书文件不存在。")
    return path
