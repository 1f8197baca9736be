"""What a contact of a client company is: the name as a person's, the number to sign in with, who may change it. Pure.

A contact's entry is the firm's address book (K1); with an access it becomes contact data under A7.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from types import MappingProxyType

from service_kit.errors import FieldError, Invalid
from service_kit.people import normalise_email, normalise_phone

from dossier_service.access.domain.refusals import Refusal
from dossier_service.clients.domain import ClientKind

CONTACT_DATA = frozenset({"name", "email", "phone", "mobile", "language"})
"""The fields from which a contact's access is made: name, address, number and language of the person who signs in."""

_NOT_A_COMPANY = Refusal("conflict", "not_a_company", "K1", "only a client company has contacts")
_GRANTED_BY_MANAGER = Refusal(
    "forbidden",
    "manager_only",
    "A7",
    "contact data of whoever holds a grant are the dossier's manager's to change",
)
_GRANTED_STAYS = Refusal("conflict", "person_has_grant", "A7", "a contact who holds a grant stays: withdraw it first")
_GRANTED_ELSEWHERE = Refusal(
    "conflict",
    "contact_has_grant",
    "A7",
    "the contact has access to another dossier: correct the contact itself first",
)

_SIGNS = frozenset(" \u00a0\u202f-./()")


def names_of(name: str) -> tuple[str, str]:
    """A contact's one name as given and family name: split at the first space; a single word is the family name."""
    first, _, rest = " ".join(name.split()).partition(" ")
    return (first, rest) if rest else ("", first)


def checked_number(typed: str, *, field: str) -> str:
    """A number of the address book: E.164 when it names its country, else as it was typed (K1).

    A national number has only digits and their punctuation; nobody signs in with one, because a country is never
    guessed (A3).
    """
    text = " ".join(typed.split())
    if text.startswith("+"):
        return normalise_phone(text, field=field)
    if not any(map(_is_digit, text)) or not all(_is_digit(char) or char in _SIGNS for char in text):
        detail = "A number has digits, and + with its country code before them if it has one."
        raise Invalid(
            "phone_malformed", detail, rule="K1", fields=(FieldError(field, "phone_malformed", detail, "K1"),)
        )
    return text


def _is_digit(char: str) -> bool:
    return char.isascii() and char.isdigit()


NORMALISE: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "email": normalise_email,
        "phone": partial(checked_number, field="phone"),
        "mobile": partial(checked_number, field="mobile"),
        "fax": partial(checked_number, field="fax"),
    }
)
"""The fields that have one spelling, and how each comes to it."""


def sign_in_number(mobile: str | None, phone: str | None) -> str | None:
    """The number to which codes are sent: the mobile, else the phone, whichever names its country (A3); or none."""
    return next((number for number in (mobile, phone) if number is not None and number.startswith("+")), None)


def why_not_have_contacts(kind: ClientKind) -> Refusal | None:
    """The contacts are those of a company (K1)."""
    return None if kind is ClientKind.COMPANY else _NOT_A_COMPANY


def why_not_change(changed: Collection[str], managed: Iterable[bool]) -> Refusal | None:
    """Contact data of whoever holds grants are the manager's (A7): `managed` says of each whether the caller is it."""
    return _GRANTED_BY_MANAGER if CONTACT_DATA.intersection(changed) and not all(managed) else None


def why_not_correct_with_access(*, changed: bool, granted_elsewhere: bool) -> Refusal | None:
    """Giving access may correct the contact's data, unless another access rests on them (A7)."""
    return _GRANTED_ELSEWHERE if changed and granted_elsewhere else None


def why_not_remove(*, granted: bool) -> Refusal | None:
    """A contact with a live grant is not removed (A7)."""
    return _GRANTED_STAYS if granted else None
