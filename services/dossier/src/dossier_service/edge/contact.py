"""A person's e-mail and phone as the law wants them (A3): normalised, both at once, every wrong field named."""

from collections.abc import Callable
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


def address_and_phone(email: str, phone: str | None) -> tuple[str, str | None]:
    """An address that is needed and a number that may be missing, normalised; Invalid names each wrong field."""
    errors: list[FieldError] = []
    checked = (
        _checked(normalise_email, email, errors),
        None if phone is None else _checked(normalise_phone, phone, errors),
    )
    _raise(errors)
    return checked


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
