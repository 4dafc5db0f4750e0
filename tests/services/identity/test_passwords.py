"""What is accepted as a password, and how it is hashed."""

from __future__ import annotations

import threading

import pytest

from domain.errors import Invalid
from services.identity import passwords
from services.identity.passwords import Policy
from services.identity.throttle import TryLater


@pytest.mark.parametrize(
    "password",
    [
        "Abc-1234",
        "abc-1234",
        "ABC-1234",
        "Abcd1234x",
        "河南Abc123",
        "a" * 16,
        "长城" * 8,
        "x" * 1024,
        "linxuan 2026 ok",
    ],
)
def test_a_password_of_three_kinds_or_sixteen_signs_is_accepted(password: str) -> None:
    """S54"""
    passwords.check(password, "wang")

    assert passwords.is_right(passwords.hash_password(password), password)


@pytest.mark.parametrize(
    ("password", "sentences"),
    [
        ("Ab-1", 1),
        ("abcdefgh", 1),
        ("abcd12345", 1),
        ("abc", 2),
        ("P@ssw0rd", 1),
        ("Admin@123", 1),
        ("Wang-2026", 1),
        ("x" * 1025, 1),
        ("Abc-12\x0034", 1),
        ("Abc-12\ud80034", 1),
    ],
)
def test_a_weak_password_is_refused_with_every_reason_and_never_shown(password: str, sentences: int) -> None:
    """S54"""
    with pytest.raises(Invalid) as refusal:
        passwords.check(password, "wang-2026")

    assert len(refusal.value.problems) == sentences
    assert all(problem.value == "" and password not in problem.sentence for problem in refusal.value.problems)


def test_the_profile_without_rules_of_composition_accepts_one_kind_of_signs() -> None:
    passwords.check("onlyletters", "wang", policy=Policy.ASVS)

    with pytest.raises(Invalid):
        passwords.check("onlyletters", "wang", policy=Policy.DENGBAO2)


def test_full_width_signs_of_an_input_method_are_the_same_password() -> None:
    assert passwords.is_right(passwords.hash_password("Ａｂｃ-1234"), "Abc-1234")


@pytest.mark.parametrize("password", ["", "wrong", "x" * 1_000_000, "a\x00b", "\ud800", "Abc-1234 "])
def test_any_other_password_is_wrong_and_none_is_an_error(password: str) -> None:
    """S54"""
    password_hash = passwords.hash_password("Abc-1234")

    assert not passwords.is_right(password_hash, password)
    assert not passwords.is_right(None, password)
    assert not passwords.is_right("not a hash", password)


def test_nobodys_hash_costs_as_much_as_anybodys() -> None:
    """S52"""
    costs = passwords.hash_password("Abc-1234").split("$")[1:4]

    assert passwords.NOBODYS_HASH.split("$")[1:4] == costs
    assert not passwords.needs_rehash(passwords.NOBODYS_HASH)


def test_a_hash_of_other_costs_is_due_to_be_made_again() -> None:
    outdated = passwords.hash_password("Abc-1234").replace("t=2", "t=1")

    assert passwords.needs_rehash(outdated)


def test_no_more_than_two_hashes_are_computed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """S51"""
    monkeypatch.setattr(passwords, "LONGEST_WAIT_S", 0.01)
    entered, leave = threading.Semaphore(0), threading.Event()

    def occupy() -> None:
        with passwords._slot():
            entered.release()
            leave.wait(30)

    threads = [threading.Thread(target=occupy) for _ in range(passwords.HASHES_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=30)
    with pytest.raises(TryLater):
        passwords.is_right(None, "Abc-1234")
    leave.set()
    for thread in threads:
        thread.join()

    assert not passwords.is_right(None, "Abc-1234")


def test_a_generated_password_is_accepted_and_never_the_same() -> None:
    generated = {passwords.generate() for _ in range(50)}

    assert len(generated) == 50
    for password in generated:
        passwords.check(password, "wang")
