"""A person's e-mail and phone as the law wants them (A3): normalised, both at once, every wrong field named."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from service_kit.errors import FieldError, Invalid
from service_kit.people import normalise_email, normalise_phone

RULE = "A3"


@dataclass(frozen=True, slots=True)
class Contact:
    """An address and a number that are both present and well-formed."""

    email: str
    phone: str


def required_contact(email: str | None, phone: str | None) -> Contact:
    """Both, normalised; Invalid that names each missing or malformed field and the rule."""
    errors: list[FieldError] = []
    contact = Contact(_checked(normalise_email, email or "", errors), _checked(normalise_phone, phone or "", errors))
    _raise(errors)
    return contact


def confirmed_contact(
    email: str | None, phone: str | None, *, confirmed: bool, phone_needed: bool = True
) -> tuple[str, str | None]:
    """What an offer goes to, normalised: the granter says that it was checked with the person (A3)."""
    if phone_needed:
        both = required_contact(email, phone)
        checked: tuple[str, str | None] = (both.email, both.phone)
    else:
        checked = address_and_phone(email or "", phone)
    if not confirmed:
        detail = "Confirm that e-mail and phone were checked with the person."
        field = FieldError("contact_confirmed", "contact_not_confirmed", detail, RULE)
        raise Invalid("contact_not_confirmed", detail, rule=RULE, fields=(field,))
    return checked


def address_and_phone(email: str, phone: str | None) -> tuple[str, str | None]:
    """An address that is needed and a number that may be missing, normalised; Invalid names each wrong field."""
    errors: list[FieldError] = []
    checked = (
        _checked(normalise_email, email, errors),
        None if phone is None else _checked(normalise_phone, phone, errors),
    )
    _raise(errors)
    return checked


def is_same_address(typed: str | None, known: Collection[str]) -> bool:
    """Whether what was typed is one of these normalised addresses; what is no address is none of them."""
    try:
        return typed is not None and normalise_email(typed) in known
    except Invalid:
        return False


def optional_contact(email: str | None, phone: str | None) -> tuple[str | None, str | None]:
    """Whichever is given, normalised; Invalid that names each malformed field and the rule."""
    errors: list[FieldError] = []
    checked = (
        None if email is None else _checked(normalise_email, email, errors),
        None if phone is None else _checked(normalise_phone, phone, errors),
    )
    _raise(errors)
    return checked


def _checked(normalise: Callable[[str], str], value: str, errors: list[FieldError]) -> str:
    try:
        return normalise(value)
    except Invalid as error:
        errors.extend(error.fields)
        return ""


def _raise(errors: list[FieldError]) -> None:
    if errors:
        raise Invalid("contact_invalid", "E-mail and phone must be right.", rule=RULE, fields=tuple(errors))
