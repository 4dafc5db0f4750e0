"""Mail addresses: what people type becomes one plain address, and a list says which may be written to at all.

Everything that later stands in a header or an SMTP command passes through here, so that no value can smuggle in a
second recipient (S30, S31). Only the plain form is accepted: no quoted local part, no comment, no address literal.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ADDRESS_LENGTH = 254  # RFC 5321: a path of 256 less its angle brackets
LOCAL_LENGTH = 64
TYPED_LENGTH = 400  # more than any address in any script; keeps the work on a pasted novel small

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[A-Za-z0-9-]*[A-Za-z]){_LABEL}|localhost")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SEPARATORS = re.compile(r"[\s,;、]+")
_SLIPS_OF_COM = frozenset({"con", "cmo", "ocm", "comm", "vom", "xom"})  # none of them exists as a top-level domain
_BARE_NAME = re.compile(r'[^"<>@,;:\\]*')
_QUOTED_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"')


class BadAddress(ValueError):  # noqa: N818 - the name is the word of the trade
    """A text is not one mail address; the message is a Chinese sentence for the person who typed it."""


def is_plain_address(text: str) -> bool:
    """Tell whether a text is exactly one address in the form that goes over the wire: ASCII, dots and atoms only."""
    local, at, domain = text.rpartition("@")
    return (
        at == "@"
        and len(text) <= ADDRESS_LENGTH
        and len(local) <= LOCAL_LENGTH
        and _LOCAL.fullmatch(local) is not None
        and _DOMAIN.fullmatch(domain) is not None
    )


def normalise_address(raw: str) -> str:
    """Return the one address that a person typed: trimmed, half-width, its domain in lower-case ASCII.

    The local part keeps its case, since only its own host may compare it. A Chinese domain becomes punycode.
    Raises BadAddress when there is none, more than one, a name beside it, or something a mail host would not take.
    """
    if len(raw) > TYPED_LENGTH:
        raise BadAddress(f"邮箱地址过长，最多 {ADDRESS_LENGTH} 个字符。")
    text = unicodedata.normalize("NFKC", raw.strip()).strip()
    if not text:
        raise BadAddress("请填写邮箱地址。")
    if any(unicodedata.category(sign) in _UNSEEN for sign in text):
        raise BadAddress("邮箱地址中含有看不见的字符，请手工重新输入。")
    if text.count("@") > 1 or _SEPARATORS.search(text):
        raise BadAddress("一次只能填写一个邮箱地址，中间不能有空格、逗号或分号。")
    if any(sign in text for sign in '<>"()'):
        raise BadAddress("请只填写邮箱地址本身，不带姓名、引号和括号。")
    local, at, domain = text.partition("@")
    if not at:
        raise BadAddress("邮箱地址中缺少“@”，应形如 name@example.cn。")
    if not _LOCAL.fullmatch(local) or len(local) > LOCAL_LENGTH:
        raise BadAddress(f"“@”之前只能用字母、数字、点和 -_+ 等符号，最多 {LOCAL_LENGTH} 个字符。")
    address = f"{local}@{normalise_domain(domain)}"
    if len(address) > ADDRESS_LENGTH:
        raise BadAddress(f"邮箱地址过长，最多 {ADDRESS_LENGTH} 个字符。")
    return address


def normalise_domain(raw: str) -> str:
    """Return a domain in lower-case ASCII, without a trailing dot.

    Raises BadAddress when it is not a host name with a dot, or ends in a top-level domain that is a known slip.
    """
    domain = raw.replace("。", ".").removesuffix(".").lower()
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress("“@”之后的域名不正确，应形如 example.cn。") from None
    last = ascii_domain.rpartition(".")[2]
    if last in _SLIPS_OF_COM:
        raise BadAddress(f"域名以“{last}”结尾，是否应为“com”？请核对。")
    if not _DOMAIN.fullmatch(ascii_domain):
        raise BadAddress("“@”之后的域名不正确，应形如 example.cn。")
    return ascii_domain


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, possibly empty, and one plain address; its text form is `name <address>`."""

    name: str
    address: str

    @classmethod
    def parse(cls, text: str) -> Mailbox:
        """Read `a@b.cn`, `name <a@b.cn>` or `"name, unit" <a@b.cn>`; the address must be plain already.

        Raises BadAddress for anything else, a list above all.
        """
        text = text.strip()
        name, address = "", text
        if text.endswith(">"):
            before, _, address = text[:-1].rpartition("<")
            before = before.strip()
            if quoted := _QUOTED_NAME.fullmatch(before):
                name = re.sub(r"\\(.)", r"\1", quoted[1]).strip()
            elif _BARE_NAME.fullmatch(before):
                name = before
            else:
                raise BadAddress("姓名中的逗号等符号应放在英文双引号内，且只能有一个收件人。")
        if not is_plain_address(address):
            raise BadAddress(f"“{address[:80]}”不是一个规范的邮箱地址。")
        return cls(name, address)

    def __str__(self) -> str:
        """Return the form that `parse` reads back."""
        if not self.name:
            return self.address
        if _BARE_NAME.fullmatch(self.name):
            return f"{self.name} <{self.address}>"
        escaped = re.sub(r'(["\\])', r"\\\1", self.name)
        return f'"{escaped}" <{self.address}>'


@dataclass(frozen=True, slots=True)
class AllowList:
    """Who may be written to. Nothing is allowed until it is named; `*` names everybody.

    above: domains whose sub-domains of any depth are allowed. domains: allowed exactly. addresses: in lower case.
    """

    everybody: bool = False
    above: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, setting: str) -> AllowList:
        """Read `*`, `*.example`, `@gov.example` and `a@b.cn`, separated by commas, semicolons or spaces.

        `*.example` allows sub-domains only, `@gov.example` that domain only.
        Raises ValueError with a sentence that names the entry it cannot read.
        """
        above, domains, addresses = set[str](), set[str](), set[str]()
        entries = [entry for entry in _SEPARATORS.split(unicodedata.normalize("NFKC", setting)) if entry]
        for entry in entries:
            try:
                if entry.startswith("*."):
                    above.add(normalise_domain(f"x.{entry[2:]}").removeprefix("x."))
                elif entry.startswith("@"):
                    domains.add(normalise_domain(entry[1:]))
                elif entry != "*" and "*" in entry:
                    raise BadAddress("“*”只能单独使用，或写在开头的“*.”中。")
                elif entry != "*":
                    addresses.add(normalise_address(entry).lower())
            except BadAddress as error:
                hint = "可写 *.example（下级域名）、@gov.example（该域名）、a@b.cn（该地址）或 *（不限）"
                raise ValueError(f"允许发送的名单中“{entry}”无法识别：{error}{hint}。") from None
        return cls("*" in entries, frozenset(above), frozenset(domains), frozenset(addresses))

    def permits(self, address: str) -> bool:
        """Tell whether an address may be written to; what is not one address never is."""
        try:
            local, _, domain = normalise_address(address).rpartition("@")
        except BadAddress:
            return False
        labels = domain.split(".")
        parents = {".".join(labels[start:]) for start in range(1, len(labels))}
        return (
            self.everybody
            or domain in self.domains
            or f"{local}@{domain}".lower() in self.addresses
            or not self.above.isdisjoint(parents)
        )
