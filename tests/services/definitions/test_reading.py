"""Definitions in: every slip named at once, by stable keys, in Chinese."""

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.errors import Invalid, Problem
from services.definitions import canonical_json, dump, from_canonical, load_file, parse, read_yaml
from services.definitions.reading import parse_unchecked
from tests.support.definitions import changed, small_batch

SMALL = small_batch()


def plain() -> dict[str, Any]:
    read = read_yaml(dump(SMALL))
    assert isinstance(read, dict)
    return read


def refused(raw: object, base_dir: Path | None = None) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        parse(raw, base_dir=base_dir)
    return list(caught.value.problems)


def put(path: str, value: object) -> dict[str, Any]:
    """Return the small batch as plain data with one place set; numbers are places in lists."""
    raw = copy.deepcopy(plain())
    current: Any = raw
    *way, last = path.split("/")
    for step in way:
        current = current[int(step) if step.isdigit() else step]
    current[last] = value
    return raw


@pytest.mark.parametrize(
    ("raw", "path", "sentence", "allowed"),
    [
        (put("year", "2023"), "year", "应为整数", "不加引号"),
        (put("year", True), "year", "应为整数", "不加引号"),
        (put("title", 5), "title", "应为文字", "是文字就加上引号"),
        (put("title", None), "title", "应为文字", ""),
        (put("stages/0/due/on", "2023-13-20"), "stages.contacts.due.on", "不是有效的日期", "写作 2023-03-20"),
        (put("stages/0/due/on", "2023年3月20日"), "stages.contacts.due.on", "不是有效的日期", "写作 2023-03-20"),
        (
            put("stages/0/due/on", "2023-03-20T00:00:00"),
            "stages.contacts.due.on",
            "不是有效的日期",
            "写作 2023-03-20",
        ),
        (put("stages/0/due/on", "1679270400"), "stages.contacts.due.on", "不是有效的日期", "写作 2023-03-20"),
        (put("stages/0/due/on", "202303200000"), "stages.contacts.due.on", "不是有效的日期", "写作 2023-03-20"),
        (put("stages/0/due/on", 20230320), "stages.contacts.due.on", "应为日期", "写作 2023-03-20"),
        (put("stages/0/due", 5), "stages.contacts.due", "应为一组“键: 值”", ""),
        (put("stages/1/opens/after", "contacts"), "stages.recommend.opens.after", "应为列表", "每项以 - 开头"),
        (put("units/1/code", 10200), "units.乙市工业和信息化局.code", "应为文字", "是文字就加上引号"),
        (
            put("stages/0/collect/provides_contact", "yes"),
            "stages.contacts.collect.provides_contact",
            "应为是或否",
            "写作 true 或 false，不加引号",
        ),
        (
            put("issuer/level", "nation"),
            "issuer.level",
            "不在可选的值之内",
            "可用：部委（ministry）、省级（province）、市级（city）、县级（county）",
        ),
        (put("stages/0/titel", "x"), "stages.contacts.titel", "没有这一项", "是否要写环节名称（title）？"),
        (
            put("office/wechat", "x"),
            "office.wechat",
            "没有这一项",
            "可用：处室名称（name）、联系人（contacts）、收信邮箱（email）、公布的邮箱（published_email）、"
            "邮寄地址（address）、网站（site）",
        ),
        (
            put("ladders/0/steps/1/to", "boss"),
            "ladders.contacts.steps.on-day.to",
            "不在可选的值之内",
            "可用：尚未办理的单位（owing）、上级单位（upper）、主办处室（coordinator）",
        ),
        (put("title", "a\ud800"), "文件", "含有无法读取的字符或数值", ""),
        ([], "文件", "应为一份批次定义", "以「code」「title」等键开头"),
        (None, "文件", "应为一份批次定义", "以「code」「title」等键开头"),
    ],
)
def test_a_slip_is_named_by_its_place_with_what_would_be_allowed(
    raw: object, path: str, sentence: str, allowed: str
) -> None:
    (problem,) = refused(raw)

    assert (problem.path, problem.sentence, problem.allowed) == (path, sentence, allowed)


def test_all_slips_are_named_at_once() -> None:
    raw = put("year", "x")
    del raw["title"]
    raw["stages"][0]["due"]["on"] = "soon"
    raw["quotas"][0]["limit"] = "3"
    raw["extra"] = 1

    found = {problem.path: problem.sentence for problem in refused(raw)}

    assert found == {
        "title": "缺少这一项",
        "year": "应为整数",
        "quotas.platform.limit": "应为整数",
        "stages.contacts.due.on": "不是有效的日期",
        "extra": "没有这一项",
    }


def test_a_long_wrong_value_is_cut() -> None:
    (problem,) = refused(put("year", "x" * 500))

    assert len(problem.value) == 80


