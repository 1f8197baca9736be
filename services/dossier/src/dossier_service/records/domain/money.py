"""Money in the sections: an exact amount in a currency of ISO 4217, never one without the other (A7). Pure."""

from dataclasses import dataclass
from decimal import Decimal

from iso4217 import Currency
from service_kit.errors import FieldError

RULE = "A7"
_BEYOND = Decimal(10) ** 14
_DIGITS = {one.code: one.exponent for one in Currency if one.exponent is not None}
"""The digits after the point of every currency that money can be in; metals, funds and test codes have none."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of nothing or more, in the digits of its currency."""

    amount: Decimal
    currency: str


def why_no_currency(code: str | None, *, field: str = "currency") -> tuple[FieldError, ...]:
    """What is wrong with a currency; there is none to fall back on."""
    if not code:
        return (FieldError(field, "currency_missing", "An amount has a currency.", RULE),)
    if code not in _DIGITS:
        return (FieldError(field, "currency_unknown", "This is no currency of ISO 4217, such as EUR.", RULE),)
    return ()


def why_no_money(amount: Decimal, currency: str | None) -> tuple[FieldError, ...]:
    """What is wrong with an amount and its currency: below nothing, too large, or finer than the currency is."""
    errors = why_no_currency(currency)
    if amount < 0:
        errors += (FieldError("amount", "amount_negative", "An amount is not negative.", RULE),)
    elif amount >= _BEYOND:
        errors += (FieldError("amount", "amount_too_large", "An amount has at most 14 digits.", RULE),)
    elif currency in _DIGITS and not _is_in_units(amount, _DIGITS[currency]):
        detail = f"An amount in {currency} has at most {_DIGITS[currency]} digits after the point."
        errors += (FieldError("amount", "amount_too_fine", detail, RULE),)
    return errors


def money(amount: Decimal, currency: str) -> Money:
    """Checked money in its one spelling: 350000 EUR is 350000.00."""
    return Money((amount + 0).quantize(_unit(_DIGITS[currency])), currency)  # adding nothing turns -0 into 0


def _is_in_units(amount: Decimal, digits: int) -> bool:
    return amount == amount.quantize(_unit(digits))


def _unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)
