"""What is kept of a sign-in code (I5, I10): nothing that a stolen table gives away."""

import secrets
from base64 import b64encode

import pytest
from identity_service.randomness import CodeBox
from service_kit.ids import new_id
from service_kit.security.keyring import KeyRing


def ring(*names: str) -> KeyRing:
    return KeyRing.parse(",".join(f"{name}:{b64encode(secrets.token_bytes(32)).decode()}" for name in names))


def test_the_right_code_opens_its_own_challenge() -> None:
    box, challenge = CodeBox(ring("a")), new_id()
    assert box.holds(box.keep("482913", challenge), challenge, "482913")


@pytest.mark.parametrize("typed", ["482914", "48291", "", "4829130"])
def test_another_code_does_not(typed: str) -> None:
    box, challenge = CodeBox(ring("a")), new_id()
    assert not box.holds(box.keep("482913", challenge), challenge, typed)


def test_a_code_moved_to_another_challenge_does_not_open_it() -> None:
    box, stolen, target = CodeBox(ring("a")), new_id(), new_id()
    assert not box.holds(box.keep("482913", stolen), target, "482913")


def test_a_challenge_without_a_code_takes_none() -> None:
    assert not CodeBox(ring("a")).holds(None, new_id(), "000000")


def test_without_the_key_a_stored_code_says_nothing_and_equal_codes_differ() -> None:
    box, challenge = CodeBox(ring("a")), new_id()
    one, other = box.keep("482913", challenge), box.keep("482913", challenge)
    assert one != other
    assert "482913" not in one
    assert not CodeBox(ring("a")).holds(one, challenge, "482913")


def test_a_code_whose_key_was_taken_away_is_refused_not_an_error() -> None:
    box, challenge = CodeBox(ring("old")), new_id()
    assert not CodeBox(ring("new")).holds(box.keep("482913", challenge), challenge, "482913")
