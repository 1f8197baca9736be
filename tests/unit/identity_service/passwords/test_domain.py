"""I4: what is accepted as a password, checked before any hashing."""

import pytest
from identity_service.passwords.domain import check_password, prepared
from identity_service.passwords.hasher import common_passwords
from service_kit.errors import Invalid

NAMES = ("jan.peeters", "jan.peeters@example.org")
COMMON = common_passwords()


@pytest.mark.parametrize(
    "password",
    [
        "een korte zin die blijft",
        "correct horse stapler 9",
        "ÄÖÜäöüß-éèç-01",
        "a1b2c3d4e5f6g7h8",
        "x" * 100 + "abcd" * 7,
        "パスワードはとても長いです",
    ],
)
def test_i4_long_and_uncommon_passwords_pass(password: str) -> None:
    check_password(password, names=NAMES, common=COMMON)


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("", ["password_too_short", "password_common"]),
        ("short pass1", ["password_too_short"]),
        ("abcdefgh" * 17, ["password_too_long"]),
        ("jan.peeters@example.org", ["password_is_name"]),
        ("JAN.PEETERS@EXAMPLE.ORG", ["password_is_name"]),
        ("password1234", ["password_common"]),
        ("MotDePasse1234", ["password_common"]),
        ("aaaaaaaaaaaaaaaa", ["password_common"]),
        ("abababababababab", ["password_common"]),
        ("jan.peeters", ["password_too_short", "password_is_name"]),
    ],
)
def test_i4_a_weak_password_is_refused_with_every_reason(password: str, codes: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        check_password(password, names=NAMES, common=COMMON)
    assert [field.code for field in refusal.value.fields] == codes
    assert {(field.field, field.rule) for field in refusal.value.fields} == {("password", "I4")}
    assert password == "" or password not in str(refusal.value)


def test_i4_two_ways_to_type_one_text_are_one_password() -> None:
    assert prepared("cafe\u0301 cre\u0300me brulee") == prepared("caf\u00e9 cr\u00e8me brulee")


def test_i4_the_shipped_list_holds_only_what_the_length_rule_lets_through() -> None:
    assert len(COMMON) > 200
    assert all(12 <= len(password) <= 128 and password == password.casefold() for password in COMMON)
