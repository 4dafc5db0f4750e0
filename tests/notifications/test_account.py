"""The address of a mail host, as a setting."""

from pathlib import Path

import pytest

from notifications.account import Security, SmtpAccount, parse_smtp_url


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("smtp://127.0.0.1:2525", SmtpAccount("127.0.0.1", 2525)),
        ("smtp://mail.example", SmtpAccount("mail.example", 25)),
        ("smtp://[::1]:2525/", SmtpAccount("::1", 2525)),
        ("smtp://mail.example?starttls=1", SmtpAccount("mail.example", 587, Security.STARTTLS)),
        ("smtps://mail.example", SmtpAccount("mail.example", 465, Security.TLS)),
        (
            "smtp://notice%40gov.example:p%40ss%3A%2F%3F%23@mail.example:587?starttls=1&timeout=7.5",
            SmtpAccount("mail.example", 587, Security.STARTTLS, "notice@gov.example", "p@ss:/?#", 7.5),
        ),
        ("smtp://u:p@localhost:25", SmtpAccount("localhost", 25, Security.NONE, "u", "p")),
        ("smtp://u:p@10.0.0.8?starttls=0", SmtpAccount("10.0.0.8", 25, Security.NONE, "u", "p")),
    ],
)
def test_the_address_of_a_mail_host_is_read(url: str, account: SmtpAccount) -> None:
    assert parse_smtp_url(url) == account


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "ASCII"),
        ("http://mail.example", "形如"),
        ("mail.example:25", "形如"),
        ("smtp://", "主机名"),
        ("smtp://:25", "主机名"),
        ("smtp://mail..example", "主机名"),
        ("smtp://-mail.example", "主机名"),
        ("smtp://mail_host", "主机名"),
        ("smtp://mail.example/path", "形如"),
        ("smtp://mail.example#x", "形如"),
        ("smtp://mail.example:port", "无法识别"),
        ("smtp://mail.example:99999", "无法识别"),
        ("smtp://mail.example?ssl=1", "选项"),
        ("smtp://mail.example?timeout=5&timeout=6", "选项"),
        ("smtp://mail.example?starttls=yes", "1 或 0"),
        ("smtps://mail.example?starttls=1", "smtps"),
        ("smtp://mail.example?timeout=0", "timeout"),
        ("smtp://mail.example?timeout=-1", "timeout"),
        ("smtp://mail.example?timeout=nan", "timeout"),
        ("smtp://mail.example?timeout=999", "timeout"),
        ("smtp://mail.example?ca=/no/such/file.pem", "证书"),
        ("smtp://geheim@mail.example?starttls=1", "同时"),
        ("smtp://:geheim@mail.example?starttls=1", "同时"),
        ("smtp://u:geheim@mail.example", "明文"),
        ("smtp://u:geheim%E5%8F%A3@mail.example?starttls=1", "ASCII"),
        ("smtp://u:geheim%0D%0A@mail.example?starttls=1", "ASCII"),
        ("smtp://u:geheim\r\n@mail.example", "ASCII"),
        ("smtp://u:geheim 1@mail.example", "ASCII"),
        ("smtp://u:geheim/1@mail.example", "无法识别"),
    ],
)
def test_a_wrong_setting_gets_a_sentence_without_the_password(url: str, said: str) -> None:
    """S58: neither the sentence nor what led to it repeats a password."""
    with pytest.raises(ValueError, match=said) as refused:
        parse_smtp_url(url)

    assert "geheim" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_certificate_file_is_looked_for_at_once(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text("", encoding="ascii")

    assert parse_smtp_url(f"smtps://mail.example?ca={pem}").ca_file == str(pem)
