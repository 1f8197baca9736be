"""The billing account: invoices, with their payment state and the balances computed whenever somebody asks (A7)."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from service_kit.db import UnitOfWork, UoW
from service_kit.errors import FieldError
from service_kit.http.pages import Page, PageParams
from service_kit.http.problems import problem_responses

from dossier_service.access.domain import Refusal, Section
from dossier_service.edge.callers import SignedIn
from dossier_service.edge.fields import Note, Output, Title
from dossier_service.edge.routing import READS
from dossier_service.edge.routing import router as make_router
from dossier_service.records import service
from dossier_service.records.domain import (
    Balance,
    Invoice,
    KindName,
    Money,
    PaymentState,
    balances,
    payment_state,
    why_no_invoice,
)
from dossier_service.records.kinds.collection import SECTIONS, Collection
from dossier_service.records.schemas import ContentIn, MoneyIn, MoneyOut, RecordOut
from dossier_service.records.service import RecordKind
from dossier_service.records.tables import Record


class InvoiceIn(ContentIn):
    """An invoice; its number is the only one of the dossier. Left out, `paid` is nothing."""

    number: Title
    issued_on: datetime.date
    due_on: datetime.date
    value: MoneyIn
    paid: MoneyIn | None = None
    description: Note = ""
    branch_id: UUID | None = None

    def wrong(self) -> tuple[FieldError, ...]:
        paid = self.paid.money if self.paid else None
        return why_no_invoice(self.issued_on, self.due_on, self.value.money, paid)

    def key(self) -> str:
        return self.number.casefold()

    def branch(self) -> UUID | None:
        return self.branch_id


class InvoiceOut(RecordOut):
    """An invoice and where its payment stands today (UTC)."""

    number: str
    issued_on: datetime.date
    due_on: datetime.date
    value: MoneyOut
    paid: MoneyOut
    owed: MoneyOut
    state: PaymentState
    description: str
    branch_id: UUID | None

    @classmethod
    def of_day(cls, record: Record, today: datetime.date) -> Self:
        invoice = _invoice(record.content)
        owed = Money(invoice.owed, invoice.value.currency)
        paid, state = MoneyOut.of(invoice.paid), payment_state(invoice, today)
        return cls.of(record, paid=paid, owed=MoneyOut.of(owed), state=state)


class BalanceOut(Output):
    """All invoices of one currency; `overdue` is the part of `owed` whose day has passed."""

    currency: str
    invoiced: Decimal
    paid: Decimal
    owed: Decimal
    overdue: Decimal

    @classmethod
    def of(cls, balance: Balance) -> Self:
        return cls(
            currency=balance.currency,
            invoiced=balance.invoiced,
            paid=balance.paid,
            owed=balance.owed,
            overdue=balance.overdue,
        )


class BillingAccountOut(Output):
    """The balances over all invoices the reader may see, and a page of these."""

    balances: tuple[BalanceOut, ...]
    invoices: Page[InvoiceOut]


class Invoices(Collection[InvoiceIn, InvoiceOut]):
    """Invoices are shown with the state of the day."""

    async def show(self, uow: UnitOfWork, records: Sequence[Record]) -> list[InvoiceOut]:
        today = (await uow.now()).date()
        return [self.shown.of_day(record, today) for record in records]


_TAKEN = Refusal("conflict", "invoice_number_taken", "A7", "the dossier has an invoice with this number already")
INVOICE = RecordKind(KindName.INVOICE, Section.BILLING_ACCOUNT, taken=_TAKEN)
INVOICES = Invoices(INVOICE, "/billing-account/invoices", InvoiceIn, InvoiceOut, Page[InvoiceOut])

router = make_router("records")


@router.get(SECTIONS + "/billing-account", responses=problem_responses(*READS))
async def read_billing_account(dossier_id: UUID, caller: SignedIn, uow: UoW, page: PageParams) -> BillingAccountOut:
    """What was invoiced, paid and is owed, by currency, and the invoices, oldest first."""
    found = await INVOICES.read_page(dossier_id, caller, uow, page)
    kept = await service.contents(uow, INVOICES.call(caller, dossier_id), INVOICE)
    lines = balances([_invoice(content) for _, content in kept], (await uow.now()).date())
    return BillingAccountOut(balances=tuple(map(BalanceOut.of, lines)), invoices=found)


def _invoice(content: Mapping[str, Any]) -> Invoice:
    value = _money(content["value"])
    paid = _money(content["paid"]) if content["paid"] else Money(value.amount * 0, value.currency)
    return Invoice(value, paid, datetime.date.fromisoformat(content["due_on"]))


def _money(kept: Mapping[str, str]) -> Money:
    return Money(Decimal(kept["amount"]), kept["currency"])
