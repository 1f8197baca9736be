"""The fields of a client's record: their one spelling, and what cannot be meant, each with its rule (A3, A7). Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from service_kit.errors import FieldError, Invalid
from service_kit.people import normalise_email, normalise_phone
from stdnum.be import vat
from stdnum.ca import bn
from stdnum.exceptions import ValidationError

from dossier_service.clients.domain.codes import checked_code
from dossier_service.clients.domain.values import ClientKind
from dossier_service.records.domain import why_no_currency

RULE = "A7"
IDENTITY = ("given_name", "family_name", "company_name")
ADDRESSES = ("postal_address", "delivery_address")
PHONES = ("phone", "mobile", "fax")
NUMBERS = ("enterprise_number", "business_number")
FIRMS_OWN = ("code", "status", "currency", "type", "branch_id", "bill_to", "language", "email")
"""What the firm says of a client: its staff alone write it, whoever else may write the rest (A7)."""
FOR_STAFF = frozenset({"bill_to"})
"""What staff alone see: who pays is another client, and nobody's business but the firm's (A13)."""
FIELDS = (*IDENTITY, *FIRMS_OWN, *ADDRESSES, *PHONES, "website", *NUMBERS, "customer_number")
"""Everything of a client that can be changed."""

_LONGEST_WEBSITE = 300
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./ -]{0,29}")
# What a country is known to check: the Belgian enterprise number, the Canadian business number (N.E.) [004].
_KNOWN_CHECKS: Mapping[tuple[str, str], Callable[[str], str]] = {
    ("enterprise_number", "BE"): vat.validate,
    ("business_number", "CA"): bn.validate,
}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values in their one spelling; Invalid that names each field that cannot be meant, with its rule."""
    found, errors = dict(values), list[FieldError]()
    for name, spell in _SPELLINGS.items():
        if found.get(name) is None:
            continue
        try:
            found[name] = spell(found[name])
        except Invalid as error:
            errors.extend(error.fields)
    refuse(errors)
    return found


def refuse(errors: Sequence[FieldError]) -> None:
    """Raises what was found wrong with a client's record, if anything was."""
    if errors:
        first = errors[0]
        code = first.code if len(errors) == 1 else "client_malformed"
        raise Invalid(code, "The client's record cannot be kept so.", rule=first.rule, fields=tuple(errors))


def why_not_together(kind: ClientKind, values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with a whole record, though each field is right: a company has a name, a number fits its country.

    Numbers are checked as the country of the postal address knows to; of any other only the signs are looked at.
    """
    errors: list[FieldError] = []
    if (kind is ClientKind.COMPANY) is not (values.get("company_name") is not None):
        detail = "A company has a company name, a person has none."
        errors.append(FieldError("company_name", "company_name", detail, RULE))
    country = (values.get("postal_address") or {}).get("country", "")
    for name in NUMBERS:
        check = _KNOWN_CHECKS.get((name, country))
        if values.get(name) is not None and check is not None and not _passes(check, values[name]):
            detail = f"This is no such number of {country}, the country of the postal address."
            errors.append(FieldError(name, "number_of_country", detail, RULE))
    return errors


def _passes(check: Callable[[str], str], number: str) -> bool:
    try:
        check(number)
    except ValidationError:
        return False
    return True


def _currency(code: str) -> str:
    if wrong := why_no_currency(code):
        raise Invalid(wrong[0].code, wrong[0].detail, rule=RULE, fields=wrong)
    return code


def _phone(name: str) -> Callable[[str], str]:
    return lambda typed: normalise_phone(typed, field=name)


def _number(name: str) -> Callable[[str], str]:
    def spell(typed: str) -> str:
        text = " ".join(typed.split())
        if not _NUMBER.fullmatch(text):
            raise _wrong(name, "number_malformed", "A number has at most 30 letters, digits, spaces, dots, - or /.")
        return text

    return spell


def _website(typed: str) -> str:
    """An address of the web as it was typed; one that carries a password or runs a script is none."""
    text = typed.strip()
    malformed = _wrong("website", "website_malformed", "A website begins with https:// or http:// and has a host.")
    if len(text) > _LONGEST_WEBSITE or any(char.isspace() or not char.isprintable() for char in text):
        raise malformed
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise malformed from None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or "\\" in text:
        raise malformed
    return text


def _wrong(name: str, code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule=RULE, fields=(FieldError(name, code, detail, RULE),))


_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "email": normalise_email,
    **{name: _phone(name) for name in PHONES},
    "code": checked_code,
    "currency": _currency,
    "website": _website,
    **{name: _number(name) for name in NUMBERS},
}
