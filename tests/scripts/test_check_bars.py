"""The checker itself: for each bar a sample below it, and its neighbour that meets it."""

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from scripts.bars.finding import Bar, Source
from scripts.check_bars import check_packages, check_repository, check_source

LONG_FUNCTION = "def long() -> None:\n" + "    pass\n" * 40
MARK = "TO" + "DO"
IGNORE = "type" + ": ignore[arg-type]"


def bars(path: str, text: str) -> list[Bar]:
    return [finding.bar for finding in check_source(Source(PurePosixPath(path), text))]


BELOW = [
    ("services/a.py", "x = 1\n" * 301, Bar.MODULE_LENGTH),
    ("tests/services/test_a.py", "x = 1\n" * 301, Bar.MODULE_LENGTH),
    ("services/a.py", LONG_FUNCTION, Bar.FUNCTION_LENGTH),
    ("scripts/a.py", LONG_FUNCTION, Bar.FUNCTION_LENGTH),
    ("services/a.py", "def f(a, b, *, c, d, e, g, h): ...\n", Bar.ARGUMENTS),
    ("services/a.py", "class A:\n    def f(self, a, b, *, c, d, e, g, h): ...\n", Bar.ARGUMENTS),
    ("services/a.py", "at = datetime.now(UTC)\n", Bar.CLOCK),
    ("domain/a.py", "at = datetime.datetime.utcnow()\n", Bar.CLOCK),
    ("models/a.py", "on = date.today()\n", Bar.CLOCK),
    ("models/a.py", "default = func.now()\n", Bar.CLOCK),
    ("notifications/a.py", "read = time.time\n", Bar.CLOCK),
    ("domain/a.py", "import sqlalchemy.orm\n", Bar.PURE),
    ("domain/plan/a.py", "from pydantic import BaseModel\n", Bar.PURE),
    ("domain/a.py", "import models\n", Bar.PURE),
    ("portal/a.py", "from sqlalchemy import select, text\n", Bar.CORE_IN_DOOR),
    ("admin/a.py", "rows = Case.__table__\n", Bar.CORE_IN_DOOR),
    ("flows/a.py", "import sqlalchemy as sa\nrows = sa.text('')\n", Bar.CORE_IN_DOOR),
    ("web/a.py", "html = Markup(f'<b>{name}</b>')\n", Bar.MARKUP),
    ("tests/domain/test_a.py", "def test_it():\n    run()\n", Bar.NO_ASSERTION),
    ("services/a.py", f"x = 1  # {MARK} later\n", Bar.UNFINISHED),
    ("web/static/a.js", f"// {MARK}: later\n", Bar.UNFINISHED),
    ("services/a.py", "x = f(1)  # " + IGNORE + "\n", Bar.NO_REASON),
    ("services/a.py", "x = f(1)  # no" + "qa: S101\n", Bar.NO_REASON),
    ("templates/a.html", "<script>go()</script>", Bar.INLINE_SCRIPT),
    ("templates/a.html", '<script nonce="{{ nonce }}">go()</script>', Bar.INLINE_SCRIPT),
    ("templates/a.html", '<a\n  onclick="go()">x</a>', Bar.INLINE_SCRIPT),
    ("templates/a.html", '<a href="javascript:go()">x</a>', Bar.INLINE_SCRIPT),
    ("templates/a.html", '<img src="https://cdn.example/x.png">', Bar.OUTSIDE_HOST),
    ("templates/a.html", "<link href='//cdn.example/x.css'>", Bar.OUTSIDE_HOST),
    ("templates/a.html", '<p style="background: url(http://cdn.example/x.png)">', Bar.OUTSIDE_HOST),
    ("web/static/a.css", '@import "https://cdn.example/x.css";', Bar.OUTSIDE_HOST),
    ("templates/a.html", "{{ case.title | safe }}", Bar.MARKUP),
    ("templates/a.html", "{% autoescape false %}", Bar.MARKUP),
    ("requirements.lock", "--index-url https://registry.example/simple\n", Bar.LOCK),
    ("package-lock.json", '{"resolved": "https://registry.example/x.tgz"}', Bar.LOCK),
]

