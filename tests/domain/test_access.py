"""Who may do what: the table of roles, branches and programmes."""

from __future__ import annotations

import pytest

from domain.access import ALLOWED, SYSTEM, Action, Actor, Role, Subject, may, require
from domain.errors import NotAllowed

OFFICER = Actor("李四", Role.OFFICER, 1, branch="/440000/")
COORDINATOR = Actor("王五", Role.COORDINATOR, 2, programmes=frozenset({7}))


def test_every_role_has_a_row() -> None:
    assert set(ALLOWED) == set(Role)


@pytest.mark.parametrize(
    ("path", "expected"), [("/440000/", True), ("/440000/440300/", True), ("/4400001/", False), ("/450000/", False)]
)
def test_an_officer_acts_in_their_own_branch_only(path: str, expected: bool) -> None:
    """S003-69, S004-56: a unit acts on its own and on what is below it."""
    assert may(OFFICER, Action.ANSWER, Subject(unit_path=path)) is expected


def test_a_coordinator_acts_in_their_own_programmes_only() -> None:
    assert may(COORDINATOR, Action.EXTEND, Subject(programme_id=7))
    assert not may(COORDINATOR, Action.EXTEND, Subject(programme_id=8))


def test_only_the_unit_explains_why_nothing_is_filed() -> None:
    """S003-54: the holder of a title cannot close its duty alone."""
    assert {role for role in Role if Action.EXEMPT in ALLOWED[role]} == {Role.OFFICER, Role.SYSTEM}


def test_the_audit_log_is_the_auditors_alone() -> None:
    assert {role for role in Role if Action.VIEW_AUDIT in ALLOWED[role]} == {Role.AUDITOR, Role.SYSTEM}


def test_an_auditor_changes_nothing_but_how_the_own_lists_look() -> None:
    own = {Action.ARRANGE_LISTS, Action.EXPORT_LIST}

    assert all(action.value.startswith("view") for action in ALLOWED[Role.AUDITOR] - own)


def test_what_holds_for_all_units_is_not_for_who_sees_a_branch_alone() -> None:
    everywhere, branch = Actor("王五", Role.COORDINATOR, 2), Actor("王五", Role.COORDINATOR, 2, branch="/440000/")

    assert may(everywhere, Action.MANAGE_FIELDS)
    assert not may(branch, Action.MANAGE_FIELDS)
    assert {role for role in Role if Action.MANAGE_FIELDS in ALLOWED[role]} == {
        Role.ADMIN,
        Role.COORDINATOR,
        Role.SYSTEM,
    }


def test_a_refusal_says_whom_to_ask() -> None:
    with pytest.raises(NotAllowed, match=r"经办人“李四”没有此项权限.*联系主办处室管理员"):
        require(OFFICER, Action.EXTEND)


def test_the_system_may_do_all_that_jobs_do() -> None:
    assert all(may(SYSTEM, action) for action in Action)
