"""One plain address from what people type, and who may be written to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.address import AllowList, BadAddress, Mailbox, is_plain_address, normalise_address

LONGEST_DOMAIN = f"{'x' * 63}.{'y' * 63}.{'z' * 57}.cn"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("zhang@unit.example", "zhang@unit.example"),
        ("  Zhang.San@Unit.Example \n", "Zhang.San@unit.example"),
        ("\u3000ｚｈａｎｇ＠ｕｎｉｔ．ｅｘａｍｐｌｅ\u00a0", "zhang@unit.example"),
        ("zhang@unit。example", "zhang@unit.example"),
        ("zhang@unit.example.", "zhang@unit.example"),
        ("zhang@示例.中国", "zhang@xn--fsq092h.xn--fiqs8s"),
        ("zhang@XN--FSQU00A.cn", "zhang@xn--fsqu00a.cn"),
        ("a+b_c-d/e=1@126.com", "a+b_c-d/e=1@126.com"),
        ("root@localhost", "root@localhost"),
        (f"{'a' * 64}@{LONGEST_DOMAIN}", f"{'a' * 64}@{LONGEST_DOMAIN}"),
    ],
)
def test_an_address_is_brought_into_its_plain_form(typed: str, address: str) -> None:
    """S31, S70."""
    assert normalise_address(typed) == address
    assert is_plain_address(address)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写"),
        (" \u3000 ", "请填写"),
        ("a@x.cn, b@y.cn", "一次只能填写一个"),
        ("a@x.cn；b@y.cn", "一次只能填写一个"),
        ("a@x.cn、b@y.cn", "一次只能填写一个"),
        ("a@x.cn/b@y.cn", "一次只能填写一个"),
        ("a@x.cn\r\nBcc:b", "看不见"),
        ("a@x.cn ,", "一次只能填写一个"),
        ("zhang san@x.cn", "一次只能填写一个"),
        ("张三 <a@x.cn>", "一次只能填写一个"),
        ("<a@x.cn>", "不带姓名"),
        ("<a>", "不带姓名"),
        ('"a"@x.cn', "不带姓名"),
        ("a@x.cn(处)", "不带姓名"),
        ("a.x.cn", "缺少"),
        ("13812345678", "缺少"),
        ("@x.cn", "之前"),
        ("张三@x.cn", "之前"),
        ("a..b@x.cn", "之前"),
        (f"{'a' * 65}@x.cn", "之前"),
        ("a@", "域名"),
        ("a@x", "域名"),
        ("a@x..cn", "域名"),
        ("a@.cn", "域名"),
        ("a@-x.cn", "域名"),
        ("a@x_y.cn", "域名"),
        ("a@127.0.0.1", "域名"),
        ("a@[127.0.0.1]", "域名"),
        (f"a@{'x' * 64}.cn", "域名"),
        ("a@qq.con", "“con”"),
        (f"{'a' * 64}@x{LONGEST_DOMAIN[:60]}.{LONGEST_DOMAIN[63:]}", "域名"),
        (f"{'a' * 64}@q.{LONGEST_DOMAIN}", "过长"),
        ("a" * 100_000 + "@x.cn", "过长"),
        ("a\u200bb@x.cn", "看不见"),
        ("\ufeffa@x.cn", "看不见"),
        ("a@x\u202e.cn", "看不见"),
        ("a\x00@x.cn", "看不见"),
        ("a\ud800@x.cn", "看不见"),
    ],
)
def test_what_is_not_one_address_gets_a_sentence(typed: str, said: str) -> None:
    """S31, S68, S70."""
    with pytest.raises(BadAddress, match=said):
        normalise_address(typed)


@settings(deadline=None)
@given(typed=st.text(max_size=40) | st.from_regex(r"[a-zＡ-Ｚ.]{1,9}@[a-z。．.中]{1,9}", fullmatch=True))
def test_whatever_is_typed_becomes_a_plain_address_or_is_refused(typed: str) -> None:
    """S31: and a plain address stays as it is."""
    try:
        address = normalise_address(typed)
    except BadAddress as refused:
        assert str(refused)
    else:
        assert is_plain_address(address)
        assert normalise_address(address) == address


@pytest.mark.parametrize("name", ["", "张三", "张三（规划处）", "Li Min", 'a "b" \\c', "张三, 李四", "a@b", "x<y>"])
def test_a_mailbox_is_read_as_it_was_written(name: str) -> None:
    mailbox = Mailbox(name, "a@x.cn")

    assert Mailbox.parse(str(mailbox)) == mailbox


def test_nobody_is_written_to_unless_named() -> None:
    assert not AllowList.parse("").permits("a@x.cn")
    assert not AllowList.parse(" , ").permits("a@x.cn")
    assert not AllowList().permits("a@x.cn")


def test_a_star_names_everybody_but_no_list() -> None:
    everybody = AllowList.parse("*")

    assert everybody.permits("a@x.cn")
    assert not everybody.permits("a@x.cn, b@y.cn")
    assert not everybody.permits("")


@pytest.mark.parametrize(
    ("address", "is_permitted"),
    [
        ("a@unit.example", True),
        ("a@deep.unit.EXAMPLE", True),
        ("a@example.cn", False),
        ("a@unitexample", False),
        ("a@gov.cn", True),
        ("A@GOV.CN", True),
        ("a@www.gov.cn", False),
        ("a@xgov.cn", False),
        ("A@b.cn", True),
        ("c@b.cn", False),
        ("zhang@示例.中国", True),
        ("zhang@xn--fsq092h.xn--fiqs8s", True),
        ("evil@evil.cn, a@unit.example", False),
        ("evil@evil.cn\r\na@unit.example", False),
        ("a@gov.cn@evil.cn", False),
    ],
)
def test_a_list_permits_what_it_names(address: str, is_permitted: bool) -> None:
    """F53."""
    named = AllowList.parse("*.example， @gov.cn; a@b.cn\n@示例.中国")

    assert named.permits(address) is is_permitted


@pytest.mark.parametrize("entry", ["gov.cn", "@", "*.", "a@", "*@gov.cn", "**", "a*@gov.cn", "*.*.cn", "a@b@c"])
def test_an_entry_that_cannot_be_read_stops_with_a_sentence(entry: str) -> None:
    with pytest.raises(ValueError, match="无法识别"):
        AllowList.parse(f"@ok.cn,{entry}")
