"""A3: one spelling per e-mail and per phone; different people never become one, and nothing is guessed."""

import pytest
from service_kit.errors import Invalid
from service_kit.people import normalise_email, normalise_phone


class TestEmail:
    @pytest.mark.parametrize(
        ("written", "normalised"),
        [
            ("alice@example.org", "alice@example.org"),
            ("  Alice@Example.ORG ", "alice@example.org"),
            ("\talice@example.org\r\n", "alice@example.org"),
            ("alice@b\u00fccher.example.org", "alice@xn--bcher-kva.example.org"),
            ("alice@BU\u0308CHER.example.org", "alice@xn--bcher-kva.example.org"),
            ("alice@xn--bcher-kva.example.org", "alice@xn--bcher-kva.example.org"),
            ("Ren\u00e9@example.org", "ren\u00e9@example.org"),
            ("RENE\u0301@example.org", "ren\u00e9@example.org"),
            ("a.b+c@example.org", "a.b+c@example.org"),
        ],
    )
    def test_a3_spellings_of_one_mailbox_are_equal(self, written: str, normalised: str) -> None:
        assert normalise_email(written) == normalised
        assert normalise_email(normalised) == normalised

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("ice@example.org", "alice@example.org"),
            ("a.b@example.org", "ab@example.org"),
            ("a+x@example.org", "a@example.org"),
            ("ren\u00e9@example.org", "rene@example.org"),
            ("alice@example.org", "alice@example.com"),
        ],
    )
    def test_a3_different_mailboxes_stay_different(self, one: str, other: str) -> None:
        assert normalise_email(one) != normalise_email(other)

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("", "email_missing"),
            ("   ", "email_missing"),
            ("alice", "email_malformed"),
            ("@example.org", "email_malformed"),
            ("alice@", "email_malformed"),
            ("alice@nodot", "email_malformed"),
            ("alice@@example.org", "email_malformed"),
            ("alice @example.org", "email_malformed"),
            ("alice@example.org, bob@example.org", "email_malformed"),
            ("Alice <alice@example.org>", "email_malformed"),
            ('"a b"@example.org', "email_malformed"),
            ("alice@[192.0.2.1]", "email_malformed"),
            ("alice@example.org\nBcc: eve@example.org", "email_malformed"),
            ("ali\u200bce@example.org", "email_malformed"),
            (f"{'a' * 65}@example.org", "email_malformed"),
            (f"alice@{'a' * 260}.org", "email_malformed"),
        ],
    )
    def test_a3_what_is_no_address_is_refused_with_field_and_rule(self, written: str, code: str) -> None:
        with pytest.raises(Invalid) as refusal:
            normalise_email(written, field="contact.email")
        assert refusal.value.code == code
        assert refusal.value.rule == "A3"
        assert [(f.field, f.code, f.rule) for f in refusal.value.fields] == [("contact.email", code, "A3")]


class TestPhone:
    @pytest.mark.parametrize(
        ("written", "normalised"),
        [
            ("+32470123456", "+32470123456"),
            (" +32 470 12 34 56 ", "+32470123456"),
            ("+32 (0)470/12.34.56", "+32470123456"),
            ("+33\u00a06\u00a012\u00a034\u00a056\u00a078", "+33612345678"),
            ("\uff0b32470123456", "+32470123456"),
            ("+352 621 123 456", "+352621123456"),
        ],
    )
    def test_a3_spellings_of_one_number_are_equal(self, written: str, normalised: str) -> None:
        assert normalise_phone(written) == normalised
        assert normalise_phone(normalised) == normalised

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("", "phone_missing"),
            (" ", "phone_missing"),
            ("0470 12 34 56", "phone_without_country"),
            ("0032470123456", "phone_without_country"),
            ("tel:+32470123456", "phone_without_country"),
            ("+", "phone_malformed"),
            ("+32", "phone_malformed"),
            ("+32 470 12", "phone_malformed"),
            ("+999 123 456 789", "phone_malformed"),
            ("+32470123456 ext 12", "phone_malformed"),
            ("+1 800 FLOWERS", "phone_malformed"),
            ("+32470123456;ext=1", "phone_malformed"),
            ("+32470123456\n+32470123457", "phone_malformed"),
        ],
    )
    def test_a3_what_is_no_international_number_is_refused(self, written: str, code: str) -> None:
        with pytest.raises(Invalid) as refusal:
            normalise_phone(written)
        assert refusal.value.code == code
        assert [(f.field, f.code, f.rule) for f in refusal.value.fields] == [("phone", code, "A3")]
