"""Who pays for whom: a client's invoices may go to another client, and never in a circle [004]. Pure."""

from collections.abc import Collection
from uuid import UUID

from service_kit.errors import FieldError

RULE = "A7"


def why_not_billed_to(client_id: UUID, payer_id: UUID, payers: Collection[UUID]) -> tuple[FieldError, ...]:
    """What is wrong with who is to pay for a client. `payers`: who pays for the payer, who for those, and so on."""
    if payer_id == client_id:
        return _wrong("bill_to_itself", "Whoever pays for themselves needs nobody here.")
    if client_id in payers:
        return _wrong("bill_to_circular", "By way of this client, the client would pay for itself.")
    return ()


def why_unknown_payer() -> tuple[FieldError, ...]:
    """A client of another firm, or one that the caller does not see, is none that they know (A13, A14)."""
    return _wrong("bill_to_unknown", "You see no other client with this id.", "A14")


def _wrong(code: str, detail: str, rule: str = RULE) -> tuple[FieldError, ...]:
    return (FieldError("bill_to", code, detail, rule),)