MEETING = [
    ("services/a.py", "x = 1\n" * 300),
    ("models/migrations/versions/0001_a.py", "x = 1\n" * 301 + LONG_FUNCTION),
    ("services/a.py", LONG_FUNCTION.replace("    pass\n", "", 1)),
    ("tests/domain/a.py", LONG_FUNCTION),
    ("bench/a.py", LONG_FUNCTION),
    ("services/a.py", "class A:\n    def f(self, a, b, *, c, d, e, g): ...\n"),
    ("flows/a.py", "at = datetime.now(UTC)\n"),
    ("services/a.py", "from datetime import time\nnoon = time(12)\n"),
    ("domain/a.py", "from zoneinfo import ZoneInfo\nfrom domain.errors import RuleBroken\n"),
    ("services/a.py", "from sqlalchemy import text\n"),
    ("portal/a.py", "from sqlalchemy import select\n"),
    ("web/a.py", 'html = Markup("<b>{}</b>").format(name)\n'),
    ("tests/domain/test_a.py", "def test_it():\n    with pytest.raises(ValueError):\n        run()\n"),
    ("tests/domain/test_a.py", "def test_it():\n    assert_same(1, 1)\n"),
    ("tests/domain/test_a.py", "def test_it(page):\n    expect(page).to_have_title('x')\n"),
    ("services/a.py", f"x = 1  # {MARK} (#12) later\n"),
    ("services/a.py", "x = f(1)  # " + IGNORE + "  # the library's stub is wrong\n"),
    ("templates/a.html", '<script src="{{ url }}" defer></script>'),
    ("templates/a.html", '<script type="application/json" id="rows">{{ rows | tojson }}</script>'),
    ("templates/a.html", '<a href="{{ base_url }}/work">x</a><svg xmlns="http://www.w3.org/2000/svg"></svg>'),
    ("templates/a.html", '{# <script>an example</script> #}<p class="on">{{ value }}</p>'),
    ("web/static/a.css", "a { background: url(x.svg) }"),
    ("requirements.lock", "flask==3.1.3 \\\n    --hash=sha256:00\n"),
]


@pytest.mark.parametrize(("path", "text", "bar"), BELOW)
def test_a_sample_below_a_bar_is_found(path: str, text: str, bar: Bar) -> None:
    assert bars(path, text) == [bar]


@pytest.mark.parametrize(("path", "text"), MEETING)
def test_its_neighbour_that_meets_the_bar_passes(path: str, text: str) -> None:
    assert bars(path, text) == []


def test_every_bar_has_a_sample() -> None:
    assert {bar for _, _, bar in BELOW} | {Bar.PACKAGE} == set(Bar)


def test_a_finding_names_file_line_and_bar() -> None:
    text = "{# a comment\nof two lines #}\n<p>\n{{ x|safe }}"

    (finding,) = check_source(Source(PurePosixPath("templates/a.html"), text))

    assert str(finding).startswith("templates/a.html:4: ")
    assert str(finding).endswith(" [markup]")


def test_an_excuse_with_a_reason_lifts_the_named_bar_on_its_line_only() -> None:
    excused = "at = date.today()  # bars: allow clock - a sample\n"

    assert bars("domain/a.py", excused) == []
    assert bars("domain/a.py", excused.replace("clock", "markup")) == [Bar.CLOCK]
    assert bars("domain/a.py", excused.replace(" - a sample", "")) == [Bar.CLOCK]
    assert bars("domain/a.py", excused + "on = date.today()\n") == [Bar.CLOCK]


def test_a_folder_of_a_room_without_init_is_found() -> None:
    paths = ["domain/__init__.py", "domain/stages/score.py", "tests/domain/test_score.py", "setup.py"]

    found = [(finding.path, finding.bar) for finding in check_packages(map(PurePosixPath, paths))]

    assert found == [("domain/stages", Bar.PACKAGE)]


def test_a_repository_is_read_without_its_ignored_files(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("/var/\n")
    for folder in ("domain", "var"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text("import flask\non = date.today()\n")

    found = [(finding.path, finding.line, finding.bar) for finding in check_repository(tmp_path)]

    assert found == [("domain/__init__.py", 1, Bar.PURE), ("domain/__init__.py", 2, Bar.CLOCK)]
