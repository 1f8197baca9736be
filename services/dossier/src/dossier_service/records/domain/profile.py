"""What a financial profile comes to: incomes and expenses of a year, currency by currency. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dossier_service.records.domain.money import Money
from dossier_service.records.domain.values import Frequency

TIMES_A_YEAR = {Frequency.MONTHLY: 12, Frequency.YEARLY: 1, Frequency.ONCE: 0}
"""What happens once is no part of a usual year."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """An income or an expense, and how often it recurs."""

    value: Money
    frequency: Frequency


@dataclass(frozen=True, slots=True)
class Year:
    """What comes in and goes out in a usual year, in one currency."""

    currency: str
    incomes: Decimal
    expenses: Decimal

    @property
    def remains(self) -> Decimal:
        return self.incomes - self.expenses


def usual_year(incomes: Iterable[Recurring], expenses: Iterable[Recurring]) -> tuple[Year, ...]:
    """One line per currency, in the order of their codes; nothing is converted."""
    earned, spent = _by_currency(incomes), _by_currency(expenses)
    nothing = Decimal(0)
    return tuple(
        Year(currency, earned.get(currency, nothing), spent.get(currency, nothing))
        for currency in sorted(earned.keys() | spent.keys())
    )


def _by_currency(entries: Iterable[Recurring]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        totals[entry.value.currency] += entry.value.amount * TIMES_A_YEAR[entry.frequency]
    return dict(totals)
