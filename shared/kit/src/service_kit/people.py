"""The two pure rules about a person's addresses (A3): e-mails compare exactly once normalised, phones are E.164."""

import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from service_kit.errors import FieldError, Invalid

RULE = "A3"
_PHONE_PUNCTUATION = frozenset(" \u00a0\u202f-./()")


def normalise_email(value: str, *, field: str = "email") -> str:
    """The one spelling of an address: no outer spaces, NFC, lower case, domain as IDNA ASCII.

    Two addresses are the same mailbox for us if and only if their normalised forms are equal: nothing
    inside the local part is dropped, so `ice@` is not `alice@` and `a.b@` is not `ab@`.
    """
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise _refused(field, "email_missing", "An e-mail address is needed.")
    try:
        parts = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise _refused(field, "email_malformed", "This is not an e-mail address.") from None
    local = unicodedata.normalize("NFC", parts.local_part.lower())
    return f"{local}@{parts.ascii_domain.lower()}"


def normalise_phone(value: str, *, field: str = "phone") -> str:
    """The number as E.164, `+32470123456`. A national number without a country is refused, never guessed."""
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        raise _refused(field, "phone_missing", "A phone number is needed.")
    if not text.startswith("+"):
        raise _refused(field, "phone_without_country", "The number must start with + and its country code.")
    number = _parsed(text) if _only_number_signs(text) else None
    if number is None or not phonenumbers.is_valid_number(number):
        raise _refused(field, "phone_malformed", "This is not a phone number.")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _only_number_signs(text: str) -> bool:
    """Letters, extensions and URI parameters are refused: what cannot receive an SMS is not this person's number."""
    return all(char in _PHONE_PUNCTUATION or (char.isascii() and char.isdigit()) for char in text[1:])


def _parsed(text: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, None)
    except NumberParseException:
        return None


def _refused(field: str, code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule=RULE, fields=(FieldError(field, code, detail, RULE),))
