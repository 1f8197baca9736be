"""What is owed on a billing account: computed from its invoices whenever somebody asks, never stored. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from service_kit.errors import FieldError

from dossier_service.records.domain.money import Money
from dossier_service.records.domain.values import PaymentState

RULE = "A7"


@dataclass(frozen=True, slots=True)
class Invoice:
    """What counts of an invoice: what it asks for, what was paid of it, and until when it was to be paid."""

    value: Money
    paid: Money
    due_on: date

    @property
    def owed(self) -> Decimal:
        return self.value.amount - self.paid.amount


@dataclass(frozen=True, slots=True)
class Balance:
    """All invoices of one currency together; `overdue` is the part of what is owed whose day has passed."""

    currency: str
    invoiced: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)

    @property
    def owed(self) -> Decimal:
        return self.invoiced - self.paid


def why_no_invoice(issued_on: date, due_on: date, value: Money | None, paid: Money | None) -> tuple[FieldError, ...]:
    """An invoice is due when it is issued or later; paid of it is at most all, in its own currency."""
    errors = []
    if due_on < issued_on:
        errors.append(FieldError("due_on", "due_before_issued", "An invoice is not due before it is issued.", RULE))
    if value is not None and paid is not None:
        if paid.currency != value.currency:
            detail = "An invoice is paid in its own currency."
            errors.append(FieldError("paid.currency", "paid_in_another_currency", detail, RULE))
        elif paid.amount > value.amount:
            errors.append(FieldError("paid.amount", "paid_too_much", "More was paid than was asked for.", RULE))
    return tuple(errors)


def payment_state(invoice: Invoice, today: date) -> PaymentState:
    """Paid when nothing is owed; overdue from the day after it was due, however much was paid."""
    if invoice.owed <= 0:
        return PaymentState.PAID
    if invoice.due_on < today:
        return PaymentState.OVERDUE
    return PaymentState.PARTLY_PAID if invoice.paid.amount > 0 else PaymentState.OPEN


def balances(invoices: Iterable[Invoice], today: date) -> tuple[Balance, ...]:
    """One line per currency, in the order of their codes; nothing is converted."""
    lines: dict[str, Balance] = defaultdict(lambda: Balance(""))
    for invoice in invoices:
        line, currency = lines[invoice.value.currency], invoice.value.currency
        late = invoice.owed if payment_state(invoice, today) is PaymentState.OVERDUE else Decimal(0)
        lines[currency] = replace(
            line,
            currency=currency,
            invoiced=line.invoiced + invoice.value.amount,
            paid=line.paid + invoice.paid.amount,
            overdue=line.overdue + late,
        )
    return tuple(lines[currency] for currency in sorted(lines))
