"""Codes and PINs: easy to read aloud, forgiving to type, costly to guess."""

import re
from collections import Counter

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from quizapp.accounts import rules, secrets
from quizapp.foundation.refs import ALPHABET, new_code, new_ref, tidy_code


def test_no_character_is_taken_for_another() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 30
    assert set(ALPHABET).isdisjoint("ILOU01")


def test_a_code_is_two_groups_of_four_and_a_receipts_four() -> None:
    letters = f"[{ALPHABET}]{{4}}"
    assert re.fullmatch(f"{letters}-{letters}", new_code(rules.CODE_LENGTH))
    assert re.fullmatch("-".join([letters] * 4), new_code(16))


def test_every_character_comes_about_as_often_and_no_code_twice() -> None:
    codes = [new_code(8) for _ in range(3000)]
    counted = Counter("".join(codes).replace("-", ""))
    assert len(set(codes)) == 3000
    assert set(counted) == set(ALPHABET)
    assert max(counted.values()) < 1.4 * min(counted.values())


def test_a_name_in_an_address_carries_128_bits_and_is_never_taken_for_an_option() -> None:
    names = {new_ref() for _ in range(2000)}
    assert len(names) == 2000 and {len(name) for name in names} == {22}
    assert not [name for name in names if name.startswith("-")]


@pytest.mark.parametrize(
    "typed",
    ["K7QM-2XW9", "k7qm-2xw9", "K7QM2XW9", " k7qm 2xw9 ", "K7-QM-2X-W9", "k7qm–2xw9", "K7QM.2XW9\n", "\tK7QM_2XW9"],
)
def test_a_code_may_be_typed_in_any_way_that_has_its_letters(typed: str) -> None:
    assert tidy_code(typed) == "K7QM-2XW9"


@pytest.mark.parametrize("typed", ["", "   ", "---", "ễễ", "\0"])
def test_nothing_that_counts_is_an_empty_code(typed: str) -> None:
    assert tidy_code(typed) == ""


def test_a_code_is_tidy_as_it_is_made() -> None:
    for length in (8, 16):
        code = new_code(length)
        assert tidy_code(code) == code


@pytest.mark.parametrize(
    ("typed", "shaped"),
    [("246810", True), ("000000", True), ("24681", False), ("2468100", False), ("24681a", False), ("٢٤٦٨١٠", False),
     ("246810\n", False), (" 24681", False), ("", False)],
)  # fmt: skip
def test_a_pin_is_six_digits(typed: str, shaped: bool) -> None:
    assert rules.is_pin(typed) is shaped


def test_new_pins_have_that_shape_and_differ() -> None:
    pins = [secrets.new_pin() for _ in range(300)]
    assert all(rules.is_pin(pin) for pin in pins)
    assert len(set(pins)) > 290


def test_pins_are_hashed_with_argon2id_at_19_mib_two_passes_one_lane() -> None:
    told = extract_parameters(secrets.hash_pin("246810"))
    assert (told.type, told.memory_cost, told.time_cost, told.parallelism) == (Type.ID, 19 * 1024, 2, 1)
    assert told.salt_len >= 16 and told.hash_len >= 32


def test_the_same_pin_is_never_the_same_hash_and_matches_both() -> None:
    first, second = secrets.hash_pin("246810"), secrets.hash_pin("246810")
    assert first != second
    assert secrets.pin_matches(first, "246810") and secrets.pin_matches(second, "246810")


@pytest.mark.parametrize("pin", ["246811", "", "246810 ", "64 zeros " + "0" * 64, "\0"])
def test_another_pin_does_not_match(pin: str) -> None:
    assert not secrets.pin_matches(secrets.hash_pin("246810"), pin)


@pytest.mark.parametrize("pin", ["246810", "nobody's PIN"])
def test_where_there_is_no_account_no_pin_matches_but_one_is_checked(pin: str) -> None:
    assert not secrets.pin_matches(None, pin)
    assert extract_parameters(secrets._NOBODYS_HASH) == extract_parameters(secrets.hash_pin("246810"))


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not secrets.pin_matches("$argon2id$damaged", "246810")
    assert not secrets.pin_matches(PasswordHasher(time_cost=1).hash("111111"), "246810")


def test_a_token_is_kept_as_its_hash_only() -> None:
    token = secrets.new_token()
    assert len(token) >= 43 and token not in secrets.hash_token(token)
    assert len(secrets.hash_token(token)) == 64