def test_a_right_shape_without_sense_is_refused_with_all_errors() -> None:
    raw = put("stages/0/ladder", "gentle")
    raw["stages"][1]["due"]["at"] = "25:00"

    assert [(problem.path, problem.sentence) for problem in refused(raw)] == [
        ("stages.recommend.due.at", "不是一天中的时刻"),
        ("stages.contacts.ladder", "没有「gentle」这套提醒规则"),
    ]


def test_warnings_refuse_nothing() -> None:
    raw = put("stages/0/due/on", "2023-03-18")

    assert parse(raw, base_dir=None).stages[0].due is not None


def test_text_is_trimmed() -> None:
    assert parse(put("title", "  示范　"), base_dir=None).title == "示范"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "batch"
    (inside / "units").mkdir(parents=True)
    (inside / "units" / "two.yaml").write_text(
        "- {code: '010100', name: 甲市工业和信息化局, unit_class: city, email: a@units.example}\n"
        "- {code: '010200', name: 乙市工业和信息化局, unit_class: city, email: b@units.example}\n",
        encoding="utf-8",
    )
    (tmp_path / "secret.yaml").write_text("- {}\n", encoding="utf-8")
    return inside


def with_file(file: object) -> dict[str, Any]:
    raw = plain()
    del raw["units"]
    return raw | {"units_file": file}


def test_units_are_read_from_their_file(folder: Path) -> None:
    (folder / "batch.yaml").write_text(dump(replace(SMALL, units_file="units/two.yaml")), encoding="utf-8")

    assert load_file(folder / "batch.yaml") == replace(SMALL, units_file="units/two.yaml")


@pytest.mark.parametrize("file", ["../secret.yaml", "/etc/passwd", "units/../../secret.yaml", "..\\secret.yaml"])
def test_a_units_file_outside_the_folder_is_refused(folder: Path, file: str) -> None:
    problems = refused(with_file(file), folder)

    assert [problem.path for problem in problems] == ["units_file"]
    assert problems[0].sentence == "文件须在批次定义所在的文件夹之内"


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "units" / "link.yaml").symlink_to(folder.parent / "secret.yaml")

    assert [problem.sentence for problem in refused(with_file("units/link.yaml"), folder)] == [
        "文件须在批次定义所在的文件夹之内"
    ]


def test_a_missing_units_file_and_a_slip_elsewhere_are_named_together(folder: Path) -> None:
    raw = with_file("units/none.yaml") | {"year": "x"}

    assert [(problem.path, problem.sentence) for problem in refused(raw, folder)] == [
        ("units_file", "none.yaml：文件不存在或无法读取"),
        ("year", "应为整数"),
    ]


def test_a_units_file_that_is_no_list_is_refused(folder: Path) -> None:
    (folder / "units" / "map.yaml").write_text("code: 1\n", encoding="utf-8")

    assert [problem.sentence for problem in refused(with_file("units/map.yaml"), folder)] == ["应为单位的列表"]


def test_a_slip_in_the_units_file_bears_its_place(folder: Path) -> None:
    (folder / "units" / "bad.yaml").write_text("- {code: '010100', nam: 甲市, unit_class: city}\n", encoding="utf-8")

    assert [(problem.path, problem.sentence) for problem in refused(with_file("units/bad.yaml"), folder)] == [
        ("units.010100.name", "缺少这一项"),
        ("units.010100.nam", "没有这一项"),
    ]


def test_units_and_a_units_file_together_are_refused(folder: Path) -> None:
    raw = plain() | {"units_file": "units/two.yaml"}

    assert [problem.sentence for problem in refused(raw, folder)] == ["“单位名录文件”和“推荐单位”只能写一个"]


def test_a_units_file_needs_a_folder() -> None:
    assert [problem.sentence for problem in refused(with_file("units/two.yaml"))] == ["这里不能引用文件"]
    assert [problem.sentence for problem in refused(with_file(5))] == ["应为文字"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "文件不存在或无法读取"),
        ("标题: 示范".encode("gbk"), "文件不是 UTF-8 编码"),
        (b"a: 1\na: 2", "键「a」重复出现"),
        ("长".encode() * 700_000, "文件过大"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "batch.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(Invalid) as caught:
        load_file(path)

    assert sentence in caught.value.problems[0].sentence


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "batch.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + dump(SMALL).encode())

    assert load_file(path) == SMALL


def test_what_was_stored_is_read_back_without_the_checks() -> None:
    doubtful = changed(SMALL, "stages.contacts", ladder="gentle")

    assert from_canonical(canonical_json(doubtful)) == doubtful
    assert parse_unchecked(read_yaml(dump(doubtful)), base_dir=None) == doubtful


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"code": NaN}', "[" * 100_000])
def test_a_text_that_is_no_definition_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        from_canonical(text)
