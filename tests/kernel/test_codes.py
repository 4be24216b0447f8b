"""Codes are unguessable, forgiving to type, and their check character keeps its promise."""

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pingyi.kernel import codes

SEEDS = st.integers(0, 2**32)


def seeded(seed):
    return random.Random(seed).randbytes


def point_code(seed=1):
    return codes.new_point_code(seeded(seed))


def receipt(seed=1):
    return codes.new_receipt(seeded(seed))


@pytest.mark.parametrize("confusing", "0o1liuz")
def test_alphabet_has_no_look_alikes(confusing):
    assert confusing not in codes.ALPHABET


def test_alphabet_is_of_prime_size_without_repeats():
    size = len(set(codes.ALPHABET))
    assert size == len(codes.ALPHABET) == 29


@given(SEEDS)
def test_what_is_made_is_valid_and_in_its_own_form(seed):
    code, number = point_code(seed), receipt(seed)
    assert len(code) == 9
    assert [len(group) for group in number.split("-")] == [4, 4, 4, 2]
    assert codes.point_code_is_valid(code)
    assert codes.receipt_is_valid(number)
    assert codes.normalise_code(code) == code
    assert codes.normalise_receipt(number) == number


def wrong_by_one(code):
    for place, right in enumerate(code):
        for other in codes.ALPHABET:
            if other != right:
                yield code[:place] + other + code[place + 1 :]


def exchanged(code):
    for a, b in combinations(range(len(code)), 2):
        if code[a] != code[b]:
            swapped = list(code)
            swapped[a], swapped[b] = code[b], code[a]
            yield "".join(swapped)


@settings(max_examples=5)
@given(SEEDS)
def test_every_wrong_character_and_every_exchange_is_caught(seed):
    code = point_code(seed)
    assert not any(map(codes.point_code_is_valid, wrong_by_one(code)))
    assert not any(map(codes.point_code_is_valid, exchanged(code)))


@settings(max_examples=5)
@given(SEEDS)
def test_the_same_holds_for_receipts(seed):
    bare = receipt(seed).replace("-", "")
    wrong = [*wrong_by_one(bare), *exchanged(bare)]
    assert len(wrong) > 14 * 28
    assert not any(codes.receipt_is_valid(codes.normalise_receipt(text)) for text in wrong)


def test_a_random_guess_passes_the_check_once_in_29():
    rng = random.Random(3)
    guesses = ("".join(rng.choices(codes.ALPHABET, k=9)) for _ in range(29_000))
    assert 850 < sum(map(codes.point_code_is_valid, guesses)) < 1150


@pytest.mark.parametrize("make", [codes.new_point_code, codes.new_receipt])
def test_codes_are_random_unless_seeded(make):
    assert len({make() for _ in range(1000)}) == 1000
    assert make(seeded(5)) == make(seeded(5))


def test_every_character_is_equally_likely_at_every_place():
    rng = random.Random(7).randbytes
    made = [codes.new_point_code(rng) for _ in range(29_000)]
    for letters in zip(*made, strict=True):
        counts = Counter(letters)
        assert len(counts) == 29
        assert min(counts.values()) > 830
        assert max(counts.values()) < 1170


def test_each_value_is_made_of_equally_many_bytes():
    values = bytes(range(256)).translate(codes._AS_VALUES, codes._UNFAIR)
    assert Counter(values) == dict.fromkeys(range(29), 8)


def test_enough_random_bits():
    assert 29**8 > 2**35
    assert 29**13 > 2**60


def test_bytes_that_would_favour_some_characters_are_drawn_again():
    draws = iter([b"\xff" * 18, bytes(18)])
    assert codes.new_point_code(lambda count: next(draws)) == "222222222"


def test_what_people_type_is_forgiven():
    code = point_code()
    assert codes.normalise_code(f" {code[:3].upper()}-{code[3:6]} — {code[6:]}\n") == code
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.upper())
    assert codes.normalise_code(wide) == code
    assert codes.normalise_code("Uz u　Z") == "v2v2"


@given(SEEDS)
def test_a_receipt_survives_being_read_aloud(seed):
    number = receipt(seed)
    assert codes.normalise_receipt(number.upper().replace("-", " ")) == number
    assert codes.normalise_receipt(number.replace("-", "－")) == number
    assert codes.normalise_receipt(number.replace("-", "")) == number


def test_validity_is_asked_of_the_normal_form_only():
    number = receipt()
    assert not codes.receipt_is_valid(number.replace("-", ""))
    assert not codes.receipt_is_valid(number.upper())
    assert not codes.receipt_is_valid(number + "-")


@pytest.mark.parametrize("text", ["", "x", "k7m2", "评议评议评议评议评", "0" * 9, "2" * 10_000])
def test_anything_else_is_not_a_code(text):
    assert not codes.point_code_is_valid(text)
    assert not codes.point_code_is_valid(codes.normalise_code(text))
    assert not codes.receipt_is_valid(codes.normalise_receipt(text))


def test_a_text_too_long_to_be_meant_is_not_worked_on():
    assert codes.normalise_code("2-" * 32) == "2" * 32
    assert codes.normalise_code("2-" * 33) == ""


@given(st.text())
def test_normalising_is_idempotent_and_never_fails(text):
    once = codes.normalise_receipt(text)
    assert codes.normalise_receipt(once) == once
