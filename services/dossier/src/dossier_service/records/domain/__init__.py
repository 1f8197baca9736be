"""The rules of the sections' content, pure: every way in passes them, and what is computed of it comes from here."""

from dossier_service.records.domain.billing import Balance, Invoice, balances, payment_state, why_no_invoice
from dossier_service.records.domain.branches import branch_to_write
from dossier_service.records.domain.money import Money, money, why_no_currency, why_no_money
from dossier_service.records.domain.profile import Recurring, Year, usual_year
from dossier_service.records.domain.shares import (
    Share,
    people_named,
    why_no_gift,
    why_not_owned_so,
    why_unknown_people,
)
from dossier_service.records.domain.tools import why_not_kept
from dossier_service.records.domain.values import (
    AssetKind,
    Change,
    ExpenseKind,
    Frequency,
    GiftKind,
    IncomeKind,
    KindName,
    MaritalStatus,
    MatrimonialRegime,
    PaymentState,
    Priority,
)

__all__ = [
    "AssetKind",
    "Balance",
    "Change",
    "ExpenseKind",
    "Frequency",
    "GiftKind",
    "IncomeKind",
    "Invoice",
    "KindName",
    "MaritalStatus",
    "MatrimonialRegime",
    "Money",
    "PaymentState",
    "Priority",
    "Recurring",
    "Share",
    "Year",
    "balances",
    "branch_to_write",
    "money",
    "payment_state",
    "people_named",
    "usual_year",
    "why_no_currency",
    "why_no_gift",
    "why_no_invoice",
    "why_no_money",
    "why_not_kept",
    "why_not_owned_so",
    "why_unknown_people",
]
