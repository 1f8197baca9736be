"""I4: leaked and patterned passwords are known without network, and no length makes the estimate slow."""

import time

import pytest
from identity_service.passwords.domain import FEWEST_GUESSES, check_guesses
from identity_service.passwords.strength import guesses
from service_kit.errors import Invalid
from zxcvbn import matching

NAMES = ("jan.peeters", "jan.peeters@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "Welkom12345678",
        "azertyuiop123",
        "qwertyuiop123456",
        "jan.peeters2024",
        "aA1!aA1!aA1!aA1!aA1!",
        "0123456789" * 12,
        "password" * 16,
    ],
)
def test_i4_what_few_guesses_find_is_common(password: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_guesses(guesses(password, NAMES))
    assert [(field.code, field.rule) for field in refusal.value.fields] == [("password_common", "I4")]


@pytest.mark.parametrize(
    "password", ["een korte zin die blijft", "correct horse stapler 9", "パスワードはとても長いです", "kQ7tz0vXw2Lm"]
)
def test_i4_a_sentence_and_a_random_word_are_not(password: str) -> None:
    assert guesses(password, NAMES) >= FEWEST_GUESSES


@pytest.mark.parametrize("text", ["a", "aA1!", "qwerty1990", "\u00e9\u0301"])
def test_i4_a_thousand_characters_take_no_longer_than_seventy_two(text: str) -> None:
    started = time.process_time()
    guesses((text * 1000)[:1000], NAMES)
    assert time.process_time() - started < 2


def test_i4_no_name_stays_behind_in_memory() -> None:
    guesses("een korte zin die blijft", ("somebody.unusual",))
    assert "somebody.unusual" not in matching.RANKED_DICTIONARIES.get("user_inputs", {})
