"""The settings, from the environment and from `.env`; a wrong one stops the start with a sentence, all at once.

Everything has a default that works on one machine: no settings are needed to begin.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from linxuan.data_dir import instance_id, secret_key
from notifications.account import parse_smtp_url
from notifications.address import AllowList, BadAddress, Mailbox
from services.files import Store, scan_line, store_address

PREFIX = "LINXUAN_"
SECRET_LENGTH = 32
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EVERY_NETWORK = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


class SettingsError(Exception):
    """Settings do not fit; `sentences` has one for each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


class WhenUncertain(StrEnum):
    """What becomes of a mail that may or may not have been delivered (R5)."""

    RETRY = "retry"
    HOLD = "hold"


class Orchestrator(StrEnum):
    """Whether batches run as Prefect flows, or directly."""

    AUTO = "auto"
    OFF = "off"


class Language(StrEnum):
    """The language of what libraries say."""

    CHINESE = "zh_Hans_CN"
    ENGLISH = "en"


class Settings(BaseSettings):
    """What an installation chooses; the description of a field is what `linxuan settings` says of it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
    )

    data_dir: Path = Field(default=Path("var"), description="数据目录：数据库、上传文件、密钥")
    database_url: str = Field(default="", repr=False, description="数据库地址；默认为数据目录中的 SQLite")
    secret_key: str = Field(
        default="", repr=False, description=f"签名密钥，至少 {SECRET_LENGTH} 个字符；默认自动生成"
    )
    files_url: Annotated[str, AfterValidator(store_address)] = Field(
        default="", repr=False, description="上传文件的存储，如 s3://桶/目录；默认为数据目录中的文件夹"
    )
    scan_command: Annotated[str, AfterValidator(scan_line)] = Field(
        default="", description="病毒扫描命令，从标准输入读文件，如 clamdscan --no-summary -；未填则不扫描"
    )
    base_url: str = Field(default="", description="用户访问的网址；邮件中的链接以此开头，默认为本机")
    port: int = Field(default=8000, ge=1, le=65535, description="网页服务的端口")
    smtp_url: str = Field(default="", repr=False, description="邮件主机，如 smtps://用户:口令@主机；未填则不发邮件")
    mail_from: str = Field(default="", description="发件人，如 “某司 <office@example.cn>”")
    mail_allow: str = Field(default="", description="允许发往的地址或域名，逗号分隔，* 为不限；未填则一封也不发")
    mail_rate: float = Field(default=60, gt=0, le=10_000, description="每个邮件主机每分钟最多发送的封数")
    timezone: str = Field(default="Asia/Shanghai", description="显示时间所用的时区")
    language: Language = Field(default=Language.CHINESE, description="界面组件的语言")
    demo: bool = Field(default=False, description="演示：可移动的时钟和公开的账号，只在本机可用")
    lease_seconds: int = Field(default=15, ge=5, le=600, description="时钟进程失联多久后由另一个接替（秒）")
    send_uncertain: WhenUncertain = Field(
        default=WhenUncertain.RETRY, description="不确定是否送达的邮件：再试一次，或等人决定"
    )
    orchestrator: Orchestrator = Field(default=Orchestrator.AUTO, description="是否用 Prefect 编排")
    prefect_api_url: str = Field(
        default="", validation_alias="PREFECT_API_URL", description="外部 Prefect 服务；默认由 linxuan run 自带"
    )
    forwarded_allow_ips: str = Field(
        default="127.0.0.1,::1", validation_alias="FORWARDED_ALLOW_IPS", description="可信的反向代理地址，逗号分隔"
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            kind = make_url(value).get_backend_name() if value else "sqlite"
        except (ArgumentError, ValueError):
            kind = ""
        if kind not in {"sqlite", "postgresql"}:
            raise ValueError("应为 sqlite:///文件 或 postgresql://用户:口令@主机/库名")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_secret(cls, value: str) -> str:
        if value and len(value) < SECRET_LENGTH:
            raise ValueError(f"至少 {SECRET_LENGTH} 个字符；不填则自动生成")
        return value

    @field_validator("base_url", "prefect_api_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_address = parts.scheme in {"http", "https"} and parts.hostname is not None and parts.port != 0
        except ValueError:
            is_address = False
        if value and not is_address:
            raise ValueError("应形如 https://主机 或 http://主机:端口")
        return value.rstrip("/")

    @field_validator("base_url")
    @classmethod
    def _top_of_host(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("只写到主机和端口为止，不带路径、参数和用户名")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_host(cls, value: str) -> str:
        if value:
            parse_smtp_url(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        try:
            return str(Mailbox.parse(value)) if value else ""
        except BadAddress as error:
            raise ValueError(str(error)) from None

    @field_validator("mail_allow")
    @classmethod
    def _allow_list(cls, value: str) -> str:
        AllowList.parse(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (KeyError, ValueError, OSError):
            raise ValueError("没有这个时区；应如 Asia/Shanghai") from None

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            networks_of(value)
        except ValueError:
            raise ValueError("应为以逗号分隔的地址或网段，如 10.0.0.5,10.1.0.0/16") from None
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.smtp_url and not self.mail_from:
            raise ValueError(f"填写了 {PREFIX}SMTP_URL，还须填写 {PREFIX}MAIL_FROM（发件人）")
        if self.demo and not self.is_local:
            raise ValueError(f"{PREFIX}DEMO=1 只能在本机使用，{PREFIX}BASE_URL 须为 127.0.0.1 或 localhost")
        return self

    @property
    def url(self) -> str:
        """Return where people reach the site, without a slash at the end."""
        return self.base_url or f"http://127.0.0.1:{self.port}"

    @property
    def is_local(self) -> bool:
        """Tell whether people reach the site on this machine only."""
        return urlsplit(self.url).hostname in LOOPBACK

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times are shown."""
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'linxuan.db'}"

    @property
    def files(self) -> Store:
        """Return where the bytes of uploaded files lie."""
        return Store.at(self.files_url or self.data_dir / "files", self.scan_command)

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks of the reverse proxies that are trusted."""
        return networks_of(self.forwarded_allow_ips)

    def secret(self) -> str:
        """Return the key that signs cookies, making one in the data folder when none is set. Raises SettingsError."""
        return self.secret_key or self._kept(secret_key)

    def instance(self) -> str:
        """Return the id of this installation, kept in the data folder. Raises SettingsError."""
        return self._kept(instance_id)

    def _kept(self, made_once: Callable[[Path], str]) -> str:
        try:
            return made_once(self.data_dir)
        except OSError as error:
            raise SettingsError([f"数据目录 {self.data_dir} 不能读写：{error.strerror}。"]) from error


def networks_of(setting: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks of a list of addresses; `*` is every one. Raises ValueError."""
    if setting.strip() == "*":
        return EVERY_NETWORK
    return tuple(ip_network(part.strip(), strict=False) for part in setting.split(",") if part.strip())


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError with a sentence for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_sentence(detail) for detail in error.errors(include_url=False)) from None


PLAIN_MESSAGES = {
    "int_parsing": "应为整数",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 1 或 0",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "只能是 {expected}",
}


def name_of(field: str) -> str:
    """Return the environment variable of a field."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the environment in which another process, in whatever folder, finds these settings."""
    shown = {name_of(field): getattr(settings, field) for field in Settings.model_fields}
    shown[name_of("database_url")] = settings.database
    texts = {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in shown.items()}
    return {name: text for name, text in texts.items() if text}


def _sentence(detail: ErrorDetails) -> str:
    """Return what is wrong, after the name of its variable; never the value, which may be secret."""
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        what = str(context["error"])
    else:
        what = PLAIN_MESSAGES.get(detail["type"], "值不正确").format(**context)
    place = [str(part) for part in detail["loc"]]
    if not place:
        return f"{what}。"
    name = name_of(place[0]) if place[0] in Settings.model_fields else place[0]
    return f"{name} {what.removesuffix('。')}。"
