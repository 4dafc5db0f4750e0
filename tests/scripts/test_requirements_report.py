"""The report of proved requirements: what it reads, and what it says."""

from pathlib import Path

from scripts.requirements_report import ROOT, TABLES, Proof, gather_proofs, read_proofs, read_requirements, render

TABLE = """\
## S901 — a province

| id | capability |
|---|---|
| S901-01 | four categories |
| S901-02 | a quota of 5 |
"""

TESTS = '''\
def test_a_full_quota_is_refused():
    """S901-02, S901-02 again; and S901-2 is no id."""

def test_nothing():
    x = "S901-01"

def helper():
    """S901-01"""
'''


def test_only_docstrings_of_tests_prove() -> None:
    assert list(read_proofs("tests/test_a.py", TESTS)) == [
        Proof("S901-02", "tests/test_a.py::test_a_full_quota_is_refused")
    ]


def test_the_report_counts_and_names_what_is_missing() -> None:
    report = render(read_requirements(TABLE), {"S901-02": ["tests/test_a.py::test_x"]})

    assert "| S901 — a province | 1 | 2 |\n| together | 1 | 2 |\n" in report
    assert "| S901-01 | four categories | not yet |\n" in report
    assert "| S901-02 | a quota of 5 | `tests/test_a.py::test_x` |\n" in report


def test_tests_are_found_in_every_folder_under_tests(tmp_path: Path) -> None:
    (tmp_path / "tests" / "services").mkdir(parents=True)
    (tmp_path / "tests" / "services" / "test_quota.py").write_text(TESTS)

    proofs = gather_proofs(tmp_path)

    assert proofs == {"S901-02": ["tests/services/test_quota.py::test_a_full_quota_is_refused"]}


def test_the_tables_hold_every_line_of_the_five_notices_once() -> None:
    ids = [requirement.id for requirement in read_requirements((ROOT / TABLES).read_text(encoding="utf-8"))]

    assert len(ids) == len(set(ids)) == 271
    assert {id_.partition("-")[0] for id_ in ids} == {"S000", "S001", "S002", "S003", "S004"}


def test_every_id_in_a_docstring_stands_in_the_tables() -> None:
    known = {requirement.id for requirement in read_requirements((ROOT / TABLES).read_text(encoding="utf-8"))}

    assert gather_proofs(ROOT).keys() - known == set()
